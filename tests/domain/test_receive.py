"""Every act on every kind of subject: accepted, or refused with its code and without a trace in the case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import acts
from domain.acts import Act, Recorded, Signed
from domain.errors import Code
from domain.people import Role
from domain.refusal import Refused
from domain.state import GateRecord, InterventionRecord, State, Status, TaskRecord
from domain.timeline import Kind
from tests.domain.parts import (
    CASE,
    DESK,
    INTRUDER,
    TEAM,
    evidence,
    gate_record,
    hear,
    heard,
    intervention,
    refused,
    say,
    state,
    task_record,
)

GATE, TASK, STEP = gate_record(), task_record(), intervention()
SUBJECTS: dict[str, GateRecord | TaskRecord | InterventionRecord | None] = {
    "case": None,
    "gate": GATE,
    "task": TASK,
    "intervention": STEP,
}
ACTS: tuple[Act, ...] = (
    acts.Approve(),
    acts.ApproveLess(items=("a",)),
    acts.AskFirst(question=evidence("question"), of=Role.LEGAL),
    acts.Deny(code="unverified"),
    acts.Withdraw(),
    acts.Done(result={"answer": "yes"}, artefact=evidence()),
    acts.Cannot(code="nobody-answered"),
    acts.Move(to=datetime(2026, 12, 1, tzinfo=UTC), code="late"),
    acts.Report(what="deviation", code="late"),
    acts.Retry(),
    acts.ByHand(result={"id": "x"}, artefact=evidence()),
    acts.Skip(code="not-needed"),
    acts.Take(),
    acts.Amend(facts={"category": "missing-person"}),
    acts.AskToStandDown(code="false-alarm"),
    acts.Note(text=evidence("note")),
    acts.Acknowledge(),
    acts.AskToToll(code="law-enforcement-delay"),
    acts.Resume(code="over"),
    acts.ClockMet(artefact=evidence()),
    acts.Reassess(imminence=3, harm=4, credibility=3, code="seen-again"),
    acts.HandOver(to="uk"),
    acts.Accept(),
    acts.Decline(code="not-on-duty"),
    acts.Update(code="looking"),
)
ACCEPTED = {
    "case": {"take", "amend", "ask-to-stand-down", "note", "report", "reassess", "hand-over", "update"},
    "gate": {"approve", "approve-less", "ask-first", "deny", "acknowledge"},
    "task": {"done", "cannot", "acknowledge"},
    "intervention": {"retry", "by-hand", "skip", "acknowledge"},
}


def everything() -> State:
    return state(GATE, TASK, STEP)


def test_every_act_that_there_is_is_tried_here() -> None:
    elsewhere = {acts.Escalate}  # in tests.domain.test_escalating: it belongs to whatever has called somebody
    assert {type(each) for each in ACTS} | elsewhere == set(get_args(get_args(acts.Act)[0]))


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.kind)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_act_is_taken_where_it_belongs_and_refused_elsewhere(subject: str, act: Act) -> None:
    said = say("max", act, SUBJECTS[subject])
    if act.kind in ACCEPTED[subject]:
        after, answer = hear(everything(), said)
        assert isinstance(answer, Recorded)
        assert (answer.id, answer.subject) == (said.id, said.subject)
        assert after.seen == (said.id,)
        assert after.pending, "an accepted act leaves an entry in the timeline"
        assert all(entry.who == "max" for entry in after.pending)
    else:
        assert refused(everything(), said).code is Code.NOT_ALLOWED


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.kind)
@pytest.mark.parametrize("key", ["notify/release/2", "owner/1", "release"])
def test_what_the_case_does_not_have_cannot_be_acted_on(key: str, act: Act) -> None:
    assert refused(everything(), say("max", act, GATE, subject=key)).code is Code.NO_SUCH_SUBJECT


@pytest.mark.parametrize("subject", ["gate", "task", "intervention"])
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.kind)
def test_what_has_ended_takes_nothing_more(subject: str, act: Act) -> None:
    record = SUBJECTS[subject]
    assert record is not None
    over = record.model_copy(update={"status": Status.DONE})
    assert refused(state(over), say("max", act, over)).code is Code.NOT_OPEN


@pytest.mark.parametrize("subject", ["gate", "task", "intervention"])
def test_who_has_no_role_here_is_refused_before_anything_else_is_said(subject: str) -> None:
    person = {"gate": "nia", "task": "hana", "intervention": "ada"}[subject]
    for act in ACTS:
        answer = refused(everything(), say(person, act, SUBJECTS[subject], digest="stale"))
        assert answer.code is (Code.NOT_ALLOWED if act.kind == "withdraw" and subject == "gate" else Code.NOT_SEATED)


@pytest.mark.parametrize("subject", ["gate", "task", "intervention"])
@pytest.mark.parametrize("change", [{"nonce": "another"}, {"digest": "0" * 64}, {"nonce": "", "digest": ""}], ids=str)
def test_an_act_on_something_else_than_was_shown_is_stale(subject: str, change: dict[str, str]) -> None:
    for act in ACTS:
        if act.kind in ACCEPTED[subject]:
            assert refused(everything(), say("max", act, SUBJECTS[subject], **change)).code is Code.STALE


# -- the envelope -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(Code))
def test_an_envelope_that_could_not_be_opened_is_answered_with_its_reason(code: Code) -> None:
    broken = Refused(code=code)
    assert refused(everything(), broken) is broken


def test_what_another_key_signed_changes_nothing() -> None:
    assert refused(everything(), INTRUDER.sign(say("ada", acts.Approve(), GATE))).code is Code.FORGED


def test_an_altered_text_changes_nothing() -> None:
    signed = DESK.sign(say("ada", acts.Approve(), GATE))
    altered = Signed(body=signed.body.replace('"ada', '"fay'), key_id=signed.key_id, signature=signed.signature)
    assert refused(everything(), altered).code is Code.FORGED


def test_what_was_said_of_another_case_changes_nothing() -> None:
    said = say("ada", acts.Approve(), GATE, case="EDR-7K3QX-9VD43")
    assert refused(everything(), said).code is Code.OTHER_CASE
    assert refused(everything(), say("ada", acts.Approve(), GATE, case=f"{CASE}/review")).code is Code.OTHER_CASE


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.kind)
def test_a_closed_case_takes_nothing_more(subject: str, act: Act) -> None:
    closed = everything().with_(status=Status.CLOSED)
    assert refused(closed, say("max", act, SUBJECTS[subject])).code is Code.ALREADY_CLOSED


def test_a_case_that_is_being_stood_down_still_listens() -> None:
    unwinding = everything().with_(status=Status.STANDING_DOWN)
    _, answer = hear(unwinding, say("nia", acts.Retry(), STEP))
    assert isinstance(answer, Recorded)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.kind)
def test_the_same_statement_twice_counts_once(subject: str, act: Act) -> None:
    said = say("max", act, SUBJECTS[subject])
    once, first = hear(everything(), said)
    twice, second = hear(once, said)
    assert twice is once
    if isinstance(first, Recorded):
        assert second == Recorded(id=said.id, subject=said.subject, status="already-recorded")
    else:
        assert second == first


def test_a_delivery_that_comes_after_the_close_is_still_answered_as_recorded() -> None:
    said = say("nia", acts.Retry(), STEP)
    closed = heard(everything(), said).with_(status=Status.CLOSED)
    after, answer = hear(closed, said)
    assert after is closed
    assert isinstance(answer, Recorded)


def test_a_refused_statement_may_be_sent_again_when_it_has_become_right() -> None:
    said = say("ada", acts.Approve(), GATE)
    assert refused(state(), said).code is Code.NO_SUCH_SUBJECT
    assert heard(state(GATE), said).gates[GATE.key].votes


def test_the_answer_says_how_the_subject_stands_after_it() -> None:
    first, answer = hear(state(GATE), say("ada", acts.Approve(), GATE))
    assert answer == Recorded(id="ada:approve", subject=GATE.key, status="open")
    _, answer = hear(first, say("fay", acts.Approve(), GATE))
    assert answer == Recorded(id="fay:approve", subject=GATE.key, status="approved")


said_by_anybody = st.builds(
    lambda person, act, subject, change, number: say(
        person, act, SUBJECTS[subject], **{"id": f"act-{number}", **change}
    ),
    st.sampled_from(sorted(TEAM)),
    st.sampled_from(ACTS),
    st.sampled_from(sorted(SUBJECTS)),
    st.sampled_from([{}, {}, {}, {"nonce": "x"}, {"digest": "x"}, {"case": "EDR-00000-00000"}, {"subject": "x"}]),
    st.integers(0, 5),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(said_by_anybody, max_size=10))
def test_whatever_is_said_in_whatever_order_a_refusal_leaves_no_trace(statements: list[acts.Statement]) -> None:
    now = everything()
    for said in statements:
        before = now
        now, answer = hear(before, said)
        if isinstance(answer, Refused):
            assert now is before
        elif answer.status == "already-recorded":
            assert said.id in before.seen
            assert now is before
        else:
            assert now.seen == (*before.seen, said.id)
            assert now.pending[: len(before.pending)] == before.pending
            assert len(now.pending) > len(before.pending)
        again: tuple[State, Any] = hear(now, said)
        assert again[0] is now


def test_refusals_are_counted_by_the_case_and_not_by_what_refuses() -> None:
    assert not any(entry.kind is Kind.REFUSAL for entry in hear(everything(), say("nia", acts.Take()))[0].pending)
