"""Everything that is killed: each can be killed -9 and started again."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
from temporalio.client import Client

from integrations.base.keyring import load_ring
from integrations.base.ports import free_port
from integrations.desk_client import DeskClient
from integrations.simulator.deadman import DeadmanSimulator
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer
from tests.faults.processes import Process, answers
from tests.postgres import Postgres, open_postgres
from tests.soak.desk import PatientDesk, PatientLedger, PatientTravel
from tests.world import Simulators, World, open_simulators, open_world


class Part(Protocol):
    """Something that can die."""

    async def kill(self) -> None: ...

    async def start(self) -> None: ...


class Command(Process):
    """One of our processes, with settings of the soak's own besides the world's."""

    def __init__(self, world: World, log: Path, more: dict[str, str], *words: str, url: str = "") -> None:
        super().__init__(world.settings, log, *words, more={**more, "PYTHONPATH": os.getcwd()})
        self._url = url

    async def start(self) -> None:
        await super().start()
        if self._url:
            await answers(self._url, within=60)


class Database:
    """PostgreSQL: the postmaster is killed with kill -9, as a machine that stops would."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def kill(self) -> None:
        os.kill(self._postgres.pid, signal.SIGKILL)
        await asyncio.sleep(0.5)  # its children notice that it is gone, and let go of the shared memory

    async def start(self) -> None:
        await asyncio.to_thread(self._postgres.restart)


class Temporal:
    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server

    async def kill(self) -> None:
        await self._server.kill()

    async def start(self) -> None:
        await self._server.restart()


@dataclass
class Scene:
    """`parts` by name; `world` is driven through a desk that dies."""

    world: World
    parts: dict[str, Part]
    switch: DeadmanSimulator
    sims: Simulators
    plain: Client


@asynccontextmanager
async def open_scene(directory: Path) -> AsyncIterator[Scene]:
    """PostgreSQL, Temporal, two workers, desk, auditor and stand-ins, all on loopback."""
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(open_postgres())
        server = await stack.enter_async_context(EmbeddedServer(directory / "temporal", time_skipping=True))
        sims = await stack.enter_async_context(open_simulators())
        switch = await stack.enter_async_context(DeadmanSimulator(period=20))
        url = await postgres.url()
        world = await stack.enter_async_context(
            open_world(directory / "home", server, sims, workers=False, store_url=url)
        )
        port = free_port()
        desk_url = f"http://127.0.0.1:{port}"
        extra = {
            "HOLDFAST_DEADMAN_URL": switch.ping_url,
            "HOLDFAST_AUDITOR_EVERY": "5",
        }
        logs = directory / "logs"
        logs.mkdir()
        commands = {
            "worker": Command(world, logs / "worker.log", extra, "worker", "--role", "all"),
            "desk": Command(world, logs / "desk.log", extra, "desk", "--port", str(port), url=desk_url),
            "auditor": Command(world, logs / "auditor.log", extra, "auditor"),
        }
        for each in commands.values():
            await stack.enter_async_context(each)
        http = await stack.enter_async_context(httpx.AsyncClient())
        client = await connect(server.address, "default", load_ring(world.settings.codec_ring))
        world.patience = 300
        world.travel = PatientTravel(client)
        world.client = world.travel.client
        desk = PatientDesk(DeskClient(desk_url, "inc-lena", http))
        world.desk, world.look = desk, desk.look  # type: ignore[assignment, method-assign]  # what plays use
        world.records = dataclasses.replace(world.records, ledger=PatientLedger(world.records.ledger))  # type: ignore[arg-type]
        parts: dict[str, Part] = {**commands, "temporal": Temporal(server), "store": Database(postgres)}
        yield Scene(world, parts, switch, sims, client)
