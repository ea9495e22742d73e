"""A run that no worker can replay stands still: it is said, and the case goes on in another run without it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.acts import Signed
from domain.desk import Recover
from domain.errors import Code, HoldfastError
from domain.people import Role
from integrations.base.keyring import load_ring
from integrations.temporal.plugin import connect
from integrations.temporal.runs import Fate, newest_run
from integrations.temporal.server import EmbeddedServer
from tests.flows.test_recover import half_approved, leaves
from tests.procedures.changed import ChangedProcedure
from tests.world import World, open_simulators, open_world
from workers.runner import running


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[World]:
    """A world on a server of its own, whose workers the test chooses."""
    async with (
        EmbeddedServer(tmp_path / "temporal", time_skipping=True) as server,
        open_simulators() as sims,
        open_world(tmp_path / "home", server, sims, workers=False) as opened,
    ):
        yield opened


async def test_a_case_that_a_careless_deploy_stops_goes_on_from_its_copy(bare: World) -> None:
    client = await connect(bare.settings.temporal_address, "default", load_ring(bare.settings.codec_ring))
    careless = dataclasses.replace(bare.catalogue, workflows=(ChangedProcedure,))
    async with running(client, bare.ports, bare.catalogue):
        case = await half_approved(bare)
    async with running(client, bare.ports, careless):
        await case.handle.signal("envelope", Signed(body="{}", key_id="synthetic", signature="00"))  # to wake it
        async with asyncio.timeout(60):
            while (await newest_run(client, case.id)).fate is not Fate.STUCK:
                await asyncio.sleep(0.2)
    engineer = await bare.someone(Role.ENGINEER)
    with pytest.raises(HoldfastError) as refused:
        await bare.desk.recover(engineer, Recover(case=case.id))
    assert refused.value.code is Code.STILL_RUNNING
    assert "stuck" in refused.value.sentence
    again = await bare.desk.recover(engineer, Recover(case=case.id, replace=True))
    assert (again.why, again.number) == ("stuck", 1)
    async with running(client, bare.ports, bare.catalogue):
        await case.until(lambda state: state.recovered == 1 and not state.pending)
        await leaves(case)
