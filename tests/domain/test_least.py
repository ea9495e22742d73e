"""Only what answers a question of this emergency leaves, each field says which, and no content goes abroad."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.basis import basis_digest, foreign, recipient_kind
from domain.basis_rows import ROWS
from domain.basis_terms import Instead, Need, RecipientKind, Tier
from domain.emergency import Recipient, release_card
from domain.gates import gate_faults
from domain.least import (
    ANSWERS,
    ASKS,
    ONLY_WITHOUT,
    WELFARE,
    WHY,
    Least,
    LeftOut,
    Question,
    Wanted,
    least,
    rows_of,
    with_seats,
)
from domain.letters import LEFT_OUT
from domain.outside import FieldView
from tests.domain.parts import RELEASE, state
from workflows.sops.emergency_data_request import INTAKE

# What the platform stand-in holds of each account.
HELD = tuple(
    FieldView(name=name, tier=tier)
    for tier, names in {
        "E1": ("name", "email", "phone", "created_at", "signup_ip"),
        "E2": ("last_login_ip", "last_login_at"),
        "E3": ("direct_messages", "precise_location"),
    }.items()
    for name in names
)
COUNTRIES = ("US", "GB", "DE", "AU", "BR", "", "ZZ")
COMPANIES = ("us", "uk", "ie", "au")

wanteds = st.builds(
    Wanted,
    category=st.sampled_from([*ASKS, "", "fugitive"]),
    fields=st.lists(st.sampled_from([each.name for each in HELD] + ["all", "passwords"]), max_size=4).map(tuple),
    answered=st.lists(st.sampled_from(Question), unique=True, max_size=4).map(tuple),
    content=st.booleans(),
)
recipients = st.sampled_from([None, *RecipientKind])


def found(wanted: Wanted, kind: str = "agency-us", residency: str = "US", here: str = "us") -> Least:
    return least(HELD, wanted, recipient=RecipientKind(kind), residency=residency, here=here)


def fields(given_least: Least) -> list[str]:
    return [item.id for item in given_least.scope.items]


def why(given_least: Least) -> dict[str, str]:
    return {each.field: each.because for each in given_least.left_out}


# -- by example ---------------------------------------------------------------------------------------------


def test_for_a_missing_person_the_last_place_and_a_way_to_reach_them_leave_and_no_name() -> None:
    scope = found(Wanted(category="missing-person"))
    assert fields(scope) == ["email", "phone", "last_login_at", "last_login_ip"]
    assert {item.id: item.why for item in scope.scope.items} == {
        "email": "how the person can be reached (missing-person)",
        "phone": "how the person can be reached (missing-person)",
        "last_login_at": "when the person was last there (missing-person)",
        "last_login_ip": "where the person is or was last (missing-person)",
    }
    assert why(scope) == {
        "created_at": "serves-nothing",
        "name": "serves-nothing",
        "signup_ip": "serves-nothing",
        "direct_messages": "serves-nothing",
        "precise_location": "content",
    }
    assert scope.scope.basis == {"E1": "us-agency-records", "E2": "us-agency-records"}
    assert scope.needs == (Need.GOOD_FAITH,)


def test_what_the_request_answers_itself_needs_no_data() -> None:
    scope = found(Wanted(category="missing-person", answered=(Question.REACH, Question.WHEN)))
    assert fields(scope) == ["last_login_ip"]
    answered = Wanted(category="missing-person", answered=ASKS["missing-person"])
    assert found(answered).scope.items == ()


def test_content_leaves_only_where_it_was_asked_for_and_serves() -> None:
    scope = found(Wanted(category="violence", content=True))
    assert {"direct_messages", "precise_location"} <= set(fields(scope))
    assert scope.needs == (Need.GOOD_FAITH, Need.SECOND_CHANNEL, Need.LEGAL_AND_DUTY_MANAGER)
    assert "direct_messages" not in fields(found(Wanted(category="disaster", content=True)))


def test_only_what_was_asked_for_by_name_leaves_and_what_is_not_held_is_said() -> None:
    scope = found(Wanted(category="missing-person", fields=("Phone", "signup ip", "name", "passwords")))
    assert fields(scope) == ["phone", "signup_ip"]
    assert {name: why(scope)[name] for name in ("passwords", "name", "email")} == {
        "passwords": "not-held",
        "name": "serves-nothing",
        "email": "not-asked",
    }


@pytest.mark.parametrize("said", ["all", "*", " Everything ", "all  data"])
def test_whoever_asks_for_everything_gets_the_least(said: str) -> None:
    scope = found(Wanted(category="missing-person", fields=(said, "name")))
    assert scope.narrowed
    assert fields(scope) == fields(found(Wanted(category="missing-person")))


def test_where_the_fresher_address_is_not_held_the_older_one_stands_in() -> None:
    held = [each for each in HELD if each.name != "last_login_ip"]
    scope = least(held, Wanted(category="disaster"), recipient=RecipientKind.AGENCY_US, residency="US", here="us")
    assert "signup_ip" in fields(scope)


def test_a_foreign_requester_gets_records_and_needs_counsel_and_a_second_channel() -> None:
    scope = found(Wanted(category="violence", content=True), "agency-uk")
    assert scope.foreign
    assert {item.tier for item in scope.scope.items} == {"E1", "E2"}
    assert (why(scope)["direct_messages"], why(scope)["precise_location"]) == ("foreign-requester",) * 2
    assert scope.needs == (Need.SECOND_CHANNEL, Need.REGIONAL_COUNSEL)


def test_without_a_basis_nothing_leaves_and_what_else_may_be_done_is_said() -> None:
    scope = found(Wanted(category="violence"), "agency-us", "GB", "uk")
    assert scope.scope.items == ()
    assert scope.scope.basis == {}
    assert set(why(scope).values()) == {"no-basis", "foreign-requester"}
    assert scope.instead == (Instead.LEGAL_PROCESS, Instead.OWN_POLICE, Instead.CALL_DESK)


def test_a_refusal_says_no_basis_only_where_law_is_what_stands_in_the_way() -> None:
    assert found(Wanted(category="violence"), "agency-us", "GB", "uk").refusal == "no-legal-basis"
    assert found(Wanted(category="missing-person", fields=("passwords",))).refusal == "scope-too-wide"
    answered = Wanted(category="missing-person", answered=ASKS["missing-person"])
    assert found(answered).refusal == "scope-too-wide"
    assert Least().refusal == "no-legal-basis"  # no such account


# -- by property --------------------------------------------------------------------------------------------


@given(wanted=wanteds, recipient=recipients, residency=st.sampled_from(COUNTRIES), here=st.sampled_from(COMPANIES))
def test_nothing_leaves_without_a_row_a_question_and_a_wish(
    wanted: Wanted, recipient: RecipientKind | None, residency: str, here: str
) -> None:
    scope = least(HELD, wanted, recipient=recipient, residency=residency, here=here)
    out, stays = set(fields(scope)), {each.field for each in scope.left_out}
    # Every field is on one side, with a reason.
    assert not out & stays
    assert {each.name for each in HELD} <= out | stays
    assert all(each.because in LEFT_OUT for each in scope.left_out)
    rows = {row.id: row for row in ROWS}
    assert set(scope.scope.basis) == {item.tier for item in scope.scope.items}
    for item in scope.scope.items:
        row = rows[scope.scope.basis[item.tier]]
        assert recipient in row.recipients
        assert row.entity == here
        assert row.opens
        assert Tier(item.tier) in row.tiers
        assert set(ANSWERS[item.id]) & set(wanted.open)
        assert any(WHY[each] in item.why for each in ANSWERS[item.id])
        assert not wanted.by_name or item.id in wanted.by_name
        assert item.tier != "E3" or (wanted.content and not foreign(recipient, here))
        assert set(row.needs) <= set(scope.needs)
    assert rows_of(scope.scope, ROWS) == tuple(row for row in ROWS if row.id in set(scope.scope.basis.values()))


@given(wanted=wanteds, recipient=recipients, more=st.sets(st.sampled_from(Question)), drop=st.sampled_from(HELD))
def test_knowing_more_holding_less_or_wanting_no_content_never_widens_a_release(
    wanted: Wanted, recipient: RecipientKind | None, more: set[Question], drop: FieldView
) -> None:
    before = set(fields(least(HELD, wanted, recipient=recipient, residency="US", here="us")))
    fewer = [each for each in HELD if each != drop]
    for held, narrower in (
        (HELD, wanted.model_copy(update={"answered": (*wanted.answered, *sorted(more))})),
        (HELD, wanted.model_copy(update={"content": False})),
        (fewer, wanted),
    ):
        after = set(fields(least(held, narrower, recipient=recipient, residency="US", here="us")))
        # What stands in for a fresher field that is not held is the one exception.
        assert after - before <= {name for name, better in ONLY_WITHOUT.items() if better == drop.name}


@given(order=st.permutations(HELD), twice=st.booleans())
def test_the_order_in_which_the_platform_answers_changes_nothing(order: list[FieldView], twice: bool) -> None:
    given_fields = order * 2 if twice else order
    wanted = Wanted(category="violence", content=True)
    answer = least(given_fields, wanted, recipient=RecipientKind.AGENCY_US, residency="US", here="us")
    assert answer == found(wanted)


# -- joined to what is there --------------------------------------------------------------------------------


def test_each_kind_of_emergency_of_the_form_has_its_questions_and_each_question_its_words() -> None:
    kinds = next(each for each in INTAKE if each.name == "category").choices
    assert set(ASKS) == {*kinds, WELFARE}  # and what a desk must know that we call ourselves
    assert all(ASKS.values())
    assert set(WHY) == set(Question)
    assert {each for answers in ANSWERS.values() for each in answers} == set(Question)


def test_a_scope_goes_onto_a_card_as_it_is_with_the_hash_of_its_rows() -> None:
    scope = found(Wanted(category="missing-person")).scope
    to = Recipient(id="agency-northfield", country="US", contact="0" * 64)
    card = release_card(state(facts={}), RELEASE, to, scope, ("E1", "E2"), ())
    assert [item.id for item in card.items] == fields(found(Wanted(category="missing-person")))
    assert (card.basis, card.basis_sha256) == ("us-agency-records", basis_digest("us-agency-records"))


def test_a_gate_for_a_requester_from_abroad_seats_regional_counsel_besides_and_is_sound() -> None:
    assert with_seats(RELEASE, (Need.GOOD_FAITH,)) == RELEASE
    abroad = with_seats(RELEASE, (Need.REGIONAL_COUNSEL,))
    assert [each.name for each in abroad.seats] == [*(each.name for each in RELEASE.seats), "regional-counsel"]
    assert abroad.name == "release-abroad"
    assert gate_faults(abroad) == []
    assert with_seats(abroad, (Need.REGIONAL_COUNSEL,)) == abroad


@pytest.mark.parametrize(("country", "residency"), list(product(("US", "GB", "AU", "DE"), repeat=2)))
def test_the_codes_for_a_letter_are_each_said_once(country: str, residency: str) -> None:
    kind = recipient_kind("agency", country)
    scope = least(HELD, Wanted(category="violence"), recipient=kind, residency=residency, here="us")
    assert list(scope.left_out_codes) == sorted({each.because for each in scope.left_out})
    assert LeftOut(field="a", because="no-basis").tier == ""
