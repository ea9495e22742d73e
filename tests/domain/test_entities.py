"""A request goes on in the one company that may answer for the user, and no data goes with it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock_rules import Standing
from domain.entities import ENTITIES, Entity, HandOff, Route, Way, entity, entity_for, hand_off, route
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.places import Location
from tests.domain.parts import CASE, NOW, minutes

INTAKE = EvidenceRef(id="synthetic", kind=EvidenceKind.INTAKE, sha256="0" * 64, size=1)
# By the company that a request reached, in the order of `Location`: who goes on with it; `ask`: a person finds out.
EXPECTED = {
    "us": ("here", "uk", "ie", "au", "ie", "ask"),
    "uk": ("us", "here", "ie", "au", "ie", "ask"),
    "ie": ("us", "uk", "here", "au", "here", "ask"),
    "au": ("us", "uk", "ie", "here", "ie", "ask"),
}


@pytest.mark.parametrize("company", ENTITIES, ids=lambda each: each.id)
def test_a_row_is_complete_and_counsel_has_confirmed_none(company: Entity) -> None:
    assert company.name
    assert company.source
    assert company.desk
    assert company.serves
    assert company.counsel.standing is Standing.UNCONFIRMED
    assert company.location in company.serves, "it is the law of its own seat that it answers under"
    assert entity(company.id) == company


def test_each_place_has_one_company_and_an_unknown_place_none() -> None:
    served = [place for company in ENTITIES for place in company.serves]
    assert sorted(served) == sorted(set(Location) - {Location.UNKNOWN})
    assert len({company.id for company in ENTITIES}) == len(ENTITIES)
    assert entity_for(Location.UNKNOWN) is None


@pytest.mark.parametrize(("here", "user"), list(product(EXPECTED, Location)))
def test_a_request_goes_where_the_table_says(here: str, user: Location) -> None:
    found, wanted = route(here, user), EXPECTED[here][list(Location).index(user)]
    match wanted:
        case "ask":
            assert found == Route(way=Way.ASK, because="residency-unknown")
        case "here":
            assert found == Route(way=Way.HERE, to=here, because=f"user-{user.value}")
        case _:
            assert found == Route(way=Way.SISTER, to=wanted, because=f"user-{user.value}")


@pytest.mark.parametrize(("here", "user"), list(product(EXPECTED, sorted(set(Location) - {Location.UNKNOWN}))))
def test_whoever_a_request_is_handed_to_keeps_it(here: str, user: Location) -> None:
    first = route(here, user)
    assert route(first.to, user).way is Way.HERE


def test_an_office_of_no_company_is_a_broken_configuration() -> None:
    with pytest.raises(HoldfastError) as caught:
        route("nowhere", Location.US)
    assert caught.value.code is Code.BROKEN_CONFIGURATION


def handed(user: Location, here: str = "us") -> HandOff:
    return hand_off(
        route(here, user),
        here=here,
        case=CASE,
        received_at=NOW,
        now=NOW + minutes(5),
        category="missing-person",
        severity=0,
        identity="confirmed",
        agency="agency-northfield",
        intake=INTAKE,
    )


def test_what_passes_is_the_request_and_who_asked_and_nothing_that_we_hold() -> None:
    passed = handed(Location.EU)
    assert (passed.to_entity, passed.desk, passed.intake) == ("ie", "le-response-ie", INTAKE)
    # A field more is a decision: what else passes a boundary belongs before counsel.
    assert set(HandOff.model_fields) == {
        "case",
        "from_entity",
        "to_entity",
        "desk",
        "received_at",
        "handed_at",
        "category",
        "severity",
        "identity",
        "agency",
        "intake",
    }


def test_two_users_of_one_company_are_handed_over_in_the_same_words() -> None:
    assert handed(Location.EU) == handed(Location.OTHER)


@given(user=st.sampled_from([Location.US, Location.UNKNOWN]))
def test_without_a_sister_to_go_to_nothing_is_handed_over(user: Location) -> None:
    for here in EXPECTED if user is Location.UNKNOWN else ("us",):
        with pytest.raises(HoldfastError) as caught:
            handed(user, here)
        assert caught.value.code is Code.GUARD


def test_a_route_that_stays_is_no_way_to_hand_over_from_elsewhere() -> None:
    for wrong in (Route(way=Way.HERE, to="us"), Route(way=Way.SISTER, to="uk"), Route(way=Way.SISTER, to="nowhere")):
        with pytest.raises(HoldfastError) as caught:
            hand_off(
                wrong, here="uk", case=CASE, received_at=NOW, now=NOW, category="", severity=0, identity="confirmed"
            )
        assert caught.value.code is Code.GUARD
