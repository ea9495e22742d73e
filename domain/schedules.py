"""Turns of another system's schedules, as overrides of our rota: pure, so that adapters only fetch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from domain.people import Directory, Role
from domain.rota import Override, Rota


class _Turn:
    def __init__(self, role: Role, person: str, start: datetime, end: datetime, level: int) -> None:
        self.role, self.person, self.start, self.end, self.level = role, person, start, end, level


def scheduled(
    rota: Rota,
    directory: Directory,
    turns: Sequence[tuple[str, str, datetime | None, datetime | None, int]],
    start: datetime,
    end: datetime,
) -> tuple[Override, ...]:
    """Overrides for [start, end) from (schedule, mail address, from, to, level); level 1 is called first.

    Whoever our directory does not know by their address, or not with the role, is left out; a span in which nobody is
    left is not overridden, so that our own rota answers there.
    """
    by_mail = {each.email.lower(): each for each in directory.people if each.email}
    known: list[_Turn] = []
    for schedule, email, begins, ends, level in turns:
        role, person = rota.schedules.get(schedule), by_mail.get(email.lower())
        if role is None or person is None or role not in person.roles:
            continue
        begin, finish = max(begins or start, start), min(ends or end, end)
        if begin < finish:
            known.append(_Turn(role, person.id, begin, finish, level))
    found: list[Override] = []
    for role in dict.fromkeys(each.role for each in known):
        mine = [each for each in known if each.role is role]
        points = sorted({point for each in mine for point in (each.start, each.end)})
        for begin, finish in pairwise(points):
            there = sorted((each.level, each.person) for each in mine if each.start <= begin < each.end)
            people = tuple(dict.fromkeys(name for _, name in there))
            if not people:
                continue
            last = found[-1] if found else None
            if last is not None and (last.role, last.people, last.end) == (role, people, begin):
                found[-1] = last.model_copy(update={"end": finish})
            else:
                found.append(Override(role=role, people=people, start=begin, end=finish))
    return tuple(found)
