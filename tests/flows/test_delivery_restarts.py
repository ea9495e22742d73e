"""A delivery goes on where it was: without a workflow cache, across runs, and while nobody was there to look."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.acts import Done
from domain.incident import Rehearsal
from domain.people import Role
from domain.timeline import Kind
from integrations.temporal.server import EmbeddedServer
from tests.flows.handing import linked, opened, packages, released, spoken, tries, written_down
from tests.procedures import delivering
from tests.world import World, open_simulators, open_world
from workers.runner import running


@pytest.fixture(scope="module")
async def forgetful(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A deployment on a server of its own, without workers: the test starts and stops them."""
    async with (
        EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server,
        open_simulators() as sims,
        open_world(tmp_path_factory.mktemp("home"), server, sims, extra=[delivering], workers=False) as opened,
    ):
        yield opened


@pytest.mark.soak
async def test_workers_that_die_remember_nothing_and_the_delivery_ends_the_same(forgetful: World) -> None:
    world = forgetful
    async with running(world.client, world.ports, world.catalogue, cached=0):
        case = await released(world, rehearsal=Rehearsal(turnover_after=(9, 13, 17, 22)))
        code = await spoken(case)
    # Nobody works here now, and that is when they come.
    opened(await tries(case, code))
    async with running(world.client, world.ports, world.catalogue, cached=0):
        await case.until(lambda state: "notify/a.speak-code/1" in state.tasks)
        await written_down(case)
        await case.later(minutes=5)
        await case.noted(Kind.DELIVERY, "opened")
        assert (await tries(case, code, opener="somebody else")).json() == {"error": "sealed"}
        await case.later(hours=6, seconds=10)
        other = await linked(case)
        await case.act(Role.DUTY_MANAGER, "look-at-seal", Done(result={"was": "attack"}))
        report = await case.result()
        assert (await other.state()).facts["of"] == case.id
    assert (report.code, report.turnovers > 2) == ("opened", True)
    assert len(packages(case)) == 1
    assert len([each for each in await case.timeline() if each.kind is Kind.LINKED]) == 1
    codes = [each.code for each in await case.timeline() if each.kind is Kind.DELIVERY]
    assert sorted(codes) == sorted(["made", "offered", "allowed", "code-shown", "opened", "sealed"])
