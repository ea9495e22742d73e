"""Whether a rota lets people sleep: short rests and long rows of nights, for whoever keeps it."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.base import Model
from domain.duty import Stand, on_duty, turning_points
from domain.people import Directory, Role
from domain.rota import Rota

REST = timedelta(hours=11)  # between two turns: the daily rest of the UK's Working Time Regulations 1998, reg. 10
NIGHTS = 7  # on-call nights in a row; a team's own custom, no statute
_NIGHT = (time(0), time(5))  # local: the hours whose loss costs a night


class Tired(Model):
    """`code` is `short-rest` or `nights-in-a-row`; `number` hours of rest, or nights. The span is in UTC."""

    person: str
    code: str
    start: datetime
    end: datetime
    number: int


def tired(rota: Rota, directory: Directory, start: datetime, end: datetime) -> tuple[Tired, ...]:
    """Everybody who is primary with too little rest or too many nights in [start, end)."""
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    zones: dict[str, ZoneInfo] = {}
    points = turning_points(rota, directory, start, end)
    for begin, finish in itertools.pairwise(points):
        for role in Role:
            for each in on_duty(rota, directory, role, begin):
                if each.stand is not Stand.PRIMARY or not each.office:
                    continue
                zones.setdefault(each.person.id, ZoneInfo(rota.offices[each.office].zone))
                mine = spans.setdefault(each.person.id, [])
                if mine and mine[-1][1] >= begin:
                    mine[-1] = (mine[-1][0], max(finish, mine[-1][1]))
                else:
                    mine.append((begin, finish))
    found = [one for name, mine in spans.items() for one in (*_rests(name, mine), *_nights(name, mine, zones[name]))]
    return tuple(sorted(found, key=lambda each: (each.start, each.person, each.code)))


def _rests(person: str, spans: list[tuple[datetime, datetime]]) -> list[Tired]:
    found = []
    for (_, ended), (begins, _) in itertools.pairwise(spans):
        if begins - ended < REST:
            hours = (begins - ended) // timedelta(hours=1)
            found.append(Tired(person=person, code="short-rest", start=ended, end=begins, number=hours))
    return found


def _nights(person: str, spans: list[tuple[datetime, datetime]], zone: ZoneInfo) -> list[Tired]:
    dates = set()
    for begin, finish in spans:
        day = begin.astimezone(zone).date()
        while datetime.combine(day, _NIGHT[0], zone) < finish:
            night = datetime.combine(day, _NIGHT[0], zone), datetime.combine(day, _NIGHT[1], zone)
            if begin < night[1] and finish > night[0]:
                dates.add(day)
            day += timedelta(days=1)
    found: list[Tired] = []
    row: list[date] = []
    for day in sorted(dates):
        row = [*row, day] if row and day - row[-1] == timedelta(days=1) else [day]
        if len(row) > NIGHTS:
            first = datetime.combine(row[0], _NIGHT[0], zone)
            last = datetime.combine(day, _NIGHT[1], zone)
            if found and found[-1].start == first:
                found.pop()
            found.append(Tired(person=person, code="nights-in-a-row", start=first, end=last, number=len(row)))
    return found
