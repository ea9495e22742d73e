"""Who is on duty: exact where clocks change and on holidays, and the same people whatever is swapped."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.duty import Stand, duty_spans, on_duty, turning_points
from domain.people import Role
from domain.rota import Cover, Leave, Override, Rota, Swap, rota_faults, turned
from tests.rota.parts import ABC, directory, duty, example, hours, person, rota, shift, utc


def ids(found: Rota, at: datetime, role: Role = Role.LEGAL) -> list[str]:
    return [each.person.id for each in on_duty(found, ABC, role, at)]


def test_the_primary_comes_first_then_the_backup_each_with_the_reason() -> None:
    found = rota({"day": shift("uk", 8, 16)}, duty("day", "ada", "ben", "cleo"))
    there = on_duty(found, ABC, Role.LEGAL, utc(2026, 1, 5, 9))
    assert [(each.person.id, each.stand) for each in there] == [
        ("ada", Stand.PRIMARY),
        ("ben", Stand.BACKUP),
        ("cleo", Stand.ON_SHIFT),
    ]
    assert there[0].reason == "primary at uk until 2026-01-05 16:00 UTC"
    assert ids(found, utc(2026, 1, 5, 7, 59)) == []
    assert ids(found, utc(2026, 1, 5, 16)) == []


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    found = rota({"late": shift("uk", 22, 6, days=(6, 0, 1, 2, 3))}, duty("late", "ada"))
    sunday, friday = utc(2026, 1, 4, 23), utc(2026, 1, 9, 23)
    assert ids(found, sunday) == ["ada"]
    assert ids(found, sunday + timedelta(hours=6)) == ["ada"]
    assert ids(found, friday) == []
    assert ids(found, utc(2026, 1, 9, 5)) == ["ada"], "Thursday's shift ends on Friday morning"


def test_nobody_stands_on_a_holiday_unless_the_shift_does() -> None:
    christmas = {"uk": (date(2026, 12, 25),)}
    off = rota({"day": shift("uk", 8, 16)}, duty("day", "ada"), holidays=christmas)
    works = rota({"day": shift("uk", 8, 16, works_holidays=True)}, duty("day", "ada"), holidays=christmas)
    assert ids(off, utc(2026, 12, 25, 9)) == []
    assert ids(off, utc(2026, 12, 26, 9)) == ["ada"]
    assert ids(works, utc(2026, 12, 25, 9)) == ["ada"]


async def test_the_holidays_of_each_country_are_those_of_its_calendar() -> None:
    found, _ = await example()
    assert date(2026, 11, 26) in found.holidays["us"]  # Thanksgiving
    assert date(2026, 11, 26) not in found.holidays["uk"]
    assert date(2027, 1, 26) in found.holidays["au"]  # Australia Day


@pytest.mark.parametrize(
    ("office", "begins", "length"),
    [
        ("us", utc(2026, 3, 8, 5), 167),  # clocks go forward on 8 March
        ("us", utc(2026, 11, 1, 4), 169),
        ("uk", utc(2026, 3, 29), 167),
        ("uk", utc(2026, 10, 24, 23), 169),
        ("au", utc(2026, 10, 3, 14), 167),
        ("au", utc(2026, 4, 4, 13), 169),
        ("us", utc(2026, 6, 7, 4), 168),
    ],
)
def test_a_week_around_a_clock_change_has_one_hour_more_or_less(office: str, begins: datetime, length: int) -> None:
    """Seven whole local days, three shifts each: no gap and no overlap."""
    eights = {"a": shift(office, 0, 8), "b": shift(office, 8, 16), "c": shift(office, 16, 0)}
    found = rota(eights, duty("a", "ada"), duty("b", "ben"), duty("c", "cleo"))
    spans = duty_spans(found, ABC, (Role.LEGAL,), begins, begins + timedelta(hours=length))
    total = sum(hours(each.until - each.since) for each in spans if each.until and each.since)
    assert total == length
    assert len(spans) == 21
    assert ids(found, begins) == ["ada"]


def test_a_wall_time_that_does_not_exist_or_comes_twice_leaves_no_hole() -> None:
    from datetime import time

    early = shift("us", 0, 2).model_copy(update={"end": time(2, 30)})
    late = shift("us", 2, 8).model_copy(update={"start": time(2, 30)})
    found = rota({"early": early, "late": late}, duty("early", "ada"), duty("late", "ben"))
    for day in (utc(2026, 3, 8), utc(2026, 11, 1)):
        for minute in range(5 * 60, 12 * 60):
            at = day + timedelta(minutes=minute)
            assert len(ids(found, at)) == 1, at


def test_people_take_turns_by_the_offices_own_dates() -> None:
    weekly = duty("day", "ada", "ben", "cleo", every=7, since=date(2026, 1, 5))
    assert [turned(weekly, date(2026, 1, day))[0] for day in (5, 11, 12, 19, 26)] == [
        "ada",
        "ada",
        "ben",
        "cleo",
        "ada",
    ]
    assert turned(weekly, date(2026, 1, 4))[0] == "cleo", "before the first date the turn runs backwards"


def test_who_has_just_come_is_called_before_who_is_about_to_leave() -> None:
    found = rota({"one": shift("uk", 0, 13), "two": shift("uk", 12, 20)}, duty("one", "ada"), duty("two", "ben"))
    assert ids(found, utc(2026, 1, 5, 12, 30)) == ["ben", "ada"]


def test_a_swap_a_cover_a_leave_and_an_override_each_hold_for_their_span() -> None:
    base = rota({"day": shift("uk", 0, 0)}, duty("day", "ada", "ben"))
    span = {"start": utc(2026, 1, 5, 10), "end": utc(2026, 1, 5, 12)}
    inside, after = utc(2026, 1, 5, 11), utc(2026, 1, 5, 12)
    swapped = base.model_copy(update={"swaps": (Swap(one="ada", other="ben", **span),)})
    assert (ids(swapped, inside), ids(swapped, after)) == (["ben", "ada"], ["ada", "ben"])
    covered = base.model_copy(update={"cover": (Cover(person="ada", by="cleo", **span),)})
    assert (ids(covered, inside), ids(covered, after)) == (["cleo", "ben"], ["ada", "ben"])
    assert on_duty(covered, ABC, Role.LEGAL, inside)[0].reason.endswith("cover instead of ada")
    away = base.model_copy(update={"leave": (Leave(person="ada", **span),)})
    assert on_duty(away, ABC, Role.LEGAL, inside)[0].stand is Stand.PRIMARY
    assert (ids(away, inside), ids(away, after)) == (["ben"], ["ada", "ben"])
    over = base.model_copy(update={"overrides": (Override(role=Role.LEGAL, people=("cleo",), **span),)})
    assert (ids(over, inside), ids(over, after)) == (["cleo"], ["ada", "ben"])
    other_role = base.model_copy(update={"leave": (Leave(person="ada", roles=(Role.POLICY,), **span),)})
    assert ids(other_role, inside) == ["ada", "ben"]


def test_suspended_and_unknown_people_and_those_without_the_role_are_never_on_duty() -> None:
    found = rota({"day": shift("uk", 0, 0)}, duty("day", "ada", "ben", "cleo", "nobody"), always={Role.LEGAL: ("ada",)})
    people = directory(person("ada", suspended=True), person("ben", Role.POLICY), person("cleo"))
    there = on_duty(found, people, Role.LEGAL, utc(2026, 1, 5, 9))
    assert [(each.person.id, each.stand) for each in there] == [("cleo", Stand.PRIMARY)]


def test_who_is_always_on_call_comes_last_and_nobody_else_is_called_off_shift() -> None:
    found = rota({"day": shift("uk", 8, 16)}, duty("day", "ada"), always={Role.LEGAL: ("cleo", "ada")})
    assert ids(found, utc(2026, 1, 5, 9)) == ["ada", "cleo"]
    assert ids(found, utc(2026, 1, 5, 20)) == ["cleo", "ada"]


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: at.replace(tzinfo=utc(2026, 1, 1).tzinfo)
)


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    names = ("ada", "ben", "cleo")
    shifts = {}
    duties = []
    for number in range(draw(st.integers(1, 4))):
        days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
        office = draw(st.sampled_from(("us", "uk", "au")))
        shifts[f"s{number}"] = shift(office, draw(st.integers(0, 23)), draw(st.integers(0, 23)), days=days)
        people = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        duties.append(duty(f"s{number}", *people, every=draw(st.integers(0, 9)), since=date(2026, 1, 5)))
    return rota(shifts, *duties)


@settings(max_examples=150, deadline=None)
@given(rotas(), INSTANTS)
def test_every_instant_has_one_answer_and_it_changes_only_at_turning_points(found: Rota, at: datetime) -> None:
    there = ids(found, at)
    assert len(there) == len(set(there)), "nobody is counted twice"
    points = turning_points(found, ABC, at - timedelta(days=3), at + timedelta(days=3))
    before = max(point for point in points if point <= at)
    assert ids(found, before) == there


@settings(max_examples=150, deadline=None)
@given(rotas(), INSTANTS)
def test_a_swap_moves_people_and_leaves_every_place_filled(found: Rota, at: datetime) -> None:
    swap = Swap(one="ada", other="ben", start=at - timedelta(days=9), end=at + timedelta(days=9))
    traded = found.model_copy(update={"swaps": (swap,)})
    names = {"ada": "ben", "ben": "ada", "cleo": "cleo"}
    before = on_duty(found, ABC, Role.LEGAL, at)
    after = on_duty(traded, ABC, Role.LEGAL, at)
    assert [(each.stand, names[each.person.id], each.until) for each in before] == [
        (each.stand, each.person.id, each.until) for each in after
    ]


async def test_every_mistake_of_a_rota_is_named() -> None:
    _, people = await example()
    day = {"start": utc(2026, 1, 5), "end": utc(2026, 1, 6)}
    wrong = rota(
        {"day": shift("mars", 8, 16), "never": shift("uk", 8, 16, days=())},
        duty("nowhere", "leg-fay"),
        duty("day", "leg-fay", "leg-fay", "les-ada", "nobody"),
        duty("day", every=7),
        cover=(Cover(person="leg-fay", by="leg-fay", **day), Cover(person="leg-fay", by="leg-gus", **day)),
        leave=(Leave(person="leg-fay", start=day["end"], end=day["start"]),),
    )
    found = {"".join(f"/{part}" for part in where): why for where, why in rota_faults(wrong, people)}
    assert found["/shifts/day/office"] == "no such office"
    assert found["/shifts/never/days"] == "a shift needs a day"
    assert found["/duties/0/shift"] == "no such shift"
    assert found["/duties/1/people/1"] == "stands there twice"
    assert found["/duties/1/people/2"] == "does not hold this role"
    assert found["/duties/1/people/3"] == "nobody of the directory"
    assert found["/duties/2/people"] == "nobody"
    assert found["/cover/0"] == "with themselves"
    assert found["/cover/1"] == "this place is given away twice at the same time"
    assert found["/leave/0/end"] == "it ends before it begins"
