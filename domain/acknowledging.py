"""Acknowledging a call: "I have seen this" stops the next person from being called, and decides nothing."""

from __future__ import annotations

from datetime import datetime

from domain.acts import Statement
from domain.errors import Code
from domain.handing import may_answer
from domain.refusal import Refused
from domain.state import OWNER, GateRecord, HandOverRecord, InterventionRecord, OwnerRecord, State, TaskRecord, Waits
from domain.timeline import Kind
from domain.voting import may_sit


def acknowledged(state: State, said: Statement, now: datetime) -> State | Refused:
    """The state after somebody who may act here said that they have seen it. Only they count: an acknowledgement by
    somebody who may not decide must not keep those who may from being called."""
    if not said.subject:
        return Refused(code=Code.NOT_ALLOWED)
    record = _record(state, said.subject)
    if record is None:
        return Refused(code=Code.NO_SUCH_SUBJECT)
    if not record.open:
        return Refused(code=Code.NOT_OPEN)
    if not _able(record, said):
        return Refused(code=Code.NOT_SEATED)
    if {said.person, said.authority.delegate_of} & set(_excluded(state, record)):
        return Refused(code=Code.EXCLUDED)
    if said.nonce != record.nonce or said.digest != _digest(record):
        return Refused(code=Code.STALE)
    heard = record.model_copy(update=record.hears(said.person))
    match heard:
        case GateRecord():
            state = state.with_gate(heard)
        case TaskRecord():
            state = state.with_task(heard)
        case InterventionRecord():
            state = state.with_intervention(heard)
        case OwnerRecord():
            state = state.with_(owner=heard)
        case HandOverRecord():
            state = state.with_hand_over(heard)
    return state.noted(now, Kind.ACKNOWLEDGED, record.key, who=said.person, code="desk", detail={"rung": record.rungs})


def _record(state: State, subject: str) -> Waits | None:
    if subject == OWNER:
        return state.owner
    found = (state.gates, state.tasks, state.interventions, state.hand_overs)
    return next((records[subject] for records in found if subject in records), None)


def _digest(record: Waits) -> str:
    match record:
        case GateRecord():
            return record.card.digest
        case OwnerRecord():
            return ""
        case _:
            return record.digest


def _able(record: Waits, said: Statement) -> bool:
    roles = said.authority.roles
    match record:
        case HandOverRecord():
            return may_answer(record, said.person, roles, said.authority.country)
        case GateRecord():
            return may_sit(record.gate, record.rungs, roles)
        case TaskRecord():
            return bool(set(record.task.roles) & set(roles))
        case _:
            return any(set(rung.page) & set(roles) for rung in record.ladder.rungs)


def _excluded(state: State, record: Waits) -> tuple[str, ...]:
    match record:
        case GateRecord():
            return (*state.excluded(record.gate.excludes), *record.card.excluded)
        case TaskRecord():
            return state.excluded(record.task.excludes)
        case InterventionRecord():
            return record.excluded
        case HandOverRecord():
            return (record.offered_by,)
        case _:
            return ()
