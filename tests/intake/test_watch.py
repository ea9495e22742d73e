"""What waits calls somebody, once for all of it, and again while nobody owns it; what a crash left is started."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.intake.recipes import Offered
from console.intake.watching import IntakeWatch
from domain.errors import Code, HoldfastError
from domain.intake import Requester
from domain.outside import KnownRota
from domain.triage import AGAIN, LineQuery
from integrations.directory.file import DirectoryFile
from tests.intake.conftest import KEY, Ways
from tests.world import EXAMPLE_DIRECTORY


class Calls:
    """A pager that remembers, and fails on command."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.people: list[str] = []
        self.away = False

    async def page(self, person: str, case: str, *, kind: str, summary: str, severity: int, key: str) -> bool:
        if self.away:
            raise HoldfastError(Code.TRANSIENT)
        if key not in self.keys:
            self.people.append(person)
        self.keys[key] = summary
        return True

    async def acknowledged(self, key: str) -> bool:
        return False


class Rotas:
    async def current(self) -> KnownRota:
        return KnownRota()


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    return Calls()


def watching(ways: Ways, calls: Calls) -> IntakeWatch:
    rotas: Any = Rotas()
    return IntakeWatch(
        intake=ways.intake,
        directory=DirectoryFile(EXAMPLE_DIRECTORY.absolute()),
        rotas=rotas,
        pager=calls,
        mail=None,
        key=KEY,
        now=lambda: ways.clock[0],
    )


async def other(ways: Ways, number: int) -> str:
    """SYNTHETIC: somebody who is not law enforcement writes."""
    offered = Offered(key=str(number), text="SYNTHETIC", identifier="x", requester=Requester.OTHER)
    return (await ways.intake.offer(ways.sources.by_name["le-form"], offered)).line.line


async def test_many_lines_that_wait_for_one_reason_are_one_call_and_again_later(ways: Ways, calls: Calls) -> None:
    watch = watching(ways, calls)
    lines = [await other(ways, number) for number in range(20)]
    for _ in range(3):
        await watch.once()
    assert len(calls.keys) == 1
    assert "20 line(s)" in next(iter(calls.keys.values()))
    ways.later(seconds=AGAIN.total_seconds())
    await watch.once()
    assert calls.people == ["les-ada", "esc-dara"]
    await ways.store.lines.own(lines, "les-ada", ways.clock[0])
    ways.later(seconds=AGAIN.total_seconds())
    await watch.once()
    assert calls.people == ["les-ada", "esc-dara"], "each quarter of an hour somebody further up"


async def test_a_call_that_reached_nobody_is_made_again(ways: Ways, calls: Calls) -> None:
    watch = watching(ways, calls)
    await other(ways, 1)
    calls.away = True
    await watch.once()
    assert watch.fault == "nobody-reached"
    calls.away = False
    await watch.once()
    assert len(calls.keys) == 1


async def test_a_key_that_was_used_twice_calls_somebody(ways: Ways, calls: Calls) -> None:
    source = ways.sources.by_name["alerts"]
    await ways.intake.offer(source, Offered(key="k", text="SYNTHETIC", identifier="a"))
    with pytest.raises(HoldfastError):
        await ways.intake.offer(source, Offered(key="k", text="SYNTHETIC", identifier="b"))
    await watching(ways, calls).once()
    [said] = calls.keys.values()
    assert "key-reused" in said


async def test_what_a_crash_left_is_started_confirmed_agencies_first(ways: Ways, calls: Calls) -> None:
    ways.starting.failing = HoldfastError(Code.UNREACHABLE)
    open_form, northfield = ways.sources.by_name["le-form"], ways.sources.by_name["northfield"]
    await ways.intake.offer(open_form, Offered(key="1", text="SYNTHETIC", identifier="a"))
    await ways.intake.offer(northfield, Offered(key="2", text="SYNTHETIC", identifier="b"))
    ways.starting.failing = None
    await watching(ways, calls).once()
    assert [declared.answers["account"] for _, declared in ways.starting.declared] == ["b", "a"]
    assert [each.state.value for each in await ways.store.lines.find(LineQuery())] == ["started", "started"]
