"""How decisions on one gate add up, one rule at a time."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Act, Approve, ApproveLess, Deny, Done, Take
from domain.cards import Change
from domain.errors import Code
from domain.people import Role
from domain.refusal import Refused
from domain.state import GateRecord, Status
from domain.voting import alone_roles, approval, cast, may_sit, redrawn, settle, withdrawn
from tests.domain.parts import CASE, DESK, HIDE, NOW, PROTECT, RELEASE, STAND_DOWN, authority, card, gate_record, say


def vote(record: GateRecord, person: str, act: Act | None = None, **more: Any) -> GateRecord | Refused:
    said = say(person, act or Approve(), record, **more)
    return cast(record, said, DESK.sign(said), excluded=("vera",))


def voted(record: GateRecord, person: str, act: Act | None = None, **more: Any) -> GateRecord:
    after = vote(record, person, act, **more)
    assert isinstance(after, GateRecord), after
    return settle(after, NOW)


def people(record: GateRecord) -> set[str]:
    return {each.person for each in record.votes}


def test_two_people_on_two_seats_approve() -> None:
    once = voted(gate_record(), "ada")
    assert once.open
    both = voted(once, "fay")
    assert both.status is Status.APPROVED
    assert both.ended_at == NOW
    assert not both.alone


def test_two_people_who_could_only_share_one_seat_do_not_approve() -> None:
    assert voted(voted(gate_record(), "ada"), "ben").open


def test_one_person_who_holds_every_role_is_still_one_person() -> None:
    twice = voted(voted(gate_record(), "max"), "max", id="max:again")
    assert twice.open
    assert [each.id for each in twice.votes] == ["max:again"], "who decides again has decided otherwise, not twice"


def test_one_denial_denies_with_its_code_whoever_said_yes_before() -> None:
    denied = voted(voted(gate_record(), "ada"), "fay", Deny(code="unverified"))
    assert (denied.status, denied.code, denied.ended_at) == (Status.DENIED, "unverified", NOW)


@pytest.mark.parametrize("code", ["", "no-such-reason"])
def test_a_denial_names_one_of_the_gates_reasons(code: str) -> None:
    answer = vote(gate_record(), "fay", Deny(code=code))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.detail) == (Code.REASON_REQUIRED, "not-an-emergency, unverified")


def test_a_gate_without_listed_reasons_takes_any() -> None:
    record = gate_record(HIDE)
    assert voted(record, "hana", Deny(code="mistake")).status is Status.DENIED


@pytest.mark.parametrize("person", ["nia", "kit"])
def test_who_has_no_seat_here_is_refused(person: str) -> None:
    assert vote(gate_record(), person) == Refused(code=Code.NOT_SEATED)


def test_who_took_part_is_refused_and_so_is_their_delegate() -> None:
    assert vote(gate_record(), "vera") == Refused(code=Code.EXCLUDED)
    assert vote(gate_record(), "dele") == Refused(code=Code.EXCLUDED)


@pytest.mark.parametrize("from_card", [True, False])
def test_an_exclusion_counts_whether_the_card_or_the_case_names_it(from_card: bool) -> None:
    record = gate_record(base=card(excluded=("ada",) if from_card else ()))
    said = say("ada", Approve(), record)
    assert cast(record, said, DESK.sign(said), () if from_card else ("ada",)) == Refused(code=Code.EXCLUDED)


@pytest.mark.parametrize("change", [{"nonce": "another-gate"}, {"nonce": ""}, {"digest": "0" * 64}, {"digest": ""}])
def test_a_decision_on_something_else_than_is_shown_now_is_stale(change: dict[str, Any]) -> None:
    assert vote(gate_record(), "ada", **change) == Refused(code=Code.STALE)


@pytest.mark.parametrize("act", [Take(), Done()])
def test_what_is_no_verdict_is_not_counted_as_one(act: Act) -> None:
    assert vote(gate_record(), "ada", act) == Refused(code=Code.NOT_ALLOWED)


# -- approving less -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("items", [(), ("x",), ("a", "x")])
def test_less_is_some_of_what_the_card_shows(items: tuple[str, ...]) -> None:
    assert vote(gate_record(), "ada", ApproveLess(items=items)) == Refused(code=Code.NOT_A_SUBSET)


def test_a_narrower_card_keeps_the_approval_of_the_wider_one() -> None:
    both = voted(voted(gate_record(), "ada"), "fay", ApproveLess(items=("a", "b")))
    assert both.status is Status.APPROVED
    assert both.card.item_ids == {"a", "b"}


def test_after_less_was_approved_others_decide_on_the_narrower_card() -> None:
    wide = gate_record()
    narrow = voted(wide, "ada", ApproveLess(items=("b",)))
    assert narrow.card.item_ids == {"b"}
    assert vote(narrow, "fay", digest=wide.card.digest) == Refused(code=Code.STALE)
    assert vote(narrow, "fay", ApproveLess(items=("a",))) == Refused(code=Code.NOT_A_SUBSET)
    assert voted(narrow, "fay").status is Status.APPROVED


def test_a_second_narrowing_goes_below_the_first() -> None:
    record = voted(gate_record(), "ada", ApproveLess(items=("a", "b")))
    assert voted(record, "ben", ApproveLess(items=("a",))).card.item_ids == {"a"}


# -- taking back --------------------------------------------------------------------------------------------


def test_who_said_nothing_has_nothing_to_withdraw() -> None:
    answer = withdrawn(voted(gate_record(), "ada"), "fay")
    assert isinstance(answer, Refused)
    assert answer.code is Code.NOT_ALLOWED


def test_a_withdrawn_approval_no_longer_counts() -> None:
    alone = withdrawn(voted(gate_record(), "ada"), "ada")
    assert isinstance(alone, GateRecord)
    assert voted(alone, "fay").open


def test_withdrawing_a_narrowing_shows_everything_again_and_voids_what_was_said_of_less() -> None:
    record = voted(voted(gate_record(), "ada", ApproveLess(items=("a",))), "ben")
    wide = withdrawn(record, "ada")
    assert isinstance(wide, GateRecord)
    assert wide.card.item_ids == {"a", "b", "c"}
    assert people(wide) == set()


def test_withdrawing_a_narrowing_keeps_what_was_said_of_the_wider_card() -> None:
    record = voted(voted(gate_record(), "ada"), "ben", ApproveLess(items=("a",)))
    wide = withdrawn(record, "ben")
    assert isinstance(wide, GateRecord)
    assert people(wide) == {"ada"}


def test_withdrawing_one_of_two_narrowings_leaves_the_other() -> None:
    record = voted(voted(gate_record(), "ada", ApproveLess(items=("a", "b"))), "ben", ApproveLess(items=("a",)))
    after = withdrawn(record, "ben")
    assert isinstance(after, GateRecord)
    assert after.card.item_ids == {"a", "b"}
    assert people(after) == {"ada"}


def test_who_narrowed_and_then_approves_what_is_left_can_still_take_the_narrowing_back() -> None:
    record = voted(voted(gate_record(), "ada", ApproveLess(items=("a",))), "ada", id="ada:again")
    assert record.card.item_ids == {"a"}
    bare = withdrawn(record, "ada")
    assert isinstance(bare, GateRecord)
    assert bare.card.item_ids == {"a", "b", "c"}


def test_a_narrowing_that_was_approved_again_outlives_the_withdrawal_of_others() -> None:
    record = voted(gate_record(), "ada", ApproveLess(items=("a", "b")))
    record = voted(record, "ben", ApproveLess(items=("a",)))
    record = voted(record, "ada", id="ada:again")
    after = withdrawn(record, "ben")
    assert isinstance(after, GateRecord)
    assert after.card.item_ids == {"a"}
    assert people(after) == {"ada"}


# -- facts that change --------------------------------------------------------------------------------------


def test_a_card_drawn_the_same_leaves_the_gate_alone() -> None:
    record = voted(gate_record(), "ada")
    assert redrawn(record, record.base) == (record, Change.NONE)


def test_fewer_items_by_new_facts_keep_earlier_approvals() -> None:
    record, change = redrawn(voted(gate_record(), "ada"), card("a", "b"))
    assert change is Change.NARROWED
    assert people(record) == {"ada"}
    assert voted(record, "fay").status is Status.APPROVED


def test_fewer_items_by_new_facts_never_widen_what_was_narrowed() -> None:
    record, _ = redrawn(voted(gate_record(), "ada", ApproveLess(items=("a", "c"))), card("a", "b"))
    assert record.card.item_ids == {"a"}


@pytest.mark.parametrize(
    "fresh", [card("a", "b", "c", "d"), card(recipient="agency-lowmoor"), card("a", basis="another")]
)
def test_more_items_or_another_recipient_void_every_decision(fresh: Any) -> None:
    record, change = redrawn(voted(gate_record(), "ada", ApproveLess(items=("a",))), fresh)
    assert change is Change.VOIDED
    assert (record.votes, record.limit, record.card) == ((), None, fresh)
    assert voted(record, "fay").open


# -- alone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rungs", "status"), [(0, Status.OPEN), (2, Status.OPEN), (3, Status.APPROVED)])
def test_counsel_decides_alone_from_the_third_rung_of_protect(rungs: int, status: Status) -> None:
    record = voted(gate_record(PROTECT, rungs=rungs), "fay", alone=True)
    assert record.status is status
    assert record.alone is (status is Status.APPROVED)


def test_nobody_decides_alone_who_was_not_told_so() -> None:
    assert voted(gate_record(PROTECT, rungs=3), "fay").open


@pytest.mark.parametrize("person", ["dara", "hana"])
def test_only_the_roles_of_the_rung_decide_alone(person: str) -> None:
    assert voted(gate_record(PROTECT, rungs=9), person, alone=True).open


def test_the_executive_is_seated_only_when_their_rung_was_called() -> None:
    assert vote(gate_record(PROTECT, rungs=2), "kit", alone=True) == Refused(code=Code.NOT_SEATED)
    assert voted(gate_record(PROTECT, rungs=3), "kit", alone=True).alone


def test_no_other_family_is_ever_decided_alone() -> None:
    for gate, person in ((RELEASE, "fay"), (STAND_DOWN, "hana")):
        assert voted(gate_record(gate, rungs=99), person, alone=True).open


def test_two_seats_filled_are_not_called_a_decision_alone() -> None:
    record = voted(voted(gate_record(PROTECT, rungs=3), "dara"), "fay", alone=True)
    assert record.status is Status.APPROVED
    assert not record.alone


def test_who_may_sit_depends_on_the_rungs_that_were_called() -> None:
    assert alone_roles(PROTECT, 2) == frozenset()
    assert Role.EXECUTIVE in alone_roles(PROTECT, 3)
    assert not may_sit(PROTECT, 2, [Role.EXECUTIVE])
    assert may_sit(PROTECT, 3, [Role.EXECUTIVE])
    assert not may_sit(PROTECT, 3, [])


# -- what the gate hands on ---------------------------------------------------------------------------------


def test_a_decided_gate_is_not_decided_again() -> None:
    record = voted(voted(gate_record(), "ada"), "fay")
    assert settle(record, NOW.replace(hour=5)) is record


@pytest.mark.parametrize("record", [gate_record(), gate_record(status=Status.DENIED, ended_at=NOW)])
def test_only_an_approved_gate_hands_on_an_approval(record: GateRecord) -> None:
    with pytest.raises(ValueError, match="is not approved"):
        approval(CASE, record)


def test_an_approval_carries_the_signatures_of_those_who_approved_and_what_each_saw() -> None:
    wide = gate_record()
    record = voted(voted(wide, "ada"), "fay", ApproveLess(items=("b",)))
    handed = approval(CASE, record)
    assert handed.digest == record.card.digest
    assert handed.card.item_ids == {"b"}
    assert {each.digest for each in handed.shown} == {wide.card.digest}
    assert [each.body for each in handed.signed] == [each.signed.body for each in record.votes]
    assert authority("ada").roles == record.votes[0].roles
