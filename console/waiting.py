"""What waits for people in one case, drawn for one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.desk import Waiting
from domain.effects import Leave, ways_out
from domain.errors import Code
from domain.people import Directory, Person
from domain.state import GateRecord, InterventionRecord, State, TaskRecord
from domain.timeline import Projection
from domain.voting import may_sit

_DECISIONS = ("approve", "approve-less", "ask-first", "deny", "withdraw")


def waiting_of(state: State, who: Person, directory: Directory, kind: str = "") -> Sequence[Waiting]:
    """Every open gate, task and intervention of the case, newest last."""
    found = [
        *(_gate(state, each, who, directory) for each in state.gates.values() if each.open),
        *(_task(state, each, who) for each in state.tasks.values() if each.open),
        *(_intervention(state, each, who) for each in state.interventions.values() if each.open),
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
        "family": record.gate.family.value,
        "votes": [{"person": each.person, "kind": each.kind, "at": each.at.isoformat()} for each in record.votes],
        "next_call": (record.opened_at + record.ladder.at(record.rungs)).isoformat(),
    }
    return Waiting(
        case=state.case,
        key=record.key,
        kind="gate",
        title=record.gate.title,
        severity=int(state.severity),
        opened_at=record.opened_at,
        nonce=record.nonce,
        digest=card.digest,
        rungs=record.rungs,
        unpaged=record.unpaged,
        drill=state.drill,
        card=shown,
        choices=_DECISIONS,
        may=not why,
        why_not=why,
    )


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
    return Waiting(
        case=state.case,
        key=record.key,
        kind="task",
        title=record.task.title,
        severity=int(state.severity),
        opened_at=record.opened_at,
        nonce=record.nonce,
        digest=record.digest,
        rungs=record.rungs,
        unpaged=record.unpaged,
        drill=state.drill,
        card=shown,
        choices=("done", "cannot"),
        may=not why,
        why_not=why,
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
    return Waiting(
        case=state.case,
        key=record.key,
        kind="intervention",
        title=f"{record.step} failed: {record.fault}",
        severity=int(state.severity),
        opened_at=record.opened_at,
        nonce=record.nonce,
        digest=record.digest,
        rungs=record.rungs,
        unpaged=record.unpaged,
        drill=state.drill,
        card=shown,
        choices=tuple(name for name, each in leave.items() if each is not Leave.NEVER),
        may=not why,
        why_not=why,
    )
