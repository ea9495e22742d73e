"""Every way in which a case can go, played to its end on the real server."""

from __future__ import annotations

import pytest

from domain.people import Role
from tests.flows.histories_check import quiet_tasks
from tests.flows.scenarios import SCENARIOS, effects_of
from tests.world import World


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_case_ends_as_its_procedure_says_and_the_world_saw_just_that(world: World, name: str) -> None:
    scenario = SCENARIOS[name]
    case = await scenario.open(world)
    await scenario.play(case)
    report = await case.result()
    assert (report.outcome, report.code) == (scenario.outcome, scenario.code)
    assert effects_of(case) == scenario.effects
    assert (await world.desk.audit(await world.someone(Role.AUDITOR))).ok
    assert quiet_tasks(await case.handle.fetch_history()) == []
