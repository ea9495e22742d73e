"""Counts days with the public holidays of a country. Only steps may: a workflow that read them would not replay."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
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


def _holidays(span: Span) -> Collection[date]:
    """The public holidays of the span's country; none where days are simply counted."""
    return public_holidays(span.country, span.region) if span.unit is Unit.BUSINESS_DAYS else ()


def public_holidays(country: str, region: str = "", years: Iterable[int] = ()) -> Collection[date]:
    """Of an ISO 3166 country and, if given, one of its parts; without `years` each year is known when it is asked.

    Raises:
        HoldfastError: `permanent` if the library does not know the country or region.
    """
    try:
        return holidays.country_holidays(country, subdiv=region or None, years=list(years) or None)
    except NotImplementedError:
        raise HoldfastError(Code.PERMANENT, f"no calendar for {country!r} {region!r}") from None
