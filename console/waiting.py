"""What waits for people in one case, drawn for one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from domain.desk import Waiting
from domain.effects import Leave, ways_out
from domain.errors import Code
from domain.handing import REASONS, may_answer
from domain.people import Directory, Person
from domain.state import Called, GateRecord, HandOverRecord, InterventionRecord, State, TaskRecord
from domain.timeline import Projection
from domain.voting import may_sit

_DECISIONS = ("approve", "approve-less", "ask-first", "deny", "withdraw")


def waiting_of(state: State, who: Person, directory: Directory, kind: str = "") -> Sequence[Waiting]:
    """Every open gate, task, intervention and hand-over of the case, newest last."""
    found = [
        *(_gate(state, each, who, directory) for each in state.gates.values() if each.open),
        *(_task(state, each, who) for each in state.tasks.values() if each.open),
        *(_intervention(state, each, who) for each in state.interventions.values() if each.open),
        *(_hand_over(state, each, who) for each in state.hand_overs.values() if each.open),
    ]
    return [each for each in found if kind in ("", each.kind)]


def unreadable(case: Projection, code: Code) -> Waiting:
    """A case whose state did not answer: shown as what it is, so that somebody looks at it."""
    return Waiting(
        case=case.case,
        key="",
        kind="unreadable",
        title=f"This case cannot be read: {code.value}",
        severity=case.severity,
        opened_at=case.updated_at or case.declared_at or datetime.min.replace(tzinfo=UTC),
        nonce="",
        digest="",
        rungs=0,
        drill=case.drill,
        may=False,
        why_not=code.value,
    )


def _barred(who: Person, excluded: Sequence[str]) -> bool:
    return bool({who.id, who.delegate_of} & set(excluded))


def _gate(state: State, record: GateRecord, who: Person, directory: Directory) -> Waiting:
    card = record.card
    why = ""
    if not may_sit(record.gate, record.rungs, who.roles):
        why = Code.NOT_SEATED.value
    elif _barred(who, (*state.excluded(record.gate.excludes), *card.excluded)):
        why = Code.EXCLUDED.value
    agency = directory.agency(card.recipient)
    shown = {
        **card.model_dump(mode="json"),
        "button": card.button,
        "recipient_name": agency.name if agency else card.recipient,
        "recipient_mailbox": agency.mailbox if agency else "",
        "seats": [{"name": each.name, "roles": list(each.roles)} for each in record.gate.seats],
        "reasons": list(record.gate.reasons),
        "because": list(record.gate.because),
        "family": record.gate.family.value,
        "votes": [{"person": each.person, "kind": each.kind, "at": each.at.isoformat()} for each in record.votes],
        "next_call": (record.opened_at + record.ladder.at(record.rungs)).isoformat(),
    }
    return _waiting(state, record, "gate", record.gate.title, card.digest, shown=shown, choices=_DECISIONS, why=why)


def _task(state: State, record: TaskRecord, who: Person) -> Waiting:
    why = ""
    if not set(who.roles) & set(record.task.roles):
        why = Code.NOT_SEATED.value
    elif _barred(who, state.excluded(record.task.excludes)):
        why = Code.EXCLUDED.value
    shown = {
        "script": record.task.script.model_dump(mode="json"),
        "form": [each.model_dump(mode="json") for each in record.task.form],
        "reasons": list(record.task.reasons),
        "roles": [role.value for role in record.task.roles],
        "artefact": record.task.artefact,
        "about": dict(record.about),
        "question": record.question.model_dump(mode="json") if record.question else None,
    }
    return _waiting(
        state, record, "task", record.task.title, record.digest, shown=shown, choices=("done", "cannot"), why=why
    )


def _intervention(state: State, record: InterventionRecord, who: Person) -> Waiting:
    able = {role for rung in record.ladder.rungs for role in rung.page}
    why = "" if able & set(who.roles) else Code.NOT_SEATED.value
    if not why and _barred(who, record.excluded):
        why = Code.EXCLUDED.value
    leave = ways_out(record.effect, record.remedies)
    shown = {
        "step": record.step,
        "fault": record.fault,
        "effect": record.effect.value,
        "attempt": record.attempt,
        "leave": {name: each.value for name, each in leave.items()},
        "chosen": [{"person": each.person, "kind": each.kind} for each in record.choices],
    }
    title = f"{record.step} failed: {record.fault}"
    choices = tuple(name for name, each in leave.items() if each is not Leave.NEVER)
    return _waiting(state, record, "intervention", title, record.digest, shown=shown, choices=choices, why=why)


def _hand_over(state: State, record: HandOverRecord, who: Person) -> Waiting:
    mine = who.id == record.offered_by
    why = "" if mine or may_answer(record, who.id, who.roles, who.country) else Code.NOT_SEATED.value
    shown = {
        "to": record.to,
        "offered_by": record.offered_by,
        "carried": record.carried.model_dump(mode="json"),
        "reasons": list(REASONS),
    }
    choices = ("withdraw",) if mine else ("accept", "decline")
    title = "Take this incident over, with all that is open"
    return _waiting(state, record, "hand-over", title, record.digest, shown=shown, choices=choices, why=why)


def _waiting(
    state: State,
    record: Called,
    kind: str,
    title: str,
    digest: str,
    *,
    shown: dict[str, Any],
    choices: tuple[str, ...],
    why: str,
) -> Waiting:
    return Waiting(
        case=state.case,
        key=record.key,
        kind=kind,
        title=title,
        severity=int(state.severity),
        opened_at=record.opened_at,
        nonce=record.nonce,
        digest=digest,
        rungs=record.rungs,
        unpaged=record.unpaged,
        drill=state.drill,
        card=shown,
        choices=choices,
        may=not why,
        why_not=why,
    )
