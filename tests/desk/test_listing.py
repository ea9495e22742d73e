"""A list of hundreds of open cases asks few of them, few at once, and none of them twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from console.listing import AT_ONCE, OpenCases, for_each, something_open
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.severity import Severity
from domain.state import State
from domain.timeline import Projection
from tests.world import World

START = datetime(2031, 1, 1, tzinfo=UTC)


class Server:
    """Answers queries, and remembers how many and how many at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = self.most = 0
        self.down = False

    async def query(self, case: str) -> State:
        self.asked.append(case)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        if self.down:
            raise HoldfastError(Code.UNREACHABLE)
        return State(case=case, slug="edr", severity=Severity.P1, declared_at=START, journal={"large": "x" * 1000})


def line(number: int, minute: int = 0, **more: tuple[str, ...]) -> Projection:
    at = START + timedelta(minutes=minute)
    base = Projection(case=f"EDR-{number:05d}", slug="edr", phase="notify", severity=1, status="open", updated_at=at)
    return base.model_copy(update=more)


async def test_five_hundred_open_cases_are_asked_once_and_then_only_those_that_changed() -> None:
    server = Server()
    cases = OpenCases(server.query)
    lines = [line(number) for number in range(500)]
    await for_each(lines, cases.look)
    assert (len(server.asked), server.most) == (500, AT_ONCE)
    seen = await for_each(lines, cases.look)
    assert len(server.asked) == 500
    assert [each.state.case for each in seen] == [each.case for each in lines]
    lines[7] = line(7, minute=1)
    await for_each(lines, cases.look)
    assert server.asked[500:] == ["EDR-00007"]


async def test_what_is_kept_of_a_case_is_only_what_a_list_shows_and_closed_cases_are_forgotten() -> None:
    server = Server()
    cases = OpenCases(server.query)
    seen = await cases.look(line(1))
    assert seen.state.journal == {}
    cases.keep([line(2)])
    await cases.look(line(1))
    assert server.asked == ["EDR-00001", "EDR-00001"]


async def test_a_case_that_did_not_answer_is_asked_again() -> None:
    server = Server()
    cases = OpenCases(server.query)
    server.down = True
    with pytest.raises(HoldfastError) as refused:
        await for_each([line(1), line(2)], cases.look)
    assert refused.value.code is Code.UNREACHABLE
    server.down = False
    assert (await cases.look(line(1))).state.case == "EDR-00001"


def test_only_cases_with_something_of_the_wanted_kind_are_asked() -> None:
    gate, task, idle = line(1, open_gates=("release",)), line(2, open_tasks=("call",)), line(3)
    assert [something_open(each) for each in (gate, task, idle)] == [True, True, False]
    assert [something_open(each, "gate") for each in (gate, task, idle)] == [True, False, False]
    assert [something_open(each, "intervention") for each in (gate, task, idle)] == [False, False, False]


async def test_the_list_shows_what_is_open_now_and_not_what_was(world: World) -> None:
    case = await world.declare()
    who = await world.someone(Role.INCIDENT_COMMANDER)

    async def listed() -> set[str]:
        return {each.key for each in await world.desk.waiting(who) if each.case == case.id}

    async def until(wanted: str, there: bool) -> None:
        async with asyncio.timeout(30):
            while any(wanted in key for key in await listed()) is not there:
                await asyncio.sleep(0.05)

    await until("call-back", there=True)
    await case.verified()
    await until("call-back", there=False)
    await until("release", there=True)
