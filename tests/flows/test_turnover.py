"""Continuing as new after each verb in turn changes nothing: the same end, the same effects in the world."""

from __future__ import annotations

import asyncio

import pytest

from domain.incident import Rehearsal
from tests.flows.scenarios import SCENARIOS, Scenario, effects_of
from tests.world import Case, World

_AT_ONCE = 6  # cases in flight; more only wait for the same two cores


async def _played(world: World, scenario: Scenario, rehearsal: Rehearsal) -> Case:
    case = await scenario.open(world, rehearsal)
    await scenario.play(case)
    report = await case.result(60)
    assert (report.outcome, report.code) == (scenario.outcome, scenario.code), rehearsal
    assert effects_of(case) == scenario.effects, rehearsal
    return case


@pytest.mark.parametrize("name", SCENARIOS)
async def test_continuing_as_new_after_each_verb_in_turn_ends_the_same(world: World, name: str) -> None:
    scenario = SCENARIOS[name]
    every = await _played(world, scenario, Rehearsal(every_verb=True))
    state = await every.state()
    assert state.turnovers >= 2
    slots = asyncio.Semaphore(_AT_ONCE)

    async def after(verbs: int) -> None:
        async with slots:
            case = await _played(world, scenario, Rehearsal(turnover_after=(verbs,)))
            end = await case.state()
            # After the last verb there is nothing left to continue.
            assert end.turnovers == 1 or verbs >= len(end.journal), verbs

    async with asyncio.TaskGroup() as group:
        for verbs in range(1, len(state.journal)):
            group.create_task(after(verbs))
