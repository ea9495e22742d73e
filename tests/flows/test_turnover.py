"""Continuing as new after each verb changes nothing: the same end, the same effects in the world.

A few scenarios are played with a turnover after every verb. All of them, and each verb by itself in a run of its own,
are `make turnover`: some two hundred cases, ten minutes on two cores.
"""

from __future__ import annotations

import asyncio

import pytest

from domain.incident import Rehearsal
from domain.state import State
from tests.flows.scenarios import SCENARIOS, Scenario, effects_of
from tests.world import World

# The rest are left to `make turnover`.
FEW = ("approve",)
SOME = [name if name in FEW else pytest.param(name, marks=pytest.mark.soak) for name in SCENARIOS]
_AT_ONCE = 6  # cases in flight; more only wait for the same two cores


async def _played(world: World, scenario: Scenario, rehearsal: Rehearsal) -> State:
    case = await scenario.open(world, rehearsal)
    await scenario.play(case)
    report = await case.result(90)
    assert (report.outcome, report.code) == (scenario.outcome, scenario.code), rehearsal
    assert effects_of(case) == scenario.effects, rehearsal
    return await case.state()


@pytest.mark.parametrize("name", SOME)
async def test_continuing_as_new_after_each_verb_ends_the_same(world: World, name: str) -> None:
    scenario = SCENARIOS[name]
    every = await _played(world, scenario, Rehearsal(every_verb=True))
    assert every.turnovers >= 2


@pytest.mark.soak
@pytest.mark.parametrize("name", SCENARIOS)
async def test_continuing_as_new_after_each_verb_in_turn_ends_the_same(world: World, name: str) -> None:
    scenario = SCENARIOS[name]
    every = await _played(world, scenario, Rehearsal(every_verb=True))
    slots = asyncio.Semaphore(_AT_ONCE)

    async def after(verbs: int) -> None:
        async with slots:
            end = await _played(world, scenario, Rehearsal(turnover_after=(verbs,)))
            # After the last verb there is nothing left to continue.
            assert end.turnovers == 1 or verbs >= len(end.journal), verbs

    async with asyncio.TaskGroup() as group:
        for verbs in range(1, len(every.journal)):
            group.create_task(after(verbs))
