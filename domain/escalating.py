"""Escalating by hand: the next person is called now, for what waits; and telling the case's room where it stands."""

from __future__ import annotations

from datetime import datetime

from domain.acts import Statement, Update
from domain.codes import UPDATES
from domain.errors import Code
from domain.refusal import Refused
from domain.state import (
    GateRecord,
    HandOverRecord,
    InterventionRecord,
    OwnerRecord,
    State,
    TaskRecord,
    Waits,
)
from domain.timeline import Kind


def escalated(state: State, said: Statement, now: datetime) -> State | Refused:
    """The state in which the next person is due at once, for this subject or for everything that is open.

    Whoever may act on the case may call more people: it decides nothing and takes nobody's seat. Who has only said
    that they have seen it counts no longer, here and on the pager; who has decided does.
    """
    open_now = [each for each in _waiting(state) if each.open and said.subject in ("", each.key)]
    if not open_now:
        known = said.subject == "" or any(each.key == said.subject for each in _waiting(state))
        return Refused(code=Code.NOT_OPEN if known else Code.NO_SUCH_SUBJECT)
    # What was not called yet is called by its own first rung; a ladder without next people has only its rungs.
    able = [each for each in open_now if each.rungs and each.ladder.next_person is not None]
    if not able:
        return Refused(code=Code.NOT_ALLOWED)
    for each in able:
        state = _with(state, _anew(each, now))
        state = state.noted(now, Kind.ESCALATED, each.key, who=said.person, detail={"rung": each.rungs})
    return state


def told(state: State, said: Statement, act: Update, now: datetime) -> State | Refused:
    """The state after somebody said where the case stands; the surface that they said it on says it in the room."""
    if act.code not in UPDATES:
        return Refused(code=Code.REASON_REQUIRED, detail=", ".join(UPDATES))
    return state.noted(now, Kind.BRIEF, who=said.person, code=act.code)


def _waiting(state: State) -> list[Waits]:
    found: list[Waits] = [*state.gates.values(), *state.tasks.values(), *state.interventions.values()]
    found += state.hand_overs.values()
    return found if state.owner is None else [state.owner, *found]


def _anew(record: Waits, now: datetime) -> Waits:
    return record.model_copy(update={"heard": _decided(record), "pages": {}, "next_at": now})


def _decided(record: Waits) -> tuple[str, ...]:
    match record:
        case GateRecord(votes=votes):
            return tuple(each.person for each in votes)
        case InterventionRecord(choices=choices):
            return tuple(each.person for each in choices)
        case _:
            return ()


def _with(state: State, record: Waits) -> State:
    match record:
        case GateRecord():
            return state.with_gate(record)
        case TaskRecord():
            return state.with_task(record)
        case InterventionRecord():
            return state.with_intervention(record)
        case HandOverRecord():
            return state.with_hand_over(record)
        case OwnerRecord():
            return state.with_(owner=record)
