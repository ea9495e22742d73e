"""A deployment whose workers are processes, on a server of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrations.temporal.server import EmbeddedServer
from tests.faults.processes import Process
from tests.world import World, open_simulators, open_world


@pytest.fixture(scope="package")
async def own_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server:
        yield server


@pytest.fixture(scope="package")
async def bare(own_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world without workers."""
    async with (
        open_simulators() as sims,
        open_world(tmp_path_factory.mktemp("home"), own_server, sims, workers=False) as opened,
    ):
        yield opened


@pytest.fixture
async def worker(bare: World, tmp_path: Path) -> AsyncIterator[Process]:
    """All roles in one process, running."""
    async with Process(bare.settings, tmp_path / "worker.log", "worker", "--role", "all") as process:
        yield process
