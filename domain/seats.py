"""Which of the people who said yes sit where: one human a seat, one seat a human."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.people import Role


def seated(seats: Sequence[Sequence[Role]], people: Mapping[str, Sequence[Role]]) -> dict[int, str]:
    """As many seats as can be filled at once, each with a person (a bipartite match).

    `seats` lists the roles that may sit in each; `people` maps a person's id to their roles. Deterministic:
    people are tried in the order of their ids.
    """
    taken: dict[int, str] = {}

    def place(person: str, tried: set[int]) -> bool:
        for index, roles in enumerate(seats):
            if index in tried or not set(roles) & set(people[person]):
                continue
            tried.add(index)
            if index not in taken or place(taken[index], tried):
                taken[index] = person
                return True
        return False

    for person in sorted(people):
        place(person, set())
    return taken


def seat_people(seats: Sequence[Sequence[Role]], people: Mapping[str, Sequence[Role]]) -> dict[int, str] | None:
    """A person for every seat, or None if some seat stays empty; as `seated`."""
    taken = seated(seats, people)
    return taken if len(taken) == len(seats) else None
