"""What the tests share: one real server, one set of stand-ins, one deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.async_api import Browser

from domain import signals
from integrations.simulator import hash_list
from integrations.temporal.server import EmbeddedServer
from tests.browsing import open_browser, pictures_in
from tests.postgres import Postgres, open_postgres
from tests.procedures import answered, containment, delivering, papers, timed, verifying
from tests.world import Simulators, World, open_simulators, open_world

# A slow example on a busy machine is not a failing one; timings are measured elsewhere.
settings.register_profile("holdfast", deadline=None)
settings.load_profile("holdfast")


@pytest.fixture(scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server:
        yield server


@pytest.fixture(scope="session")
async def simulators() -> AsyncIterator[Simulators]:
    async with open_simulators() as sims:
        yield sims


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with open_postgres() as server:
        yield server


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return pictures_in(tmp_path)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def one_agency(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of one process all write in the name of one agency: whichever comes thirteenth, or is the first to ask for
    content, would be amber for that alone."""
    for name in ("PER_AGENCY", "KNOWN_SINCE"):
        monkeypatch.setattr(signals, name, 10_000)


@pytest.fixture
def today(world: World, one_agency: None) -> World:
    """The deployment as a stranger finds it: every case is declared by the newest version of its procedure."""
    assert world.today is not None
    return world.today


@pytest.fixture(scope="session")
async def world(home: Path, temporal_server: EmbeddedServer, simulators: Simulators) -> AsyncIterator[World]:
    extra = [answered, containment, delivering, papers, timed, verifying]
    known = {"hash_list": hash_list.write(home / "known"), "hash_list_name": hash_list.NAME}
    async with open_world(home, temporal_server, simulators, extra=extra, **known) as opened:
        yield opened
