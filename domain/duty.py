"""Who is on duty at one instant, and why: pure, exact where clocks change, the same answer for every surface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.base import Model
from domain.people import Directory, Person, Role
from domain.rota import Duty, Rota, Shift, turned

_DAY = timedelta(days=1)


class Stand(StrEnum):
    """In what place somebody is on duty, in the order in which people are called."""

    PRIMARY = "primary"
    BACKUP = "backup"
    ON_SHIFT = "on-shift"
    ALWAYS = "always-on-call"
    LISTED = "directory"


_ORDER = {each: number for number, each in enumerate(Stand)}


class OnDuty(Model):
    """One person on duty for a role. `until` is when this turn ends (UTC; None: open); `because` are the codes of
    what put them there (`shift`, `swap`, `cover`, `override`), `instead_of` who would have stood there."""

    person: Person
    role: Role
    stand: Stand
    office: str = ""
    since: datetime | None = None
    until: datetime | None = None
    because: tuple[str, ...] = ()
    instead_of: str = ""

    @property
    def reason(self) -> str:
        """In words: `primary at uk until 20:00 UTC, instead of leg-fay (cover)`."""
        where = f" at {self.office}" if self.office else ""
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        how = [each for each in self.because if each != "shift"]
        changed = f", {', '.join(how)}" if how else ""
        instead = f" instead of {self.instead_of}" if self.instead_of else ""
        return f"{self.stand.value}{where}{until}{changed}{instead}"


class _Turn(Model):
    """One shift of one duty on one date, as it really falls."""

    office: str
    start: datetime
    end: datetime
    people: tuple[str, ...]
    because: tuple[str, ...] = ("shift",)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def shift_on(rota: Rota, shift: Shift, day: date) -> tuple[datetime, datetime] | None:
    """When the shift of this local date begins and ends, in UTC; None if there is none on that date.

    A wall time that does not exist is read with the offset from before the change, one that comes twice is its
    first: so shifts that touch on the wall touch in truth, and a week of them has 167 or 169 hours.
    """
    if day.weekday() not in shift.days:
        return None
    if not shift.works_holidays and day in rota.holidays.get(shift.office, ()):
        return None
    zone = _zone(rota.offices[shift.office].zone)
    last = day if shift.end > shift.start else day + _DAY
    start = datetime.combine(day, shift.start, zone).astimezone(UTC)
    end = datetime.combine(last, shift.end, zone).astimezone(UTC)
    return (start, end) if start < end else None


def on_duty(rota: Rota | None, directory: Directory, role: Role, at: datetime) -> tuple[OnDuty, ...]:
    """Who is on duty for the role at this instant: primaries first, then backups, then others on shift, then who is
    always on call. Nobody twice, nobody suspended or without the role, nobody on leave, nobody off shift.

    A role that the rota does not name (or no rota at all) is answered from the directory, its `on_call` first.
    """
    if rota is None or not rota.names(role):
        return tuple(OnDuty(person=each, role=role, stand=Stand.LISTED) for each in directory.rota((role,)))
    found: list[OnDuty] = []
    for turn in _turns(rota, role, at):
        found += _standing(rota, directory, role, at, turn)
    for name in rota.always.get(role, ()):
        person = _able(directory, name, role)
        if person is not None and not _away(rota, name, role, at):
            found.append(OnDuty(person=person, role=role, stand=Stand.ALWAYS))
    # Where shifts overlap, who has just come is called before who is about to leave.
    found.sort(key=lambda each: (_ORDER[each.stand], -each.since.timestamp() if each.since else 0.0))
    first: dict[str, OnDuty] = {}
    for each in found:
        first.setdefault(each.person.id, each)
    return tuple(first.values())


def duty_list(rota: Rota | None, directory: Directory, roles: Sequence[Role], at: datetime) -> tuple[OnDuty, ...]:
    """Who is on duty for any of the roles: all primaries, in the order of the roles, then all backups, and so on."""
    found = [each for role in roles for each in on_duty(rota, directory, role, at)]
    first: dict[str, OnDuty] = {}
    for each in sorted(found, key=lambda each: _ORDER[each.stand]):
        first.setdefault(each.person.id, each)
    return tuple(first.values())


def _turns(rota: Rota, role: Role, at: datetime) -> list[_Turn]:
    """What stands at this instant: overrides in place of the shifts that they replace."""
    overrides = [each for each in rota.overrides if each.role is role and each.start <= at < each.end]
    found = [
        _Turn(office=each.office, start=each.start, end=each.end, people=each.people, because=("override",))
        for each in overrides
    ]
    whole = [turn for turn, each in zip(found, overrides, strict=True) if not each.office]
    if whole:
        return whole[:1]  # what our own file says comes before what another system's schedule says
    replaced = {each.office for each in overrides}
    for duty in rota.duties:
        if duty.role is role and rota.shifts[duty.shift].office not in replaced:
            found += _turns_of(rota, duty, at)
    return found


def _turns_of(rota: Rota, duty: Duty, at: datetime) -> Iterator[_Turn]:
    shift = rota.shifts[duty.shift]
    today = at.astimezone(_zone(rota.offices[shift.office].zone)).date()
    for day in (today - _DAY, today):
        span = shift_on(rota, shift, day)
        if span is not None and span[0] <= at < span[1]:
            yield _Turn(office=shift.office, start=span[0], end=span[1], people=turned(duty, day))


def _standing(rota: Rota, directory: Directory, role: Role, at: datetime, turn: _Turn) -> Iterator[OnDuty]:
    """The people of one turn after swaps, cover and leave. A place that falls free moves everybody up."""
    place = 0
    seen: set[str] = set()
    for first in turn.people:
        name, how = _instead(rota, first, role, at)
        person = _able(directory, name, role)
        if person is None or name in seen or _away(rota, name, role, at):
            continue
        seen.add(name)
        yield OnDuty(
            person=person,
            role=role,
            stand=(Stand.PRIMARY, Stand.BACKUP, Stand.ON_SHIFT)[min(place, 2)],
            office=turn.office,
            since=turn.start,
            until=turn.end,
            because=(*turn.because, *how),
            instead_of=first if first != name else "",
        )
        place += 1


def _instead(rota: Rota, name: str, role: Role, at: datetime) -> tuple[str, tuple[str, ...]]:
    """Who stands where this person would: swaps first, then one cover. All at once, so that a trade is a trade."""
    how: tuple[str, ...] = ()
    for swap in rota.swaps:
        if swap.holds(at, role) and name in (swap.one, swap.other):
            name, how = (swap.other if name == swap.one else swap.one), ("swap",)
            break
    for cover in rota.cover:
        if cover.holds(at, role) and cover.person == name:
            return cover.by, (*how, "cover")
    return name, how


def _away(rota: Rota, name: str, role: Role, at: datetime) -> bool:
    return any(each.person == name and each.holds(at, role) for each in rota.leave)


def _able(directory: Directory, name: str, role: Role) -> Person | None:
    person = directory.person(name)
    return person if person is not None and not person.suspended and role in person.roles else None


def turning_points(rota: Rota | None, directory: Directory, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """Every instant in [start, end] at which any answer may change, sorted; start and end are among them."""
    found = {start, end}
    if rota is not None:
        for shift in rota.shifts.values():
            for span in shift_spans(rota, shift, start, end):
                found.update(span)
        for change in rota.changes:
            found.update((change.start, change.end))
    found.update(each.screened_until for each in directory.people if each.screened_until is not None)
    return tuple(sorted(each for each in found if start <= each <= end))


def shift_spans(rota: Rota, shift: Shift, start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime]]:
    """Every time the shift stands that touches [start, end), in UTC, in order."""
    day, last = start.date() - 2 * _DAY, end.date() + 2 * _DAY  # no zone is two days from UTC
    while day <= last:
        span = shift_on(rota, shift, day)
        if span is not None and span[1] > start and span[0] < end:
            yield span
        day += _DAY


def duty_spans(
    rota: Rota | None, directory: Directory, roles: Sequence[Role], start: datetime, end: datetime
) -> tuple[OnDuty, ...]:
    """Every span in [start, end) in which somebody is on duty for one of the roles, cut where anything changes and
    joined where nothing does. `since` and `until` are the span's."""
    points = turning_points(rota, directory, start, end)
    found: list[OnDuty] = []
    for role in roles:
        open_now: dict[str, int] = {}
        for begin, finish in pairwise(points):
            there: dict[str, int] = {}
            for each in on_duty(rota, directory, role, begin):
                name, place = each.person.id, len(found)
                before = open_now.get(name)
                if before is not None and _alike(found[before], each):
                    found[before] = found[before].model_copy(update={"until": finish})
                    place = before
                else:
                    found.append(each.model_copy(update={"since": begin, "until": finish}))
                there[name] = place
            open_now = there
    return tuple(sorted(found, key=lambda each: (each.since or start, each.role.value, _ORDER[each.stand])))


def _alike(one: OnDuty, other: OnDuty) -> bool:
    return (one.stand, one.office, one.because, one.instead_of) == (
        other.stand,
        other.office,
        other.because,
        other.instead_of,
    )
