"""Days counted as law counts them: where people live, with their holidays, and early rather than late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.calendars import Calendars
from activities.clocks import Due, DueDate
from domain.calendar import due_of
from domain.clock_rules import Span, Unit
from domain.errors import Code

NEW_YORK = ZoneInfo("America/New_York")


def never(_: date) -> bool:
    return False


def weekend(day: date) -> bool:
    return day.weekday() >= 5


def local(*given_: int) -> datetime:
    return datetime(*given_, tzinfo=NEW_YORK)  # type: ignore[misc]


def span(count: int, unit: Unit, **more: str) -> Span:
    return Span.model_validate({"count": count, "unit": unit, "zone": "America/New_York", **more})


@pytest.mark.parametrize(
    ("count", "unit", "trigger", "due"),
    [
        (3, Unit.CALENDAR_DAYS, local(2026, 3, 6, 9, 0), local(2026, 3, 9, 9, 0)),  # an hour is lost on the 8th
        (1, Unit.CALENDAR_DAYS, local(2026, 3, 7, 2, 30), local(2026, 3, 8, 1, 30)),  # a time that never comes
        (1, Unit.CALENDAR_DAYS, local(2026, 10, 31, 1, 30), local(2026, 11, 1, 1, 30)),  # a time that comes twice
        (1, Unit.MONTHS, local(2026, 1, 31, 9, 0), local(2026, 2, 28, 9, 0)),
        (1, Unit.YEARS, local(2028, 2, 29, 9, 0), local(2029, 2, 28, 9, 0)),
        (1, Unit.BUSINESS_DAYS, local(2026, 11, 20, 16, 0), local(2026, 11, 23, 16, 0)),
        (48, Unit.HOURS, local(2026, 3, 7, 9, 0), local(2026, 3, 9, 10, 0)),  # hours are hours
    ],
)
def test_a_span_ends_at_the_same_local_time(count: int, unit: Unit, trigger: datetime, due: datetime) -> None:
    assert due_of(span(count, unit), trigger, weekend) == due.astimezone(UTC)


@given(
    count=st.integers(1, 400),
    unit=st.sampled_from(list(Unit)),
    zone=st.sampled_from(["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia"]),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(lambda each: each.replace(tzinfo=UTC)),
)
def test_a_longer_span_never_ends_sooner_and_business_days_never_before_calendar_days(
    count: int, unit: Unit, zone: str, at: datetime
) -> None:
    of = Span(count=count, unit=unit, zone=zone)
    due = due_of(of, at, weekend)
    assert at < due < due_of(of.model_copy(update={"count": count + 1}), at, weekend)
    if unit is Unit.CALENDAR_DAYS:
        assert abs(due - at - timedelta(days=count)) <= timedelta(hours=25)
        assert due <= due_of(of.model_copy(update={"unit": Unit.BUSINESS_DAYS}), at, weekend)


async def counted(given_: DueDate) -> Due:
    return await Calendars().due(given_)


async def test_a_business_day_is_not_a_public_holiday_of_its_country() -> None:
    thursday = span(1, Unit.BUSINESS_DAYS, country="US")
    due = await counted(DueDate(span=thursday, trigger_at=local(2026, 11, 25, 9, 0)))
    assert due.due_at == local(2026, 11, 27, 9, 0)  # Thanksgiving lies between
    assert due.days_off == 1
    assert due.calendar.startswith("holidays ")
    boxing = span(1, Unit.BUSINESS_DAYS, country="GB", region="ENG", zone="Europe/London")
    eve = datetime(2026, 12, 24, 9, 0, tzinfo=ZoneInfo("Europe/London"))
    assert (await counted(DueDate(span=boxing, trigger_at=eve))).due_at.date() == date(2026, 12, 29)


async def test_a_country_that_no_calendar_knows_asks_a_person() -> None:
    from temporalio.exceptions import ApplicationError

    nowhere = span(1, Unit.BUSINESS_DAYS, country="QQ")
    with pytest.raises(ApplicationError) as caught:
        await counted(DueDate(span=nowhere, trigger_at=local(2026, 11, 25, 9, 0)))
    assert caught.value.type == Code.PERMANENT.value
    assert caught.value.non_retryable
