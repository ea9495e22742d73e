"""Imminent self-harm, played to its ends on the real server, in one run and continued as new after every verb."""

from __future__ import annotations

import asyncio

import pytest

from domain.incident import Rehearsal
from domain.people import Role
from tests.flows.histories_check import quiet_tasks
from tests.flows.selfharm import SCENARIOS, effects_of
from tests.world import World


@pytest.mark.parametrize("every_verb", [False, True], ids=["one run", "continued as new"])
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_case_ends_as_its_procedure_says_and_the_world_saw_just_that(
    world: World, name: str, every_verb: bool
) -> None:
    scenario = SCENARIOS[name]
    case = await scenario.open(world, Rehearsal(every_verb=every_verb))
    async with asyncio.timeout(45):
        await scenario.play(case)
    report = await case.result(60)
    assert (report.outcome, report.code) == (scenario.outcome, scenario.code)
    assert effects_of(case) == scenario.effects
    assert quiet_tasks(await case.handle.fetch_history()) == []
    assert (report.turnovers >= 2) is every_verb
    assert (await world.desk.audit(await world.someone(Role.AUDITOR))).ok
