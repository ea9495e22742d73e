"""Clocks at the terminal: what is in danger first, in both times, and acts on one that bind to what it says now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from console import times
from console.ticking import ticking
from domain.acts import Approve
from domain.clock_lines import ClockLine, FaceLine
from domain.clocks import ClockStatus, Face
from domain.errors import HoldfastError
from domain.people import Role
from domain.timeline import Projection
from tests.cli.shell import Ended, Shell
from tests.world import World

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


async def test_a_clock_is_listed_told_in_local_time_tolled_and_met(
    world: World, at_desk: Callable[[str], Shell]
) -> None:
    fay, hana = at_desk("leg-fay"), at_desk("dut-hana")
    case = await world.declare(slug="rehearsed_clocks", rule="TEST-LAW")
    clock = (await case.until(lambda state: bool(state.clocks))).clocks["clock/TEST-LAW/1"]
    await case.until(lambda state: not state.pending)
    assert clock.due_at is not None
    listed = await fay.ok("clocks", "--zone", "Asia/Tokyo")
    mine = [line for line in listed.lines if line[1] == case.id]
    assert [(line[0], line[5], line[6], line[7]) for line in mine] == [
        ("TEST-LAW", "internal", "running", "confirmed"),
        ("TEST-LAW", "statutory", "running", "confirmed"),
    ]
    assert mine[1][4].startswith(f"{clock.due_at:%Y-%m-%d %H:%M:%S} (")
    assert mine[1][4].endswith("JST)")
    shown = {line[0]: line[1] for line in (await fay.ok("--zone", "Asia/Tokyo", "show", case.id)).lines}
    assert "counsel: confirmed" in shown["clock/TEST-LAW/1 statutory"]
    assert "JST" in shown["declared"]
    assert "[invalid]" in await fay.refused(2, "clock", case.id, "TEST-LAW", "--toll", "delay", "--resume", "x")
    asked = await fay.ok("clock", case.id.lower(), "test-law", "--toll", "law-enforcement-delay", "--days", "2")
    assert ["subject", "clock/TEST-LAW/1"] in asked.lines
    await case.act(Role.DUTY_MANAGER, "/toll/1", Approve())
    other = await world.someone(Role.LEGAL, but=["leg-fay"])
    await case.act(other, "/toll/1", Approve())
    await case.until(lambda state: state.clocks[clock.key].status is ClockStatus.TOLLED)
    assert ["status", "running"] in (await fay.ok("clock", case.id, "TEST-LAW", "--resume", "delay-over")).lines
    record = fay.file("record.txt", "SYNTHETIC receipt of the authority")
    assert "[not-seated]" in await hana.refused(4, "clock", case.id, "TEST-LAW", "--met", record)
    assert ["status", "met"] in (await fay.ok("clock", case.id, "TEST-LAW", "--met", record)).lines
    assert "[no-such-subject]" in await fay.refused(3, "clock", case.id, "TEST-LAW", "--met", record)


def test_stale_lists_what_counsel_has_not_confirmed(here: Callable[..., Ended]) -> None:
    ended = here("clocks", "--stale", "-o", "json")
    assert ended.status == 0
    found = {each["id"]: each for each in ended.data}
    assert found["US-TIDA"]["counsel"]["standing"] == "unconfirmed"
    assert "CONFLICT" in found["US-TX-BRCH"]["doubt"]


def line(key: str, left: float, status: ClockStatus = ClockStatus.RUNNING, face: Face = Face.STATUTORY) -> ClockLine:
    due = NOW + timedelta(minutes=left)
    return ClockLine(
        key=key,
        rule=key,
        duty="d",
        status=status,
        counsel="unconfirmed",
        statutory=True,
        faces=(FaceLine(face=face, due_at=due, span_s=6000),),
        still_since=NOW if status is ClockStatus.TOLLED else None,
    )


def test_what_is_over_or_nearly_over_comes_first_and_what_stands_still_last() -> None:
    lines = (line("b", 50), line("still", 1, ClockStatus.TOLLED), line("a", -5, ClockStatus.BREACHED), line("c", 50))
    words = line("words", 0).model_copy(update={"faces": ()})
    case = Projection(
        case="EDR-1", slug="s", phase="notify", severity=1, status="open", clocks=(*lines, words), drill=True
    )
    found = ticking([case], NOW)
    assert [each.key for each in found] == ["a", "b", "c", "words", "still"]
    assert [each.percent for each in found] == [105, 50, 50, None, 99]
    assert all(each.drill for each in found)
    assert case.next_clock == NOW + timedelta(minutes=50)


def test_a_time_is_told_twice_where_the_reader_does_not_live_by_utc() -> None:
    tokyo, london = times.zone("Asia/Tokyo"), times.zone("Europe/London")
    assert times.both(NOW, tokyo) == "2026-11-22 23:30:00 UTC (23 Nov 08:30:00 JST)"
    assert times.both(NOW, london) == times.both(NOW, None) == "2026-11-22 23:30:00 UTC"
    assert times.cell(NOW, tokyo) == "2026-11-22 23:30:00 (23 Nov 08:30:00 JST)"
    with pytest.raises(HoldfastError, match="Mars/Base"):
        times.zone("Mars/Base")
    assert [times.span(timedelta(seconds=each)) for each in (40, 300, 7500, -90_000)] == [
        "40 s",
        "5 min",
        "2 h 5 min",
        "-1 d 1 h",
    ]
