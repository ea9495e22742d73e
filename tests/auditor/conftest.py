"""A deployment without workers on a server of its own, where runs may be broken; and an auditor that looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from domain.audit import Rules
from domain.executions import Deadman, Executions
from domain.findings import Finding
from domain.people import Role
from integrations.base.client import open_http
from integrations.deadman.client import DeadmanClient
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.simulator.deadman import DeadmanSimulator
from integrations.simulator.pager import PAGER_SECRET
from integrations.temporal.executions import TemporalExecutions
from integrations.temporal.server import EmbeddedServer
from tests.world import Simulators, World, open_simulators, open_world
from workers.auditor.looking import Looking
from workers.auditor.memory import Memory
from workers.auditor.rounds import Auditor
from workers.auditor.telling import Telling
from workers.auditor.wiring import QUEUES
from workers.runner import running


@pytest.fixture(scope="package")
async def own_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server:
        yield server


@pytest.fixture(scope="package")
async def own_sims() -> AsyncIterator[Simulators]:
    async with open_simulators() as sims:
        yield sims


@pytest.fixture
async def bare(own_server: EmbeddedServer, own_sims: Simulators, tmp_path: Path) -> AsyncIterator[World]:
    """A deployment in which nobody works; nothing of it runs on after its test, so each test may look at everything."""
    async with open_world(tmp_path / "home", own_server, own_sims, workers=False) as opened:
        yield opened
        for each in await TemporalExecutions(opened.client).open():
            await opened.client.get_workflow_handle(each.id).terminate("the test is over")


@pytest.fixture
async def manned(bare: World) -> AsyncIterator[World]:
    """The same with workers, for one test."""
    async with running(bare.client, bare.ports, bare.catalogue):
        yield bare


@pytest.fixture
async def switch() -> AsyncIterator[DeadmanSimulator]:
    async with DeadmanSimulator(period=3600) as simulator:
        yield simulator


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as client:
        yield client


class Watcher:
    """An auditor and its clock, which runs ahead of the machine's by as much as a test says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ahead = timedelta(0)
        self.auditor: Auditor

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def later(self, **span: float) -> None:
        self.ahead += timedelta(**span)

    async def found(self, subject: str) -> list[Finding]:
        """What is wrong about this subject."""
        return [each for each in (await self.auditor.look()).findings if each.subject == subject]

    async def codes(self, subject: str) -> set[str]:
        return {each.code.value for each in await self.found(subject)}

    def pages(self, about: str) -> list[str]:
        """The summaries of pages that the auditor sent about this case or queue, in order."""
        pages = self.world.sims.pager.pages
        return [each.summary for each in pages if each.kind == "auditor" and each.case == about]


Make = Callable[..., Watcher]


@pytest.fixture
def watching(switch: DeadmanSimulator, http: httpx.AsyncClient, tmp_path: Path) -> Make:
    """Makes a watcher over a deployment; a part can be replaced."""

    def made(
        world: World,
        *,
        executions: Executions | None = None,
        deadman: Deadman | None = None,
        longest: timedelta = timedelta(seconds=30),
    ) -> Watcher:
        watcher, sims = Watcher(world), world.sims
        watcher.auditor = Auditor(
            looking=Looking(
                executions=executions or TemporalExecutions(world.client),
                ledger=world.records.ledger,
                cases=world.records.cases,
                inbox=world.records.inbox,
                queues=QUEUES,
            ),
            telling=Telling(
                directory=world.ports.directory,
                pager=PagerClient(sims.pager.url, PAGER_SECRET, http),
                mail=Mailer(sims.mail.smtp_host, sims.mail.smtp_port, "auditor@example.com"),
                roles=(Role.ENGINEER,),
                urgent=(Role.ENGINEER, Role.DUTY_MANAGER),
            ),
            memory=Memory(tmp_path / "findings.json"),
            deadman=deadman or DeadmanClient(switch.ping_url, http),
            rules=Rules(),
            now=watcher.now,
            longest=longest,
        )
        return watcher

    return made
