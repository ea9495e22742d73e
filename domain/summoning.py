"""Whom a rung calls, and who comes next: as few people as can decide, and never somebody who may not decide now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from domain.base import Model
from domain.duty import duty_list
from domain.fitness import Fitness, unfit
from domain.people import Directory, Person, Role
from domain.rota import Rota
from domain.seats import seated

NOBODY_ON_DUTY, NOBODY_AT_ALL = "nobody-on-duty", "nobody-on-duty-anywhere"


class Call(Model):
    """What is asked for: the roles of this rung, those of the rungs after it, and the seats that must be filled (none
    for work that one person does). `barred` may not decide; `heard` have acknowledged; `before` were called on this
    rung, `earlier` at any time; `recall` must look again. Without `one_by_one` everybody on duty is called at once.
    `people` are called before anybody, if any of them can be.
    `to` is an office (a country code) or a person, on duty or not yet: who takes over is about to begin."""

    roles: tuple[Role, ...]
    later: tuple[tuple[Role, ...], ...] = ()
    seats: tuple[tuple[Role, ...], ...] = ()
    barred: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    recall: tuple[str, ...] = ()
    fitness: Fitness = Fitness()
    slug: str = ""
    one_by_one: bool = True
    to: str = ""
    people: tuple[str, ...] = ()

    @property
    def enough(self) -> int:
        """How many people have to be there."""
        return max(1, len(self.seats))


class Chosen(Model):
    """Who is to be called now, in order. `code` says why it is not the rung's own people on duty, if it is not."""

    people: tuple[Person, ...] = ()
    code: str = ""


def whom_to_call(rota: Rota | None, directory: Directory, call: Call, at: datetime) -> Chosen:
    """When a rung opens. Nobody on duty: the next rung's people at once; nobody anywhere: everybody who may decide,
    off duty or not, because silence is worse. Empty only where nobody at all may decide."""
    named = tuple(each for each in map(directory.person, call.people) if each is not None and not each.suspended)
    if named:
        return Chosen(people=named)
    for number, roles in enumerate((call.roles, *call.later)):
        pool = [each for each in _pool(rota, directory, call, roles, at) if each.id not in call.heard]
        if pool:
            code = NOBODY_ON_DUTY if number else ""
            people = _first(pool, call, roles, directory) if call.one_by_one else tuple(pool)
            return Chosen(people=people, code=code)
    every = tuple(dict.fromkeys(role for roles in (call.roles, *call.later) for role in roles))
    left = [each for each in _fit(directory.rota(every), call, at) if each.id not in call.heard]
    return Chosen(people=tuple(left), code=NOBODY_AT_ALL)


def can_be_filled(directory: Directory, call: Call, at: datetime) -> bool:
    """Whether everybody who may decide this, on duty or not, could fill all seats. If not, waiting decides nothing."""
    wanted = tuple(dict.fromkeys(role for seat in call.seats for role in seat))
    able = {each.id: each.roles for each in _fit(directory.rota(wanted), call, at)}
    return len(seated(call.seats, able)) == len(call.seats)


def who_is_next(rota: Rota | None, directory: Directory, call: Call, at: datetime) -> tuple[Person, ...]:
    """When nobody has acknowledged: the next of this rung, or of the rungs after it when all of these were called.
    Empty when everybody was."""
    gone = {*call.before, *call.heard}
    for roles in (call.roles, *call.later):
        pool = [each for each in _pool(rota, directory, call, roles, at) if each.id not in gone]
        chosen = _enough(pool, call.seats, _heard(call, directory)) if call.seats else tuple(pool[:1])
        if chosen:
            return chosen
    return ()


def _pool(rota: Rota | None, directory: Directory, call: Call, roles: Sequence[Role], at: datetime) -> list[Person]:
    if call.to:
        named = directory.person(call.to)
        asked = (named,) if named is not None else directory.rota(tuple(roles))
        return [each for each in _fit(asked, call, at) if call.to in (each.id, each.country.lower())]
    able = _fit((each.person for each in duty_list(rota, directory, roles, at)), call, at)
    if rota is None and not call.one_by_one:
        # Cases of before the rota call the on-call list, and the others only if all of that are barred.
        listed = {name for role in roles for name in directory.on_call.get(role, ())}
        return [each for each in able if each.id in listed] or able
    return able


def _fit(people: Iterable[Person], call: Call, at: datetime) -> list[Person]:
    barred = set(call.barred)
    return [
        each
        for each in people
        if each.id not in barred
        and not (each.delegate_of and each.delegate_of in barred)
        and not unfit(each, call.fitness, call.slug, at)
    ]


def _heard(call: Call, directory: Directory) -> list[Person]:
    return [person for name in call.heard if (person := directory.person(name)) is not None]


def _first(pool: Sequence[Person], call: Call, roles: Sequence[Role], directory: Directory) -> tuple[Person, ...]:
    """The first of every role, and whoever else it takes to fill the seats; who was called before comes last."""
    order = sorted(pool, key=lambda each: each.id in call.earlier)
    chosen = [each for each in pool if each.id in call.recall]
    for role in roles:
        if not any(role in each.roles for each in chosen):
            chosen += [each for each in order if role in each.roles and each not in chosen][:1]
    there = [*chosen, *_heard(call, directory)]
    return (*chosen, *_enough([each for each in order if each not in chosen], call.seats, there))


def _enough(pool: Sequence[Person], seats: Sequence[Collection[Role]], there: Sequence[Person]) -> tuple[Person, ...]:
    """Of the pool, in its order, those with whom more seats are filled than without, until all are."""
    wanted = [tuple(seat) for seat in seats]
    people = {each.id: each.roles for each in there}
    filled, chosen = len(seated(wanted, people)), []
    for each in pool:
        if filled == len(wanted):
            break
        more = len(seated(wanted, {**people, each.id: each.roles}))
        if more > filled:
            people[each.id], filled = each.roles, more
            chosen.append(each)
    return tuple(chosen)
