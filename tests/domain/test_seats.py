"""One human a seat, one seat a human: checked against trying every order of people."""

from __future__ import annotations

from itertools import permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.people import Role
from domain.seats import seat_people

ROLES = (Role.LEGAL, Role.DUTY_MANAGER, Role.LE_SPECIALIST, Role.ENGINEER)
roles = st.lists(st.sampled_from(ROLES), unique=True, max_size=3)
seatings = st.lists(roles, max_size=4)
crowds = st.dictionaries(st.sampled_from("abcde"), roles, max_size=5)


def fits(seats: list[list[Role]], people: dict[str, list[Role]]) -> bool:
    """The slow way: some order of distinct people fills every seat."""
    return any(
        all(set(seat) & set(people[one]) for seat, one in zip(seats, order, strict=True))
        for order in permutations(people, len(seats))
    )


@settings(max_examples=150, deadline=None)
@given(seatings, crowds)
def test_every_seat_is_filled_exactly_when_some_order_of_people_fills_it(
    seats: list[list[Role]], people: dict[str, list[Role]]
) -> None:
    found = seat_people(seats, people)
    assert (found is not None) is fits(seats, people)
    if found is not None:
        assert sorted(found) == list(range(len(seats)))
        assert len(set(found.values())) == len(seats)
        assert all(set(seats[seat]) & set(people[one]) for seat, one in found.items())


@given(seatings, crowds, st.randoms(use_true_random=False))
def test_who_sits_where_does_not_depend_on_the_order_of_votes(
    seats: list[list[Role]], people: dict[str, list[Role]], random: Random
) -> None:
    names = list(people)
    random.shuffle(names)
    assert seat_people(seats, {name: people[name] for name in names}) == seat_people(seats, people)


def test_one_person_with_every_role_fills_one_seat() -> None:
    assert seat_people([[Role.LEGAL], [Role.DUTY_MANAGER]], {"max": list(Role)}) is None


def test_somebody_gives_up_a_seat_that_only_another_can_take() -> None:
    seats = [[Role.LEGAL, Role.LE_SPECIALIST], [Role.LEGAL]]
    assert seat_people(seats, {"a": [Role.LEGAL], "b": [Role.LE_SPECIALIST]}) == {0: "b", 1: "a"}
