"""A way in over a real store, with a stand-in where a case would start; and the tests' whole deployment behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.declaring import Declarer
from console.intake.door import Door
from console.intake.sources import Sources
from console.intake.taking import Intake
from console.serve import listening, serve_app
from domain.desk import Declaration, Declared
from domain.errors import Code, HoldfastError
from domain.ids import case_id
from domain.policy import Procedure
from integrations.base.keyring import new_ring
from integrations.base.sealing import Sealer
from integrations.directory.file import DirectoryFile
from integrations.store import Store, open_store
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys
from tests.intake.parts import BEGAN, Request, sources
from tests.world import EXAMPLE_DIRECTORY
from workers.catalogue import load_catalogue

KEY = b"k" * 32
EDR: Procedure = load_catalogue().procedures["emergency_data_request"]


class Starting:
    """Where cases would start: counts them, and fails on command."""

    def __init__(self) -> None:
        self.declared: list[tuple[str, Declaration]] = []
        self.failing: HoldfastError | None = None

    @staticmethod
    def procedure(slug: str) -> Procedure:
        if slug not in ("edr", EDR.slug):
            raise HoldfastError(Code.UNKNOWN_PROCEDURE)
        return EDR

    @staticmethod
    def case_of(slug: str, key: str) -> str:
        return case_id(KEY, EDR.prefix, key)

    async def declare(self, person: str, declaration: Declaration, *, partial: bool = False) -> Declared:
        assert partial
        if self.failing is not None:
            raise self.failing
        new = all(each.key != declaration.key for _, each in self.declared)
        if new:
            self.declared.append((person, declaration))
        return Declared(case=self.case_of("edr", declaration.key), new=new)


@dataclass
class Ways:
    """What a test holds. `clock` is the intake's own time."""

    intake: Intake
    sources: Sources
    starting: Starting
    store: Store
    vault: FileVault
    door: Door
    clock: list[datetime] = field(default_factory=lambda: [BEGAN])

    def later(self, **span: float) -> None:
        self.clock[0] += timedelta(**span)


@asynccontextmanager
async def open_ways(tmp_path: Path, store: Store, keys: CaseKeys) -> AsyncIterator[Ways]:
    starting, clock = Starting(), [BEGAN]
    declarer: Any = starting
    vault = FileVault(tmp_path / "vault", keys)
    assert isinstance(declarer, Starting | Declarer)
    intake = Intake(
        lines=store.lines,
        declarer=declarer,
        directory=DirectoryFile(EXAMPLE_DIRECTORY.absolute()),
        sealer=Sealer(new_ring()),
        key=KEY,
        vault=vault,
        now=lambda: clock[0],
    )
    known = sources(tmp_path / "intake-keys")
    door = Door(intake, known, starting.procedure)
    yield Ways(intake, known, starting, store, vault, door, clock)


@pytest.fixture
async def ways(tmp_path: Path) -> AsyncIterator[Ways]:
    keys = CaseKeys(tmp_path / "keys", new_ring())
    async with open_store(f"sqlite:///{tmp_path / 'store.db'}", keys) as store, open_ways(tmp_path, store, keys) as one:
        yield one


@asynccontextmanager
async def at_the_door(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """The door over real HTTP on a free port of loopback."""
    stop, started = asyncio.Event(), asyncio.Event()
    with listening("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(serve_app(door.app(), listener, stop=stop, started=started.set))
        await started.wait()
        try:
            async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
                yield client
        finally:
            stop.set()
            await serving


async def send(client: httpx.AsyncClient, request: Request) -> httpx.Response:
    return await client.post(f"/v1/intake/{request.source}", content=request.body, headers=request.headers)
