"""The disclosing step trusts nothing that comes with an approval; here somebody tries each way round it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.acts import Act, Approve, ApproveLess, AskFirst, Deny, Signed, Withdraw
from domain.errors import Code
from domain.gates import Gate, Rung, Seat
from domain.people import Role
from domain.refusal import Refused
from domain.state import GateRecord
from domain.voting import Approval, approval, cast, quorum_fault, settle
from tests.domain.parts import (
    ALONE,
    CASE,
    DESK,
    HIDE,
    INTRUDER,
    NOW,
    PROTECT,
    RELEASE,
    TEAM,
    TRUSTED,
    authority,
    card,
    evidence,
    gate_record,
    say,
)

LIVE = dict(TEAM)


def decided(record: GateRecord, *votes: tuple[str, Act], **more: Any) -> Approval:
    for person, act in votes:
        said = say(person, act, record, **more)
        after = cast(record, said, DESK.sign(said), ("vera",))
        assert isinstance(after, GateRecord), after
        record = settle(after, NOW)
    return approval(CASE, record)


def released() -> Approval:
    return decided(gate_record(), ("ada", Approve()), ("fay", Approve()))


def signed(given: Approval, person: str, act: Act | None = None, **changes: Any) -> Signed:
    """A genuine signature of this person on what the approval shows, but for the changes."""
    shown = {"subject": given.key, "nonce": given.nonce, "digest": given.card.digest}
    return DESK.sign(say(person, act or Approve(), **{**shown, **changes}))


def fault(given: Approval, live: dict[str, tuple[Role, ...]] | None = None) -> Code | None:
    found = quorum_fault(given, TRUSTED, LIVE if live is None else live)
    return found.code if found else None


def test_a_full_set_of_genuine_signatures_is_a_quorum() -> None:
    assert fault(released()) is None


def test_less_that_was_approved_is_a_quorum_for_less() -> None:
    given = decided(gate_record(), ("ada", Approve()), ("fay", ApproveLess(items=("a", "b"))))
    assert given.card.item_ids == {"a", "b"}
    assert fault(given) is None


def test_one_signature_is_none() -> None:
    given = released()
    assert fault(given.model_copy(update={"signed": given.signed[:1]})) is Code.QUORUM
    assert fault(given.model_copy(update={"signed": ()})) is Code.QUORUM


def test_the_same_signature_twice_is_one() -> None:
    given = released()
    assert fault(given.model_copy(update={"signed": given.signed[:1] * 2})) is Code.QUORUM


def test_two_statements_of_one_person_are_one_person() -> None:
    given = released()
    twice = (signed(given, "max"), signed(given, "max", id="max:again"))
    assert fault(given.model_copy(update={"signed": twice})) is Code.QUORUM


WEAK: list[tuple[str, Callable[[Gate], dict[str, Any]]]] = [
    ("one seat", lambda gate: {"seats": gate.seats[1:]}),
    ("no seat", lambda gate: {"seats": ()}),
    ("alone", lambda gate: {"ladder": gate.ladder.model_copy(update={"rungs": (_alone(gate.ladder.rungs[0]),)})}),
    ("nobody excluded", lambda gate: {"excludes": ()}),
    ("anybody's seats", lambda gate: {"seats": tuple(Seat(name=s.name, roles=tuple(Role)) for s in gate.seats)}),
]


def _alone(rung: Rung) -> Rung:
    return rung.model_copy(update={"alone": ALONE})


@pytest.mark.parametrize("weaken", [weaken for _, weaken in WEAK], ids=[name for name, _ in WEAK])
def test_a_weakened_copy_of_the_gate_turns_one_genuine_signature_into_nothing(
    weaken: Callable[[Gate], dict[str, Any]],
) -> None:
    given = released()
    one = (signed(given, "fay"),)
    weak = given.gate.model_copy(update=weaken(given.gate))
    found = fault(given.model_copy(update={"gate": weak, "signed": one, "rungs": 9}))
    assert found is Code.QUORUM


def test_a_decision_on_one_gate_is_none_on_another() -> None:
    given = released()
    other = PROTECT.model_copy(update={"seats": RELEASE.seats})
    assert fault(given.model_copy(update={"gate": other})) is Code.QUORUM


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "agency-lowmoor"},
        {"items": card("a", "b", "c", "d").items},
        {"items": card("d").items},
        {"basis": "another"},
        {"excluded": ()},
        {"findings": ()},
        {"basis_sha256": "0" * 64},
        {"contact_sha256": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("shown_too", [False, True])
def test_a_tampered_card_is_not_what_was_signed(change: dict[str, Any], shown_too: bool) -> None:
    given = released()
    tampered = given.card.model_copy(update=change)
    shown = (tampered,) if shown_too else given.shown
    assert fault(given.model_copy(update={"card": tampered, "shown": shown})) is Code.NO_APPROVAL


def test_without_the_card_that_was_shown_a_signature_proves_nothing() -> None:
    assert fault(released().model_copy(update={"shown": ()})) is Code.NO_APPROVAL


def test_less_of_what_was_signed_may_be_released() -> None:
    given = released()
    assert fault(given.model_copy(update={"card": given.card.only(frozenset("a"))})) is None


def test_more_than_one_approved_less_is_never_released() -> None:
    given = decided(gate_record(), ("ada", Approve()), ("fay", ApproveLess(items=("a",))))
    for items in ("ab", "abc", "b"):
        wider = gate_record().card.only(frozenset(items))
        assert fault(given.model_copy(update={"card": wider})) is Code.NO_APPROVAL


@pytest.mark.parametrize(
    "change",
    [
        {"case": "EDR-7K3QX-9VD43"},
        {"subject": "notify/release/2"},
        {"subject": ""},
        {"nonce": "another-nonce"},
        {"nonce": ""},
    ],
    ids=str,
)
def test_a_signature_for_another_case_gate_or_opening_is_refused(change: dict[str, Any]) -> None:
    given = released()
    moved = (given.signed[0], signed(given, "fay", **change))
    assert fault(given.model_copy(update={"signed": moved})) is Code.OTHER_CASE


@pytest.mark.parametrize("change", [{"case": "EDR-7K3QX-9VD43"}, {"nonce": "x"}, {"key": "notify/release/2"}], ids=str)
def test_an_approval_moved_to_another_case_gate_or_opening_is_refused(change: dict[str, str]) -> None:
    assert fault(released().model_copy(update=change)) is Code.OTHER_CASE


@pytest.mark.parametrize(
    "act", [Deny(code="unverified"), AskFirst(question=evidence(), of=Role.LEGAL), Withdraw()], ids=lambda act: act.kind
)
def test_what_is_no_yes_does_not_count_as_one(act: Act) -> None:
    given = released()
    no = (given.signed[0], signed(given, "fay", act))
    assert fault(given.model_copy(update={"signed": no})) is Code.NO_APPROVAL


def test_a_signature_of_any_other_key_is_forged() -> None:
    given = released()
    said = say("fay", Approve(), subject=given.key, nonce=given.nonce, digest=given.card.digest)
    forged = (given.signed[0], INTRUDER.sign(said))
    assert fault(given.model_copy(update={"signed": forged})) is Code.FORGED


def test_the_keys_of_the_step_decide_and_not_those_of_the_case() -> None:
    assert quorum_fault(released(), (INTRUDER.public,), LIVE) == Refused(code=Code.FORGED)


def test_whoever_was_suspended_since_voids_their_decision() -> None:
    live = {name: roles for name, roles in LIVE.items() if name != "fay"}
    assert fault(released(), live) is Code.SUSPENDED


def test_a_role_that_was_lost_since_fills_no_seat() -> None:
    assert fault(released(), {**LIVE, "fay": (Role.ENGINEER,)}) is Code.QUORUM


def test_a_role_that_was_won_since_fills_no_seat_either() -> None:
    given = released()
    without = signed(given, "nia")
    live = {**LIVE, "nia": (Role.LEGAL,)}
    assert fault(given.model_copy(update={"signed": (given.signed[0], without)}), live) is Code.QUORUM


def test_who_is_excluded_on_the_card_does_not_count_even_with_a_genuine_signature() -> None:
    given = released()
    for person in ("vera", "dele"):
        barred = (given.signed[0], signed(given, person))
        assert fault(given.model_copy(update={"signed": barred})) is Code.EXCLUDED


# -- alone --------------------------------------------------------------------------------------------------


def alone() -> Approval:
    return decided(gate_record(PROTECT, rungs=3), ("kit", Approve()), alone=True)


def test_one_who_may_decide_alone_is_a_quorum_at_the_third_rung() -> None:
    assert alone().alone
    assert fault(alone()) is None


def test_one_who_may_decide_alone_is_none_before_their_rung() -> None:
    assert fault(alone().model_copy(update={"rungs": 2})) is Code.QUORUM


def test_one_who_was_not_told_that_they_decide_alone_is_none() -> None:
    given = alone()
    unaware = (signed(given, "kit", alone=False),)
    assert fault(given.model_copy(update={"signed": unaware})) is Code.QUORUM


def test_the_mark_alone_on_the_approval_itself_proves_nothing() -> None:
    given = released().model_copy(update={"alone": True, "rungs": 9})
    assert fault(given.model_copy(update={"signed": given.signed[:1]})) is Code.QUORUM


def test_one_who_lost_the_role_cannot_have_decided_alone() -> None:
    assert fault(alone(), {**LIVE, "kit": (Role.LEGAL,)}) is Code.QUORUM
    assert fault(alone(), {**LIVE, "kit": ()}) is Code.QUORUM


def test_a_role_that_only_the_signature_claims_is_none() -> None:
    given = alone()
    claimed = (signed(given, "nia", authority=authority("nia", roles=(Role.EXECUTIVE,)), alone=True),)
    assert fault(given.model_copy(update={"signed": claimed})) is Code.QUORUM


def test_a_gate_of_one_seat_is_met_by_its_one_person() -> None:
    assert fault(decided(gate_record(HIDE), ("hana", Approve()))) is None
