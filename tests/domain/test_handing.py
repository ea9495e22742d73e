"""A hand-over as pure state: who may offer, who may answer, what it carries, and that nothing is lost on the way."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain import acts
from domain.handing import REASONS, may_answer, office
from domain.people import Role
from domain.state import OWNER, HandOverRecord, OwnerRecord, State, Status
from tests.domain.parts import NOW, PROCEDURE, gate_record, heard, ladder, refused, say, state, task_record


def owned(person: str = "vera") -> State:
    seat = OwnerRecord(key=OWNER, nonce=OWNER, opened_at=NOW, ladder=PROCEDURE.owner, person=person, status=Status.DONE)
    return state(gate_record(), task_record(), owner=seat)


def offered(to: str = "uk") -> tuple[State, HandOverRecord]:
    after = heard(owned(), say("vera", acts.HandOver(to=to)))
    return after, after.hand_overs["hand-over/1"]


def answer(person: str, act: acts.Act, record: HandOverRecord) -> acts.Statement:
    return say(person, act, subject=record.key, nonce=record.nonce, digest=record.digest)


def test_an_offer_carries_what_is_open_and_leaves_the_owner_where_they_are() -> None:
    after, record = offered()
    assert set(record.carried.waits_on) == {*record.carried.gates, *record.carried.tasks}
    assert record.to == "gb"
    assert after.owner is not None
    assert after.owner.person == "vera"


def test_accepting_makes_the_owner_and_closes_the_offer() -> None:
    after, record = offered(to="max")
    taken = heard(after, answer("max", acts.Accept(), record))
    assert taken.owner is not None
    assert taken.owner.person == "max"
    assert taken.hand_overs[record.key].status is Status.DONE


def test_an_offer_that_was_answered_cannot_be_answered_again() -> None:
    after, record = offered(to="max")
    taken = heard(after, answer("max", acts.Accept(), record))
    assert refused(taken, answer("vera", acts.Withdraw(), record)).code.value == "not-open"


def test_declining_needs_a_reason_and_asks_whoever_is_next() -> None:
    after, record = offered(to="max")
    assert refused(after, answer("max", acts.Decline(code="tired"), record)).code.value == "reason-required"
    again = heard(after, answer("max", acts.Decline(code=REASONS[0]), record))
    assert [each.status for each in again.hand_overs.values()] == [Status.CANNOT, Status.OPEN]
    assert again.hand_overs["hand-over/2"].carried == record.carried


@given(st.integers(0, 5), st.sampled_from(["gb", "us", "", "max"]))
def test_the_office_that_is_asked_may_always_answer_and_strangers_only_once_they_are_called(
    rungs: int, to: str
) -> None:
    steps = ladder((0, (Role.LE_SPECIALIST,)), (10, (Role.DUTY_MANAGER,)), (20, (Role.INCIDENT_COMMANDER,)))
    _, record = offered()
    record = record.model_copy(update={"ladder": steps, "rungs": rungs, "to": to})
    assert may_answer(record, "somebody", (Role.LE_SPECIALIST,), "GB") is (to in ("gb", ""))
    assert may_answer(record, "commander", (Role.INCIDENT_COMMANDER,), "NZ") is (rungs >= 3)
    assert may_answer(record, "max", (), "NZ") is (to == "max")


def test_an_office_is_known_by_what_people_call_it() -> None:
    assert [office(name) for name in ("UK", " usa ", "au", "les-ben")] == ["gb", "us", "au", "les-ben"]


def test_an_offer_says_when_the_next_call_is_due() -> None:
    after, _ = offered()
    due = str(after.pending[-1].detail["next_due"])
    assert due == (NOW + timedelta(0)).isoformat()
