"""One real server, one worker and the real command line for the tests of this folder."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from integrations.base.keyring import KeyRing, new_ring
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer, find_binary
from tests.temporal.procedures import PROCEDURES
from tests.temporal.steps import STEPS

QUEUE = "test"


def worker(client: Client, queue: str = QUEUE) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=PROCEDURES,
        activities=STEPS,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )


@dataclass(frozen=True)
class Terminal:
    """The vendor's own command line, which knows nothing of our seals."""

    address: str
    home: Path

    async def __call__(self, *args: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(find_binary()),
            *args,
            *("--address", self.address, "--color", "never"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.defpath, "HOME": str(self.home)},
        )
        output, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode()


async def until(what: Callable[[], Awaitable[bool]], within: float = 15) -> None:
    """Look again until it is so; fail after `within` seconds."""
    async with asyncio.timeout(within):
        while not await what():
            await asyncio.sleep(0.02)


@pytest.fixture(scope="session")
def ring() -> KeyRing:
    return new_ring()


@pytest.fixture(scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    async with EmbeddedServer(tmp_path_factory.mktemp("temporal"), time_skipping=True) as server:
        yield server


@pytest.fixture(scope="session")
async def client(server: EmbeddedServer, ring: KeyRing) -> AsyncIterator[Client]:
    client = await connect(server.address, "default", ring)
    async with worker(client):
        yield client


@pytest.fixture(scope="session")
def temporal(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return Terminal(server.address, tmp_path_factory.mktemp("home"))


@pytest.fixture
def case() -> str:
    """A workflow id of its own for each test."""
    return f"T-{uuid.uuid4().hex[:10].upper()}"
