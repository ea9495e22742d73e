"""What people can do to a clock: ask that it stand still, let it go on, say that its duty is done."""

from __future__ import annotations

from datetime import datetime

from domain import acts
from domain.clock_entries import noted_clock, noted_end
from domain.clocks import ClockRecord, ClockStatus, TollAsked, met, resumed
from domain.errors import Code
from domain.gates import COUNSEL
from domain.refusal import Refused
from domain.state import State
from domain.tolling import asked_in


def on_clock(state: State, record: ClockRecord, said: acts.Statement, now: datetime) -> State | Refused:
    """The state after an act on a clock: the owner's or counsel's, on exactly the times that they were shown."""
    owner = state.owner.person if state.owner else ""
    if said.person != owner and not COUNSEL & set(said.authority.roles):
        return Refused(code=Code.NOT_SEATED)
    if not record.owed:
        return Refused(code=Code.NOT_OPEN)
    if said.nonce != record.nonce or said.digest != record.digest:
        return Refused(code=Code.STALE)
    match said.act:
        case acts.AskToToll() as asked:
            return _asked(state, record, said, asked, now)
        case acts.Resume(code=code):
            if record.status is not ClockStatus.TOLLED:
                return Refused(code=Code.NOT_ALLOWED, detail="the clock is running")
            going = resumed(record, now)
            return noted_clock(state.with_clock(going), now, "resumed", going, who=said.person, reason=code)
        case acts.ClockMet(artefact=artefact):
            if artefact is None:
                return Refused(code=Code.ARTEFACT_REQUIRED)
            done = met(record, now, evidence=artefact, by=said.person, code="by-hand")
            return noted_end(state, now, done, "met")
        case _:
            return Refused(code=Code.NOT_ALLOWED)


def _asked(
    state: State, record: ClockRecord, said: acts.Statement, asked: acts.AskToToll, now: datetime
) -> State | Refused:
    if record.status is not ClockStatus.RUNNING or record.asking is not None:
        return Refused(code=Code.NOT_OPEN, detail="it is tolled, breached, or being decided already")
    if not asked.code:
        return Refused(code=Code.REASON_REQUIRED)
    if asked.until is not None and asked.until <= now:
        return Refused(code=Code.INVALID, detail="until")
    number = record.asked + 1
    wish = TollAsked(code=asked.code, by=said.person, at=now, number=number, until=asked.until, days=asked.days)
    waiting = record.model_copy(update={"asking": wish, "asked": number})
    state = state.with_clock(waiting).with_involved(asked_in(waiting), said.person, said.authority.delegate_of)
    return noted_clock(state, now, "toll-asked", waiting, who=said.person, reason=asked.code)
