"""Which desk serves a place, and the least that it is told."""

from __future__ import annotations

import pytest

from domain.cards import CardItem
from domain.emergency import Scope
from domain.people import Agency
from domain.safety import desks_for, least


def desk(name: str, *serves: str, country: str = "US", **more: bool) -> Agency:
    return Agency(id=name, name=name, country=country, serves=serves, **{"safety_desk": True, **more})


DESKS = (
    desk("country"),
    desk("state", "US-NF"),
    desk("hills", "US-NF-HILLS", "US-NF-VALLEY"),
    desk("elsewhere", country="GB"),
    desk("cyber", safety_desk=False, cyber_desk=True),
    Agency(id="police", name="police", country="US"),
)


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("US-NF-HILLS", ["hills", "state", "country"]),
        ("us-nf-valley-7", ["hills", "state", "country"]),
        ("US-NF", ["state", "country"]),
        ("US-NFX", ["country"]),
        ("US", ["country"]),
        ("GB", ["elsewhere"]),
        ("AU", []),
        ("", []),
    ],
)
def test_the_narrowest_desk_comes_first_and_none_of_another_country(place: str, found: list[str]) -> None:
    assert [each.id for each in desks_for(DESKS, place)] == found


def test_the_cyber_desk_is_another_list() -> None:
    assert [each.id for each in desks_for(DESKS, "US-NF", cyber=True)] == ["cyber"]


def test_a_desk_is_told_who_and_where_and_never_more() -> None:
    items = tuple(CardItem(id=name, label=name, tier="E1") for name in ("name", "phone", "email", "signup_ip"))
    kept = least(Scope(items=items, basis={"E1": "row"}))
    assert [each.id for each in kept.items] == ["name", "phone"]
    assert kept.basis == {"E1": "row"}
