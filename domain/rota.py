"""The rota as data: offices, shifts, who stands where, and everything that changes it. `domain.duty` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.base import Strict
from domain.people import Directory, Role

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Office(Strict):
    """A place with a clock. `zone` is an IANA name; `country` (and `part`, its state) say whose holidays count."""

    zone: str
    country: str
    part: str = ""


class Shift(Strict):
    """A span of local time on some weekdays (0 is Monday). It ends on the next day if `end` is not after `start`;
    `works_holidays` says whether it stands on a public holiday of its office too."""

    office: str
    days: tuple[int, ...]
    start: time
    end: time
    works_holidays: bool = False


class Duty(Strict):
    """Who fills a role in a shift: the first is primary, the second backup, the others are on shift.

    With `every` the order moves on by one each so many days, counted from `since` in the office's own dates.
    """

    role: Role
    shift: str
    people: tuple[str, ...]
    every: int = 0
    since: date | None = None


class Change(Strict):
    """What every change has: a span (UTC, the end is not in it) and, if it is about some roles only, which."""

    start: datetime
    end: datetime
    roles: tuple[Role, ...] = ()

    def holds(self, at: datetime, role: Role) -> bool:
        return self.start <= at < self.end and (not self.roles or role in self.roles)


class Swap(Change):
    """Two people trade places for a span; each stands where the other stood."""

    one: str
    other: str


class Cover(Change):
    """`by` stands wherever `person` would have stood."""

    person: str
    by: str


class LeaveCode(StrEnum):
    """Why somebody is away; the word says no more than a rota must know."""

    LEAVE = "leave"
    SICK = "sick"
    TRAINING = "training"
    REST = "rest"


class Leave(Change):
    """Somebody is not there. Without a cover their place falls to the next."""

    person: str
    code: LeaveCode = LeaveCode.LEAVE


class Override(Change):
    """For a span these people, in this order, and nobody else: all offices of the role, or one of them."""

    role: Role
    people: tuple[str, ...]
    office: str = ""


class Rota(Strict):
    """Who is on duty when. `holidays` are dates by office, worked out elsewhere; `always` are on call at any hour;
    `schedules` are those of another system, by their ids there, that say who is on duty for a role."""

    revision: str = ""
    offices: dict[str, Office] = {}
    shifts: dict[str, Shift] = {}
    duties: tuple[Duty, ...] = ()
    always: dict[Role, tuple[str, ...]] = {}
    swaps: tuple[Swap, ...] = ()
    cover: tuple[Cover, ...] = ()
    leave: tuple[Leave, ...] = ()
    overrides: tuple[Override, ...] = ()
    holidays: dict[str, tuple[date, ...]] = {}
    schedules: dict[str, Role] = {}

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.swaps, *self.cover, *self.leave, *self.overrides)

    def names(self, role: Role) -> bool:
        """Whether the rota says anything of this role; else the directory's own order is all there is."""
        return (
            role in self.always
            or any(each.role is role for each in self.duties)
            or any(each.role is role for each in self.overrides)
        )

    def plus(self, more: Rota) -> Rota:
        """This rota with the changes of another."""
        return self.model_copy(
            update={
                name: (*getattr(self, name), *getattr(more, name)) for name in ("swaps", "cover", "leave", "overrides")
            }
        )


Fault = tuple[tuple[str | int, ...], str]


def rota_faults(rota: Rota, directory: Directory) -> list[Fault]:
    """Everything that is wrong with a rota, as (where in it, why); empty for a sound one."""
    return [*_offices(rota), *_shifts(rota), *_duties(rota, directory), *_changes(rota, directory)]


def _offices(rota: Rota) -> Iterator[Fault]:
    for name, office in rota.offices.items():
        try:
            ZoneInfo(office.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield ("offices", name, "zone"), "no such time zone"


def _shifts(rota: Rota) -> Iterator[Fault]:
    for name, shift in rota.shifts.items():
        if shift.office not in rota.offices:
            yield ("shifts", name, "office"), "no such office"
        if not shift.days:
            yield ("shifts", name, "days"), "a shift needs a day"
        if shift.start.tzinfo or shift.end.tzinfo:
            yield ("shifts", name, "start"), "local time of the office, without a zone"


def _duties(rota: Rota, directory: Directory) -> Iterator[Fault]:
    for place, duty in enumerate(rota.duties):
        here = ("duties", place)
        if duty.shift not in rota.shifts:
            yield (*here, "shift"), "no such shift"
        if not duty.people:
            yield (*here, "people"), "nobody"
        if duty.every < 0 or (duty.every and duty.since is None):
            yield (*here, "every"), "a turn needs a number of days and a date `since`"
        yield from _people((*here, "people"), duty.people, directory, duty.role)
    for role, people in rota.always.items():
        yield from _people(("always", role.value), people, directory, role)


def _people(
    here: tuple[str | int, ...], people: Sequence[str], directory: Directory, role: Role | None
) -> Iterator[Fault]:
    for place, name in enumerate(people):
        person = directory.person(name)
        if person is None:
            yield (*here, place), "nobody of the directory"
        elif role is not None and role not in person.roles:
            yield (*here, place), "does not hold this role"
        if name in people[:place]:
            yield (*here, place), "stands there twice"


def _changes(rota: Rota, directory: Directory) -> Iterator[Fault]:
    for kind in ("swaps", "cover", "leave", "overrides"):
        taken: list[tuple[str, Change]] = []
        for place, each in enumerate(getattr(rota, kind)):
            here = (kind, place)
            if each.start.tzinfo is None or each.end.tzinfo is None:
                yield (*here, "start"), "no zone"
                continue
            if each.end <= each.start:
                yield (*here, "end"), "it ends before it begins"
            if isinstance(each, Override):
                yield from _people((*here, "people"), each.people, directory, each.role)
                if each.office and each.office not in rota.offices:
                    yield (*here, "office"), "no such office"
                continue
            moved = _moved(each)
            for field, name in moved.items():
                if directory.person(name) is None:
                    yield (*here, field), "nobody of the directory"
            if len(set(moved.values())) < len(moved):
                yield here, "with themselves"
            if kind == "leave":
                continue
            stands = {name for field, name in moved.items() if field != "by"}
            if any(name in stands and _both(other, each) for name, other in taken):
                yield here, "this place is given away twice at the same time"
            taken += [(name, each) for name in stands]


def _moved(change: Change) -> dict[str, str]:
    match change:
        case Swap(one=one, other=other):
            return {"one": one, "other": other}
        case Cover(person=person, by=by):
            return {"person": person, "by": by}
        case Leave(person=person):
            return {"person": person}
        case _:
            return {}


def _both(one: Change, other: Change) -> bool:
    apart = one.end <= other.start or other.end <= one.start
    return not apart and (not one.roles or not other.roles or bool(set(one.roles) & set(other.roles)))


def turned(duty: Duty, day: date) -> tuple[str, ...]:
    """The duty's people in the order of this local date."""
    if not duty.every or duty.since is None or not duty.people:
        return duty.people
    turn = (day - duty.since) // timedelta(days=duty.every) % len(duty.people)
    return (*duty.people[turn:], *duty.people[:turn])
