"""A rota goes out as a calendar and comes back without a change; what people write into one becomes data."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest

from domain.duty import duty_spans, on_duty
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.rota import Cover, Leave, LeaveCode, Override, Rota, Swap
from domain.rota_changes import effects
from integrations.rota.calendars import calendar_of, changes_in
from tests.rota.parts import example, utc

START = utc(2026, 11, 22, 9)
END = START + timedelta(days=14)


def event(summary: str, *lines: str) -> bytes:
    body = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Synthetic//EN", "BEGIN:VEVENT", "UID:1@example.org"]
    given = lines or ("DTSTART:20261201T080000Z", "DTEND:20261201T120000Z")
    return "\r\n".join([*body, f"SUMMARY:{summary}", *given, "END:VEVENT", "END:VCALENDAR", ""]).encode()


async def test_an_exported_rota_imported_again_changes_nothing() -> None:
    rota, people = await example()
    data = calendar_of(duty_spans(rota, people, list(Role), START, END), START)
    assert data.count(b"BEGIN:VEVENT") > 100
    found = changes_in(data, rota, people)
    assert found.changes.changes == ()
    assert found.skipped == ()


async def test_the_exported_events_say_exactly_who_is_on_duty() -> None:
    rota, people = await example()
    events = icalendar.Calendar.from_ical(calendar_of(duty_spans(rota, people, (Role.LEGAL,), START, END), START)).walk(
        "VEVENT"
    )
    for hour in range(14 * 24):
        at = START + timedelta(hours=hour, minutes=30)
        said = {str(each["x-holdfast-person"]) for each in events if each["dtstart"].dt <= at < each["dtend"].dt}
        assert said == {each.person.id for each in on_duty(rota, people, Role.LEGAL, at)}


async def test_a_duty_given_to_somebody_else_in_the_calendar_is_a_cover_and_a_cancelled_one_a_leave() -> None:
    rota, people = await example()
    first = next(
        each
        for each in duty_spans(rota, people, (Role.LEGAL,), START, END)
        if each.person.id == "leg-gus" and each.since == utc(2026, 11, 23)
    )
    data = calendar_of([first], START)
    given = changes_in(data.replace(b"mailto:leg-gus@example.com", b"mailto:leg-fay@example.com"), rota, people)
    [cover] = given.changes.cover
    assert (cover.person, cover.by, cover.roles) == ("leg-gus", "leg-fay", (Role.LEGAL,))
    assert (cover.start, cover.end) == (first.since, first.until)
    gone = changes_in(data.replace(b"END:VEVENT", b"STATUS:CANCELLED\r\nEND:VEVENT"), rota, people)
    assert [each.person for each in gone.changes.leave] == ["leg-gus"]
    changed = effects(rota, rota.plus(given.changes), people, START, END)
    assert {(each.role, each.after) for each in changed} == {(Role.LEGAL, ("leg-fay",))}
    moved = changes_in(data.replace(b"DTSTART:2026112", b"DTSTART:2026111"), rota, people)
    assert [each.why for each in moved.skipped] == [
        "its time was moved; write a Cover or a Leave for the hours in question"
    ]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("Leave: leg-fay", {"leave": [Leave(person="leg-fay", start=utc(2026, 12, 1, 8), end=utc(2026, 12, 1, 12))]}),
        ("Sick: Fay Example", {"leave": [Leave(person="leg-fay", code=LeaveCode.SICK, start=utc(2026, 12, 1, 8),
                                               end=utc(2026, 12, 1, 12))]}),
        ("Cover: leg-fay by leg-gus@example.com", {"cover": [Cover(person="leg-fay", by="leg-gus",
                                                                   start=utc(2026, 12, 1, 8),
                                                                   end=utc(2026, 12, 1, 12))]}),
        ("Swap: leg-fay with leg-gus", {"swaps": [Swap(one="leg-fay", other="leg-gus", start=utc(2026, 12, 1, 8),
                                                       end=utc(2026, 12, 1, 12))]}),
        ("Override: legal-counsel = leg-gus, leg-fay", {"overrides": [Override(
            role=Role.LEGAL, people=("leg-gus", "leg-fay"), start=utc(2026, 12, 1, 8), end=utc(2026, 12, 1, 12))]}),
    ],
)  # fmt: skip
async def test_what_people_write_becomes_data(summary: str, expected: dict[str, object]) -> None:
    rota, people = await example()
    found = changes_in(event(summary), rota, people)
    assert found.skipped == ()
    assert found.changes == Rota.model_validate(expected)


async def test_whole_days_are_local_to_the_office_of_the_person() -> None:
    rota, people = await example()
    days = ("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203", "ATTENDEE:mailto:dut-ivo@example.com")
    [leave] = changes_in(event("Annual leave", *days), rota, people).changes.leave
    assert (leave.start, leave.end) == (utc(2026, 11, 30, 13), utc(2026, 12, 2, 13))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (event("Leave: leg-nobody"), "the directory does not know somebody whom it names"),
        (event("Dentist"), "it says neither Leave, Cover, Swap nor Override"),
        (event("Override: boss = leg-fay"), "it names no role"),
        (event("Leave: leg-fay", "DTSTART:20261201T080000Z", "DTEND:20261201T120000Z", "RRULE:FREQ=DAILY"),
         "it repeats; write its dates one by one"),
        (event("Leave: leg-fay", "DTSTART:20261201T080000Z"), "it has no beginning or no end"),
        (event("Leave: aud-pia", "DTSTART:20261201T080000", "DTEND:20261201T090000"),
         "it has no time zone, and this person no office"),
    ],
)  # fmt: skip
async def test_an_event_that_cannot_be_used_is_left_out_and_says_why(data: bytes, why: str) -> None:
    rota, people = await example()
    found = changes_in(data, rota, people)
    assert found.changes.changes == ()
    assert [each.why for each in found.skipped] == [why]


async def test_what_is_no_calendar_is_refused() -> None:
    rota, people = await example()
    with pytest.raises(HoldfastError) as caught:
        changes_in(b"not a calendar", rota, people)
    assert caught.value.code is Code.INVALID
