"""Counting days as law does, in one place's time. Doubt shortens: we would rather be early than explain a holiday."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.clock_rules import Span, Unit

DayOff = Callable[[date], bool]
_ONE = timedelta(days=1)


def due_of(span: Span, trigger_at: datetime, off: DayOff) -> datetime:
    """When a span that begins at `trigger_at` ends, in UTC.

    The day of the trigger does not count, and the span ends at the same local time on its last day: never later than
    a law that gives that whole day. A day of a month that is too short is the month's last. `off` says which days a
    business day is not; a calendar span may end on any day.
    """
    zone = ZoneInfo(span.zone)
    local = trigger_at.astimezone(zone)
    match span.unit:
        case Unit.MINUTES | Unit.HOURS:
            minutes = span.count * (60 if span.unit is Unit.HOURS else 1)
            end = trigger_at + timedelta(minutes=minutes)
        case Unit.CALENDAR_DAYS:
            end = _at(local.date() + span.count * _ONE, local.time(), zone)
        case Unit.BUSINESS_DAYS:
            end = _at(_working_day(local.date(), span.count, off), local.time(), zone)
        case Unit.MONTHS:
            end = _at(_months_later(local.date(), span.count), local.time(), zone)
        case Unit.YEARS:
            end = _at(_months_later(local.date(), 12 * span.count), local.time(), zone)
    return trigger_at.astimezone(UTC) + (end - trigger_at) * span.pace


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local time as UTC. One that comes twice, or never, is the earlier of the moments that it may mean."""
    naive = datetime.combine(day, clock.replace(fold=0))
    return min(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _working_day(day: date, count: int, off: DayOff) -> date:
    while count:
        day += _ONE
        if not off(day):
            count -= 1
    return day


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
