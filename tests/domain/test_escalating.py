"""Escalating by hand calls the next person now and decides nothing; an update is a code and a line of the timeline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.acts import Escalate, Update
from domain.codes import UPDATES
from domain.errors import Code
from domain.state import GateRecord, Status, TaskRecord
from domain.timeline import Kind
from tests.domain.parts import NOW, gate_record, heard, minutes, refused, say, state, task_record


def called(record: GateRecord | TaskRecord, **more: object) -> GateRecord | TaskRecord:
    """As it stands after its first rung, with somebody who has seen it."""
    spell = record.ladder.model_copy(update={"next_person": minutes(5)})
    policy = {"gate": record.gate.model_copy(update={"ladder": spell})} if isinstance(record, GateRecord) else {}
    policy |= {"task": record.task.model_copy(update={"ladder": spell})} if isinstance(record, TaskRecord) else {}
    seen = {"rungs": 1, "turn": ("ada",), "called": ("ada",), "heard": ("ada",), "acknowledged": ("ada",)}
    return record.model_copy(
        update={**policy, **seen, "pages": {"k": "ada"}, "next_at": NOW + timedelta(hours=1), **more}
    )


GATE, TASK = called(gate_record()), called(task_record())


def test_the_next_person_is_due_at_once_whoever_has_seen_it() -> None:
    after = heard(state(GATE, TASK), say("dara", Escalate(), subject=GATE.key))
    record = after.gates[GATE.key]
    assert (record.next_at, record.heard, record.pages) == (NOW, (), {})
    assert record.acknowledged == ("ada",)
    assert record.status is Status.OPEN
    assert after.tasks[TASK.key] == TASK
    entry = after.pending[-1]
    assert (entry.kind, entry.subject, entry.who) == (Kind.ESCALATED, GATE.key, "dara")


def test_on_the_case_itself_all_that_waits_is_called_for() -> None:
    after = heard(state(GATE, TASK), say("dara", Escalate()))
    assert {after.gates[GATE.key].next_at, after.tasks[TASK.key].next_at} == {NOW}


@pytest.mark.parametrize(
    ("record", "subject", "code"),
    [
        (called(task_record(), status=Status.DONE), TASK.key, Code.NOT_OPEN),
        (called(task_record(), status=Status.DONE), "", Code.NOT_ALLOWED),
        (TASK, "notify/nothing/1", Code.NO_SUCH_SUBJECT),
        (called(task_record(), rungs=0), TASK.key, Code.NOT_ALLOWED),
        (task_record().model_copy(update={"rungs": 1}), "", Code.NOT_ALLOWED),
    ],
    ids=["ended", "only what nobody was called for yet", "unknown", "not yet called", "a ladder without next people"],
)
def test_what_cannot_be_escalated_says_why(record: TaskRecord, subject: str, code: Code) -> None:
    assert refused(state(record), say("dara", Escalate(), subject=subject)).code is code


def test_an_update_is_a_code_that_everybody_knows() -> None:
    after = heard(state(), say("dara", Update(code=UPDATES[0])))
    assert (after.pending[-1].kind, after.pending[-1].code, after.pending[-1].who) == (Kind.BRIEF, UPDATES[0], "dara")
    assert refused(state(), say("dara", Update(code="in my own words"))).code is Code.REASON_REQUIRED
