"""Every span in which some gate could not be met: looked for while there is time, at the instants where it can change.

Worst case: whoever verified and whoever assessed are used up before anybody sits down.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property

from domain.agencies import DIRECTORY_EDITOR
from domain.base import Model
from domain.duty import OnDuty, duty_list, on_duty, turning_points
from domain.fitness import unfit
from domain.gates import Gate
from domain.people import Directory, Person, Role
from domain.policy import Procedure, TaskPolicy
from domain.rota import Rota
from domain.seats import seat_people

NOBODY, TOO_FEW, UNFIT, USED_UP = "nobody-on-duty", "too-few-on-duty", "not-fit", "used-up"


class Hole(Model):
    """A span (UTC) in which a gate, or the work before it, has too few people. `missing` are its empty seats."""

    procedure: str
    gate: str
    start: datetime
    end: datetime
    missing: tuple[str, ...] = ()
    because: str = NOBODY

    @property
    def sentence(self) -> str:
        """For a lock screen: `gate release of … cannot be met between … and … UTC`."""
        same = self.start.date() == self.end.date()
        end = f"{self.end:%H:%M}" if same else f"{self.end:%d %b %H:%M}"
        span = f"between {self.start:%d %b %H:%M} and {end} UTC"
        return f"gate {self.gate} of {self.procedure} cannot be met {span} ({self.because})"


class Bare(Model):
    """A span (UTC) in which one person alone stands for a role: nobody is called after them."""

    role: Role
    person: str
    start: datetime
    end: datetime


class Moment:
    """Who is on duty at one instant. Built once, asked by every gate."""

    def __init__(self, rota: Rota | None, directory: Directory, at: datetime) -> None:
        self.at = at
        self._rota = rota
        self._directory = directory
        self._known: dict[Role, tuple[OnDuty, ...]] = {}

    def of(self, role: Role) -> tuple[OnDuty, ...]:
        if role not in self._known:
            self._known[role] = on_duty(self._rota, self._directory, role, self.at)
        return self._known[role]

    def people(self, roles: Iterable[Role]) -> dict[str, Person]:
        return {each.person.id: each.person for role in roles for each in self.of(role)}

    @cached_property
    def everybody(self) -> tuple[tuple[str, ...], ...]:
        """What two instants must share for every answer to be the same, apart from screenings that run out."""
        return tuple(tuple(each.person.id for each in self.of(role)) for role in Role)


def holes(
    rota: Rota | None, directory: Directory, procedures: Sequence[Procedure], start: datetime, end: datetime
) -> tuple[Hole, ...]:
    """Every hole in [start, end), in the order of time, then of procedure and gate. Spans that touch are one."""
    points = turning_points(rota, directory, start, end)
    found: dict[tuple[str, str], list[Hole]] = {}
    for begin, finish in itertools.pairwise(points):
        moment = Moment(rota, directory, begin)
        for procedure in procedures:
            for name, missing, because in _gaps(procedure, moment):
                mine = found.setdefault((procedure.slug, name), [])
                fresh = Hole(
                    procedure=procedure.slug, gate=name, start=begin, end=finish, missing=missing, because=because
                )
                if mine and mine[-1].end == begin:
                    every = tuple(dict.fromkeys((*mine[-1].missing, *missing)))
                    mine[-1] = mine[-1].model_copy(update={"end": finish, "missing": every})
                else:
                    mine.append(fresh)
    flat = [each for mine in found.values() for each in mine]
    return tuple(sorted(flat, key=lambda each: (each.start, each.procedure, each.gate)))


def _gaps(procedure: Procedure, moment: Moment) -> Iterator[tuple[str, tuple[str, ...], str]]:
    working = [task for task in procedure.tasks if task.records_as]
    hands = [_hands(procedure, task, moment) for task in working]
    for task, able in zip(working, hands, strict=True):
        if not able:
            yield task.name, tuple(role.value for role in task.roles), NOBODY
    # Whoever keeps the list of agencies is chosen from many roles, so that those whom a gate needs are left out of it.
    spent = [able for task, able in zip(working, hands, strict=True) if able and task.records_as != DIRECTORY_EDITOR]
    for gate in (*procedure.gates, procedure.stand_down):
        gap = _gap(procedure, gate, moment, spent)
        if gap is not None:
            yield gate.name, *gap


def _hands(procedure: Procedure, task: TaskPolicy, moment: Moment) -> tuple[str, ...]:
    return tuple(sorted(moment.people(task.roles)))


def _gap(
    procedure: Procedure, gate: Gate, moment: Moment, hands: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], str] | None:
    """The empty seats of a gate and why, or None if it can be met whoever does the work before it."""
    alone = {role for rung in gate.ladder.rungs for role in rung.alone}
    seated = {role for seat in gate.seats for role in seat.roles}
    there = moment.people([role for role in Role if role in seated | alone])
    fit = {
        name: person
        for name, person in there.items()
        if not unfit(person, procedure.fitness, procedure.slug, moment.at)
    }
    if not _met(gate, fit, frozenset(), alone):
        if _met(gate, there, frozenset(), alone):
            return _empty(gate, fit, frozenset()), UNFIT
        return _empty(gate, there, frozenset()), TOO_FEW if there else NOBODY
    for gone in _used_up(hands):
        if not _met(gate, fit, gone, alone):
            return _empty(gate, fit, gone), USED_UP
    return None


def _used_up(hands: Sequence[tuple[str, ...]]) -> Sequence[frozenset[str]]:
    """Every way in which the work before a gate may use people up: one each, nobody twice where there is another.
    Each set once: a procedure with ten such tasks has millions of ways, and few sets."""
    found: Sequence[frozenset[str]] = (frozenset(),)
    for able in reversed(hands):
        found = tuple(
            dict.fromkeys(
                rest | {name} for rest in found for name in [each for each in able if each not in rest] or able
            )
        )
    return found


def _barred(person: Person, gone: frozenset[str]) -> bool:
    return person.id in gone or person.delegate_of in gone


def _met(gate: Gate, people: dict[str, Person], gone: frozenset[str], alone: set[Role]) -> bool:
    left = {name: each.roles for name, each in people.items() if not _barred(each, gone)}
    if any(alone & set(roles) for roles in left.values()):
        return True
    return seat_people([seat.roles for seat in gate.seats], left) is not None


def _empty(gate: Gate, people: dict[str, Person], gone: frozenset[str]) -> tuple[str, ...]:
    """The seats that stay empty when as many as possible are filled, those with the fewest roles first."""
    left = {name: each.roles for name, each in people.items() if not _barred(each, gone)}
    filled: list[int] = []
    for number in sorted(range(len(gate.seats)), key=lambda number: len(gate.seats[number].roles)):
        trial = [*filled, number]
        if seat_people([gate.seats[each].roles for each in trial], left) is not None:
            filled.append(number)
    return tuple(seat.name for number, seat in enumerate(gate.seats) if number not in filled)


def bare_spans(
    rota: Rota | None, directory: Directory, roles: Sequence[Role], start: datetime, end: datetime
) -> tuple[Bare, ...]:
    """Where a role's primary has nobody after them."""
    points = turning_points(rota, directory, start, end)
    found: dict[Role, list[Bare]] = {}
    for begin, finish in itertools.pairwise(points):
        for role in roles:
            there = duty_list(rota, directory, (role,), begin)
            if len(there) != 1:
                continue
            person, mine = there[0].person.id, found.setdefault(role, [])
            if mine and mine[-1].end == begin and mine[-1].person == person:
                mine[-1] = mine[-1].model_copy(update={"end": finish})
            else:
                mine.append(Bare(role=role, person=person, start=begin, end=finish))
    flat = [each for mine in found.values() for each in mine]
    return tuple(sorted(flat, key=lambda each: (each.start, each.role.value)))
