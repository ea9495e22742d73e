"""Work that people report, questions before a decision, and who is remembered for it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.acts import Approve, AskFirst, Cannot, Deny, Done, Withdraw
from domain.errors import Code
from domain.people import Role
from domain.state import Status
from domain.timeline import Kind
from tests.domain.parts import CALL_BACK, NOW, evidence, gate_record, heard, refused, say, state, task_record

TASK = task_record()
DONE = Done(result={"answer": "yes"}, artefact=evidence())


def test_a_task_done_keeps_its_form_its_record_and_its_doer() -> None:
    after = heard(state(TASK), say("ada", DONE, TASK))
    record = after.tasks[TASK.key]
    assert (record.status, record.result, record.artefact) == (Status.DONE, {"answer": "yes"}, evidence())
    assert (record.doer, record.ended_at) == ("ada", NOW)
    entry = after.pending[-1]
    assert (entry.kind, entry.who, entry.code, entry.evidence) == (Kind.TASK_ENDED, "ada", "done", (evidence(),))


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ({}, "answer is required"),
        ({"answer": "perhaps"}, "answer must be one of yes, no"),
        ({"answer": "yes", "more": "x"}, "more is not a field here"),
    ],
    ids=str,
)
def test_a_form_filled_in_wrongly_is_refused_by_its_first_problem(result: dict[str, Any], problem: str) -> None:
    answer = refused(state(TASK), say("ada", Done(result=result, artefact=evidence()), TASK))
    assert (answer.code, answer.detail) == (Code.INVALID, problem)


def test_work_that_must_be_written_down_is_not_done_without_its_record() -> None:
    assert refused(state(TASK), say("ada", Done(result={"answer": "yes"}), TASK)).code is Code.ARTEFACT_REQUIRED


def test_work_that_leaves_no_record_needs_none() -> None:
    task = task_record(CALL_BACK.model_copy(update={"artefact": False}))
    after = heard(state(task), say("ada", Done(result={"answer": "no"}), task))
    assert after.tasks[task.key].status is Status.DONE
    assert after.pending[-1].evidence == ()


def test_what_cannot_be_done_says_why() -> None:
    after = heard(state(TASK), say("ada", Cannot(code="nobody-answered"), TASK))
    assert (after.tasks[TASK.key].status, after.tasks[TASK.key].code) == (Status.CANNOT, "nobody-answered")
    assert after.pending[-1].code == "nobody-answered"


@pytest.mark.parametrize("code", ["", "no-time"])
def test_a_reason_that_the_task_does_not_know_is_refused(code: str) -> None:
    answer = refused(state(TASK), say("ada", Cannot(code=code), TASK))
    assert (answer.code, answer.detail) == (Code.REASON_REQUIRED, "nobody-answered")


@pytest.mark.parametrize("act", [DONE, Cannot(code="nobody-answered")], ids=lambda act: act.kind)
def test_who_tried_to_verify_is_excluded_from_then_on_and_so_is_who_they_stand_for(act: Any) -> None:
    after = heard(state(TASK, involved={}), say("dele", act, TASK))
    assert after.excluded(("verifier",)) == ("dele", "vera")


def test_work_that_is_not_recorded_excludes_nobody() -> None:
    task = task_record(CALL_BACK.model_copy(update={"records_as": ""}))
    assert heard(state(task, involved={}), say("ada", DONE, task)).involved == {}


def test_who_is_excluded_from_a_task_is_refused_and_so_is_their_delegate() -> None:
    barred = state(TASK, involved={"requester": ("vera",)})
    for person in ("vera", "dele"):
        assert refused(barred, say(person, DONE, TASK)).code is Code.EXCLUDED
    assert heard(barred, say("ada", DONE, TASK)).tasks[TASK.key].doer == "ada"


# -- decisions as the case hears them -----------------------------------------------------------------------

GATE = gate_record()


def _figures(role: Role) -> dict[str, str | int]:
    return {"family": "disclose", "role": role.value, "seconds": 0}


def test_a_decision_is_noted_with_its_verdict_and_a_denial_with_its_reason() -> None:
    after = heard(state(GATE), say("ada", Approve(), GATE), say("fay", Deny(code="unverified"), GATE))
    assert [(each.kind, each.who, each.code, each.detail) for each in after.pending] == [
        (Kind.DECISION, "ada", "approve", _figures(Role.LE_SPECIALIST)),
        (Kind.DECISION, "fay", "deny", {**_figures(Role.LEGAL), "reason": "unverified"}),
    ]
    assert after.gates[GATE.key].status is Status.DENIED


def test_who_took_part_in_the_case_is_excluded_even_if_the_card_does_not_say_so() -> None:
    open_card = gate_record(base=GATE.base.model_copy(update={"excluded": ()}))
    for person in ("vera", "dele"):
        assert refused(state(open_card), say(person, Approve(), open_card)).code is Code.EXCLUDED


ASKED = AskFirst(question=evidence("question"), of=Role.LEGAL, minutes=7)


def test_a_question_leaves_the_gate_open_and_counts_for_nothing() -> None:
    after = heard(state(GATE), say("ada", ASKED, GATE))
    record = after.gates[GATE.key]
    assert (record.status, record.votes, record.questions) == (Status.OPEN, (), (f"{GATE.key}/question/1",))
    question = after.pending[0]
    assert (question.kind, question.code, question.evidence) == (
        Kind.QUESTION,
        Role.LEGAL.value,
        (evidence("question"),),
    )
    assert question.detail == {"question": f"{GATE.key}/question/1", "minutes": 7}


def test_a_question_is_work_for_whom_it_is_put_to_and_nobody_else() -> None:
    after = heard(state(GATE), say("ada", ASKED, GATE))
    (question,) = after.tasks.values()
    assert question.question == evidence("question")
    assert refused(after, say("ada", Done(artefact=evidence()), question)).code is Code.NOT_SEATED
    assert refused(after, say("fay", Done(), question)).code is Code.ARTEFACT_REQUIRED
    answered = heard(after, say("fay", Done(artefact=evidence()), question))
    assert answered.tasks[question.key].status is Status.DONE
    assert answered.involved == state().involved, "who answers a question may still decide"


def test_two_questions_on_one_gate_are_two_tasks() -> None:
    after = heard(state(GATE), say("ada", ASKED, GATE), say("ben", ASKED, GATE))
    assert len(after.tasks) == 2
    assert len({each.nonce for each in after.tasks.values()}) == 2


@pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1])
def test_a_question_must_leave_some_time_and_not_for_ever(minutes: int) -> None:
    with pytest.raises(ValidationError):
        AskFirst(question=evidence("question"), of=Role.LEGAL, minutes=minutes)


@pytest.mark.parametrize(("person", "code"), [("nia", Code.NOT_SEATED), ("vera", Code.EXCLUDED)])
def test_only_who_may_decide_may_ask_first(person: str, code: Code) -> None:
    assert refused(state(GATE), say(person, ASKED, GATE)).code is code


def test_a_question_does_not_take_back_what_its_asker_decided() -> None:
    after = heard(state(GATE), say("ada", Approve(), GATE), say("ada", ASKED, GATE))
    assert [each.kind for each in after.gates[GATE.key].votes] == ["approve"]


def test_a_withdrawal_is_possible_until_the_gate_is_decided() -> None:
    approved = heard(state(GATE), say("ada", Approve(), GATE))
    assert heard(approved, say("ada", Withdraw(), GATE)).gates[GATE.key].votes == ()
    decided = heard(approved, say("fay", Approve(), GATE))
    assert refused(decided, say("ada", Withdraw(), GATE)).code is Code.NOT_OPEN


def test_a_withdrawal_needs_no_fresh_look_because_the_card_may_have_changed() -> None:
    approved = heard(state(GATE), say("ada", Approve(), GATE))
    assert heard(approved, say("ada", Withdraw(), GATE, digest="stale")).gates[GATE.key].votes == ()
