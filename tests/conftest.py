"""What the tests share: one real server, one set of stand-ins, one deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrations.temporal.server import EmbeddedServer
from tests.procedures import containment, timed
from tests.world import Simulators, World, open_simulators, open_world


@pytest.fixture(scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server:
        yield server


@pytest.fixture(scope="session")
async def simulators() -> AsyncIterator[Simulators]:
    async with open_simulators() as sims:
        yield sims


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
async def world(home: Path, temporal_server: EmbeddedServer, simulators: Simulators) -> AsyncIterator[World]:
    async with open_world(home, temporal_server, simulators, extra=[containment, timed]) as opened:
        yield opened
