"""What a change of the rota would do, before it is done: who comes, who goes, and when."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from domain.base import Model
from domain.duty import on_duty, turning_points
from domain.people import Directory, Role
from domain.rota import Rota


class Effect(Model):
    """In this span (UTC) a role is served by others than before, each in the order of calling."""

    role: Role
    start: datetime
    end: datetime
    before: tuple[str, ...]
    after: tuple[str, ...]


def effects(before: Rota, after: Rota, directory: Directory, start: datetime, end: datetime) -> tuple[Effect, ...]:
    """Every span in [start, end) in which somebody else is on duty, or in another order."""
    points = sorted({*turning_points(before, directory, start, end), *turning_points(after, directory, start, end)})
    found: list[Effect] = []
    for role in Role:
        for begin, finish in pairwise(points):
            was = tuple(each.person.id for each in on_duty(before, directory, role, begin))
            now = tuple(each.person.id for each in on_duty(after, directory, role, begin))
            if was == now:
                continue
            last = found[-1] if found else None
            if last is not None and (last.role, last.end, last.before, last.after) == (role, begin, was, now):
                found[-1] = last.model_copy(update={"end": finish})
            else:
                found.append(Effect(role=role, start=begin, end=finish, before=was, after=now))
    return tuple(sorted(found, key=lambda each: (each.start, each.role.value)))
