"""Who is called first, and whose mail domain it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.people import Agency, Directory, Person, Role

LEGAL, DUTY = Role.LEGAL, Role.DUTY_MANAGER


def person(name: str, *roles: Role, suspended: bool = False, slack: str = "") -> Person:
    return Person(id=name, name=f"{name} (synthetic)", roles=roles, suspended=suspended, slack=slack)


def directory(*people: Person, **on_call: tuple[str, ...]) -> Directory:
    ordered = {Role(role.replace("_", "-")): names for role, names in on_call.items()}
    return Directory(revision="synthetic", people=people, on_call=ordered)


def ids(people: tuple[Person, ...]) -> list[str]:
    return [each.id for each in people]


def test_people_on_call_come_first_in_their_order_and_the_others_after() -> None:
    team = directory(
        person("a", LEGAL), person("b", LEGAL), person("c", LEGAL), person("d", DUTY), legal_counsel=("c", "b")
    )
    assert ids(team.rota((LEGAL,))) == ["c", "b", "a"]


def test_the_order_of_roles_orders_the_rota() -> None:
    team = directory(person("a", LEGAL), person("b", DUTY), legal_counsel=("a",), duty_manager=("b",))
    assert ids(team.rota((DUTY, LEGAL))) == ["b", "a"]
    assert ids(team.rota((LEGAL, DUTY))) == ["a", "b"]


def test_a_suspended_person_is_never_on_the_rota() -> None:
    team = directory(person("a", LEGAL, suspended=True), person("b", LEGAL), legal_counsel=("a", "b"))
    assert ids(team.rota((LEGAL,))) == ["b"]


def test_being_named_on_call_gives_nobody_a_role() -> None:
    team = directory(person("a", DUTY), person("b", LEGAL), legal_counsel=("a", "nobody", "b"))
    assert ids(team.rota((LEGAL,))) == ["b"]


@given(
    st.lists(st.tuples(st.sets(st.sampled_from([LEGAL, DUTY, Role.ENGINEER])), st.booleans()), max_size=6),
    st.sets(st.sampled_from([LEGAL, DUTY, Role.ENGINEER])),
    st.permutations(range(6)),
)
def test_the_rota_is_exactly_the_able_each_once(
    people: list[tuple[set[Role], bool]], wanted: set[Role], order: list[int]
) -> None:
    team = directory(
        *(person(f"p{number}", *roles, suspended=out) for number, (roles, out) in enumerate(people)),
        legal_counsel=tuple(f"p{number}" for number in order),
        duty_manager=tuple(f"p{number}" for number in reversed(order)),
    )
    found = ids(team.rota(tuple(wanted)))
    able = {f"p{number}" for number, (roles, out) in enumerate(people) if roles & wanted and not out}
    assert len(found) == len(set(found))
    assert set(found) == able


OURS = Agency(
    id="agency-northfield",
    name="Northfield Police (synthetic)",
    country="US",
    domains=("police.northfield.example.org", "pd.northfield.example.com"),
)


@pytest.mark.parametrize(
    "domain", ["police.northfield.example.org", "PD.Northfield.Example.COM", " police.northfield.example.org. "]
)
def test_an_agency_is_found_by_exactly_its_own_domain(domain: str) -> None:
    team = Directory(revision="synthetic", people=(), agencies=(OURS,))
    assert team.agency_of_domain(domain) == OURS


@pytest.mark.parametrize(
    "domain",
    [
        "",
        ".",
        "example.org",
        "northfield.example.org",
        "mail.police.northfield.example.org",
        "police.northfield.example.org.example.net",
        "police-northfield.example.org",
        "xpolice.northfield.example.org",
        "police.northfield.example.com",
        "pоlice.northfield.example.org",
    ],
)
def test_a_look_alike_a_parent_or_a_subdomain_is_nobodys(domain: str) -> None:
    team = Directory(revision="synthetic", people=(), agencies=(OURS,))
    assert team.agency_of_domain(domain) is None


def test_people_and_agencies_are_found_by_their_ids_alone() -> None:
    team = Directory(
        revision="synthetic", people=(person("a", LEGAL, slack="U1"), person("b", LEGAL)), agencies=(OURS,)
    )
    assert team.person("a") is team.people[0]
    assert team.person("c") is None
    assert team.agency("agency-northfield") is OURS
    assert team.agency("agency") is None
    assert team.by_slack("U1") is team.people[0]


def test_people_without_a_slack_id_are_not_found_by_an_empty_one() -> None:
    assert directory(person("a", LEGAL)).by_slack("") is None


def test_an_unknown_field_of_a_person_is_a_mistake_and_not_ignored() -> None:
    with pytest.raises(ValidationError):
        Person.model_validate({"id": "a", "name": "a", "roles": [], "suspendet": True})
