"""Handing a case over to the next shift: offered by its owner, complete only when somebody has accepted it."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import acts
from domain.errors import Code
from domain.evidence import EvidenceRef
from domain.gates import Ladder, Rung
from domain.people import Role
from domain.policy import Procedure
from domain.refusal import Refused
from domain.state import (
    OWNER,
    Carried,
    GateRecord,
    HandOverRecord,
    InterventionRecord,
    OwnerRecord,
    State,
    Status,
    TaskRecord,
    next_due,
)
from domain.timeline import Kind

_OFFICES = {"uk": "gb", "usa": "us"}  # what people say, and the country code that the directory knows
_MAY_OFFER = frozenset({Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER})  # for an owner who has gone home
REASONS = ("not-on-duty", "exposure-cap", "conflict", "too-much-open")
"""Why a hand-over may be declined."""


def office(name: str) -> str:
    """An office as the directory names it, the lower-case country code; a person's id stays as it is."""
    wanted = name.strip().lower()
    return _OFFICES.get(wanted, wanted)


def carried(state: State, promises: EvidenceRef | None = None) -> Carried:
    """What the next shift takes over as it stands now: what is open, what runs, who waits on whom, what we promised."""
    waiting: list[GateRecord | TaskRecord | InterventionRecord] = []
    waiting += [*state.gates.values(), *state.tasks.values(), *state.interventions.values()]
    return Carried(
        gates=tuple(key for key, each in state.gates.items() if each.open),
        tasks=tuple(key for key, each in state.tasks.items() if each.open),
        interventions=tuple(key for key, each in state.interventions.items() if each.open),
        due=dict(sorted({**_waits(state), **_clocks(state)}.items())),
        waits_on={each.key: _waited_on(each) for each in waiting if each.open},
        promises=promises,
    )


def _waits(state: State) -> dict[str, datetime]:
    return {key: due for key, due in state.deadlines.items() if key not in state.journal}


def _clocks(state: State) -> dict[str, datetime]:
    """Duties that still stand, with the nearer of what the law and what we ourselves allow."""
    owed = {key: (each.due_at, each.target_at) for key, each in state.clocks.items() if each.owed}
    return {key: min(at for at in both if at) for key, both in owed.items() if any(both)}


def _waited_on(record: GateRecord | TaskRecord | InterventionRecord) -> tuple[str, ...]:
    """Who was called and has not answered; before anybody was, the roles of the first rung."""
    answered = {each.person for each in record.votes} if isinstance(record, GateRecord) else set()
    called = sorted(set(record.called) - answered)
    return tuple(called) or tuple(role.value for role in record.ladder.rungs[0].page)


def ladder_of(procedure: Procedure) -> Ladder:
    """Whom an offer calls: its own ladder, or (in cases older than that) the owner's."""
    return procedure.hand_over or procedure.owner


def offered(
    state: State, procedure: Procedure, to: str, person: str, now: datetime, promises: EvidenceRef | None = None
) -> State:
    """The state with an open offer to an office or a person."""
    number = len(state.hand_overs) + 1
    record = HandOverRecord(
        key=f"hand-over/{number}",
        nonce=f"hand-over-{number}",
        opened_at=now,
        ladder=ladder_of(procedure),
        to=office(to),
        offered_by=person,
        carried=carried(state, promises),
    )
    evidence = (promises,) if promises else ()
    detail: dict[str, str | int | bool] = {"to": record.to, "open": record.carried.open, **next_due(record)}
    return state.with_hand_over(record).noted(
        now, Kind.HAND_OVER, record.key, who=person, code="offered", detail=detail, evidence=evidence
    )


def offer(
    state: State, procedure: Procedure, said: acts.Statement, act: acts.HandOver, now: datetime
) -> State | Refused:
    """The owner (or a lead) offers the case. One offer at a time, and never to oneself."""
    owner = state.owner.person if state.owner else ""
    if said.person != owner and not _MAY_OFFER & set(said.authority.roles):
        return Refused(code=Code.NOT_SEATED)
    if not act.to.strip() or office(act.to) == said.person:
        return Refused(code=Code.INVALID, detail="name the office or the person that takes over")
    if any(each.open for each in state.hand_overs.values()):
        return Refused(code=Code.NOT_OPEN, detail="an earlier offer has not been answered yet")
    return offered(state, procedure, act.to, said.person, now, act.promises)


def answer(
    state: State, procedure: Procedure, record: HandOverRecord, said: acts.Statement, now: datetime
) -> State | Refused:
    """Accepted: the owner's seat changes hands. Declined: the next rung is called. Withdrawn: all stays as it is."""
    if not record.open:
        return Refused(code=Code.NOT_OPEN)
    if said.nonce != record.nonce or said.digest != record.digest:
        return Refused(code=Code.STALE)
    if isinstance(said.act, acts.Withdraw):
        if said.person != record.offered_by:
            return Refused(code=Code.NOT_ALLOWED, detail="only who offered it may withdraw the offer")
        ended = record.model_copy(update={"status": Status.CLOSED, "ended_at": now})
        return state.with_hand_over(ended).noted(now, Kind.HAND_OVER, record.key, who=said.person, code="withdrawn")
    if said.person == record.offered_by:
        return Refused(code=Code.EXCLUDED)
    if not may_answer(record, said.person, said.authority.roles, said.authority.country):
        return Refused(code=Code.NOT_SEATED)
    match said.act:
        case acts.Accept():
            return _accepted(state, procedure, record, said.person, now)
        case acts.Decline(code=code):
            if code not in REASONS:
                return Refused(code=Code.REASON_REQUIRED, detail=", ".join(REASONS))
            return _declined(state, record, said.person, code, now)
        case _:
            return Refused(code=Code.NOT_ALLOWED)


def may_answer(record: HandOverRecord, person: str, roles: tuple[Role, ...], country: str) -> bool:
    """Whether the offer is this person's to answer: it names them, or their office, or they are called by now."""
    if person == record.to:
        return True
    called = {role for rung in record.ladder.rungs[: max(record.rungs, 1)] for role in rung.page}
    first = set(record.ladder.rungs[0].page)
    if record.to in ("", country.lower()):
        return bool(called & set(roles))
    return bool((called - first) & set(roles))


def _accepted(state: State, procedure: Procedure, record: HandOverRecord, person: str, now: datetime) -> State:
    ended = record.model_copy(update={"status": Status.DONE, "ended_at": now, "person": person})
    before = state.owner or OwnerRecord(key=OWNER, nonce=OWNER, opened_at=now, ladder=procedure.owner)
    owner = before.model_copy(update={"person": person, "status": Status.DONE, "ended_at": now})
    detail: dict[str, str | int | bool] = {"from": record.offered_by, "open": carried(state).open}
    taken = state.with_(owner=owner).with_hand_over(ended)
    return taken.noted(now, Kind.HAND_OVER, record.key, who=person, code="accepted", detail=detail)


def _declined(state: State, record: HandOverRecord, person: str, code: str, now: datetime) -> State:
    """The same offer, to whoever is called next. Its owner keeps the case meanwhile."""
    ended = record.model_copy(update={"status": Status.CANNOT, "ended_at": now, "person": person, "code": code})
    number = len(state.hand_overs) + 1
    again = record.model_copy(
        update={
            "key": f"hand-over/{number}",
            "nonce": f"hand-over-{number}",
            "opened_at": now,
            "ladder": _rest(record.ladder, max(record.rungs, 1)),
            "rungs": 0,
            "called": (),
            "unpaged": False,
            "to": "",
        }
    )
    climbed = state.with_hand_over(ended).noted(now, Kind.HAND_OVER, record.key, who=person, code="declined")
    detail: dict[str, str | int | bool] = {"after": record.key, "reason": code, **next_due(again)}
    return climbed.with_hand_over(again).noted(now, Kind.HAND_OVER, again.key, code="climbed", detail=detail)


def _rest(ladder: Ladder, called: int) -> Ladder:
    """What is left of a ladder after so many rungs, beginning at once."""
    left = ladder.rungs[min(called, len(ladder.rungs) - 1) :]
    first = left[0].after
    rungs = tuple(Rung(after=max(each.after - first, timedelta(0)), page=each.page) for each in left)
    return Ladder(rungs=rungs, again=ladder.again)
