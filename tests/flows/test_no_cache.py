"""Scenarios with no workflow cache: every task replays its case from the beginning."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from integrations.temporal.server import EmbeddedServer
from tests.flows.scenarios import SCENARIOS, effects_of
from tests.procedures import containment, timed
from tests.world import World, open_simulators, open_world

# `make turnover` plays them all; every run of the suite plays these.
FEW = ("hide then overturn",)
SOME = [name if name in FEW else pytest.param(name, marks=pytest.mark.soak) for name in SCENARIOS]


@pytest.fixture(scope="module")
async def forgetful(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A deployment on a server of its own, whose workers keep no workflow in memory."""
    async with (
        EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server,
        open_simulators() as sims,
        open_world(tmp_path_factory.mktemp("home"), server, sims, extra=[containment, timed], cached=0) as opened,
    ):
        opened.between_looks = 1.0  # every look replays the whole case
        yield opened


@pytest.mark.parametrize("name", SOME)
async def test_a_scenario_ends_the_same_without_a_workflow_cache(forgetful: World, name: str) -> None:
    scenario = SCENARIOS[name]
    case = await scenario.open(forgetful)
    await scenario.play(case)
    report = await case.result(90)
    assert (report.outcome, report.code) == (scenario.outcome, scenario.code)
    assert effects_of(case) == scenario.effects
