"""Counts days with the public holidays of a country. Only steps may: a workflow that read them would not replay."""

from __future__ import annotations

import asyncio
from datetime import date
from importlib.metadata import version

import holidays

from activities.clocks import Due, DueDate
from activities.step import performs
from domain.calendar import due_of
from domain.clock_rules import Span, Unit
from domain.errors import Code, HoldfastError

_SATURDAY = 5


class Calendars:
    """Days off by country, from the `holidays` library."""

    @performs(DueDate)
    async def due(self, given: DueDate) -> Due:
        return await asyncio.to_thread(_due, given)


def _due(given: DueDate) -> Due:
    skipped: list[date] = []
    public = _holidays(given.span)

    def off(day: date) -> bool:
        if day.weekday() >= _SATURDAY or day in public:
            skipped.append(day)
            return True
        return False

    due_at = due_of(given.span, given.trigger_at, off)
    return Due(due_at=due_at, days_off=len(skipped), calendar=f"holidays {version('holidays')}")


def _holidays(span: Span) -> holidays.HolidayBase | dict[date, str]:
    """The public holidays of the span's country; none where days are simply counted.

    Raises:
        HoldfastError: `permanent` if the library does not know the country or region.
    """
    if span.unit is not Unit.BUSINESS_DAYS:
        return {}
    try:
        return holidays.country_holidays(span.country, subdiv=span.region or None)
    except NotImplementedError:
        raise HoldfastError(Code.PERMANENT, f"no calendar for {span.country!r} {span.region!r}") from None
