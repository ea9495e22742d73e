"""A desk that asks for proofs, over the tests' deployment, with a clock of its own for how long they hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from console.casework import Casework
from console.desk import LocalDesk
from console.expiring import ExpiryWatch
from console.stepping import Development, Stepping
from domain.people import Person
from integrations.base.keyring import load_ring
from integrations.base.sealing import Sealer
from tests.desk.conftest import served, web_over
from tests.world import World
from workers.keys import desk_signer, outside_key


class Ahead:
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Told:
    """Who was told what."""

    heard: dict[str, tuple[str, str]] = field(default_factory=dict)
    reaches: bool = True

    async def __call__(self, person: Person, text: str, key: str) -> bool:
        if self.reaches:
            self.heard[key] = (person.id, text)
        return self.reaches


@dataclass
class Proving:
    """The desk, its address, and what a test turns."""

    world: World
    desk: LocalDesk
    stepping: Stepping
    expiry: ExpiryWatch
    told: Told
    clock: Ahead
    url: str = ""


def proving_over(world: World) -> Proving:
    clock, told = Ahead(), Told()
    stepping = Stepping(
        intents=world.records.intents,
        sealer=Sealer(load_ring(world.settings.store_ring)),
        key=outside_key(world.settings),
        prover=Development(),
        now=clock,
    )
    desk = LocalDesk(
        client=world.client,
        ledger=world.records.ledger,
        cases=world.records.cases,
        vault=world.ports.vault,
        directory=world.ports.directory,
        signer=desk_signer(world.settings),
        declarer=world.declarer,
        procedures=world.catalogue.procedures,
        auditing=world.auditing,
        stepping=stepping,
    )
    expiry = ExpiryWatch(
        stepping=stepping,
        casework=Casework(client=world.client, cases=world.records.cases, vault=world.ports.vault),
        ledger=world.records.ledger,
        directory=world.ports.directory,
        desk_url="http://desk.example.org",
    )
    expiry.ways.append(told)
    return Proving(world, desk, stepping, expiry, told, clock)


@asynccontextmanager
async def open_proving(world: World) -> AsyncIterator[Proving]:
    """Served over HTTP; afterwards nobody is proved any more."""
    made = proving_over(world)
    async with served(replace(web_over(world, made.desk), stepping=made.stepping)) as url:
        made.url = url
        yield made
