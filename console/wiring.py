"""Puts adapters behind the desk: the one process that holds the private key with which decisions are signed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from temporalio.client import Client
from temporalio.service import RPCError

from console.agencies import AgencyDesk
from console.auditing import open_auditing
from console.casework import Casework
from console.checkpointing import Checkpointing
from console.declaring import Declarer
from console.desk import LocalDesk
from console.draining import Draining
from console.gauges import watching
from console.intake.wiring import OpenIntake, build_intake
from console.watching import ShiftWatch
from domain.errors import HoldfastError
from domain.outside import LiveDirectory
from domain.ports import Inbox, Ledger, Vault
from integrations.base.client import open_http
from integrations.base.keyring import load_ring
from integrations.base.sealing import Sealer
from integrations.directory.file import DirectoryFile
from integrations.directory.listed import WithAgencies
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.store.store import Store
from integrations.temporal.plugin import connect_lazily
from workers.catalogue import Catalogue, load_catalogue
from workers.keys import desk_signer, outside_key, trusted_keys
from workers.settings import Settings
from workers.telemetry import OFF, Telemetry
from workers.wire import wire_of
from workers.wiring import open_records, open_rotas

_PROBE = timedelta(seconds=1)  # a probe that takes longer is an answer


@dataclass(frozen=True)
class Readiness:
    """`ready`: people are known and declarations can be kept. `temporal` is `reachable` or `unreachable`, `inbox`
    how many declarations wait for it, `drain` the code of what keeps them waiting, `checkpoints` what is wrong with
    those (see `Checkpointing`), `slack` what is wrong with how Slack reaches us, `fault` why it is not ready."""

    ready: bool
    temporal: str = ""
    inbox: int = 0
    drain: str = ""
    checkpoints: str = ""
    slack: str = ""
    fault: str = ""


class Probe:
    """Looks at what the desk stands on."""

    def __init__(
        self,
        client: Client,
        directory: LiveDirectory,
        inbox: Inbox,
        draining: Draining,
        checkpointing: Checkpointing,
    ) -> None:
        self._client = client
        self._directory = directory
        self._inbox = inbox
        self._draining = draining
        self._checkpointing = checkpointing
        self.slack = ""

    async def __call__(self) -> Readiness:
        try:
            await self._directory.current()
            waiting = len(await self._inbox.pending())
        except HoldfastError as error:
            return Readiness(ready=False, fault=error.sentence)
        return Readiness(
            ready=True,
            temporal=await self._temporal(),
            inbox=waiting,
            drain=self._draining.fault,
            checkpoints=self._checkpointing.fault,
            slack=self.slack,
        )

    async def _temporal(self) -> str:
        try:
            async with asyncio.timeout(_PROBE.total_seconds()):
                healthy = await self._client.service_client.check_health(timeout=_PROBE)
        except (
            RPCError,
            RuntimeError,
            TimeoutError,
        ):  # RuntimeError: the SDK's word for a first connection that failed
            return "unreachable"
        return "reachable" if healthy else "unreachable"


@dataclass(frozen=True)
class OpenDesk:
    """A desk and what it was built from."""

    desk: LocalDesk
    directory: LiveDirectory
    catalogue: Catalogue
    client: Client
    store: Store
    vault: Vault
    declarer: Declarer
    probe: Probe
    agencies: AgencyDesk
    intake: OpenIntake


@asynccontextmanager
async def open_desk(settings: Settings, telemetry: Telemetry = OFF) -> AsyncIterator[OpenDesk]:
    """The desk of this deployment. It comes up without Temporal: declarations go to the inbox, which is drained
    every second while this context is open.

    Raises:
        HoldfastError: `broken-configuration`, naming the key or the setting.
    """
    catalogue = load_catalogue()
    client = await connect_lazily(
        settings.temporal_address,
        settings.namespace,
        load_ring(settings.codec_ring),
        interceptors=telemetry.interceptors,
        runtime=telemetry.runtime,
        wire=wire_of(settings),
    )
    people = DirectoryFile(settings.directory_path)
    async with (
        open_records(settings, telemetry.observer, trusted_keys(settings)) as (store, vault),
        open_auditing(settings, store, vault) as auditing,
        open_http() as http,
    ):
        directory = WithAgencies(people, store.agencies)
        declarer = Declarer(
            client=client,
            vault=vault,
            inbox=store.inbox,
            sealer=Sealer(load_ring(settings.store_ring)),
            outside=outside_key(settings),
            trusted=trusted_keys(settings),
            procedures=catalogue.procedures,
            cases=store.cases,
            drill_factor=settings.drill_factor,
            stand_ins=settings.stand_ins,
        )
        watch = _shift_watch(settings, directory, store.ledger, catalogue, http)
        agencies = AgencyDesk(
            agencies=store.agencies,
            people=people,
            cases=store.cases,
            state=Casework(client=client, cases=store.cases, vault=vault).state,
            signer=desk_signer(settings),
            mail=Mailer(settings.smtp_host, settings.smtp_port, settings.mail_from),
            key=outside_key(settings),
        )
        desk = LocalDesk(
            client=client,
            ledger=store.ledger,
            cases=store.cases,
            vault=vault,
            directory=directory,
            signer=desk_signer(settings),
            declarer=declarer,
            procedures=catalogue.procedures,
            heard=watch.heard,
            auditing=auditing,
            rotas=open_rotas(settings, directory, http),
            settled=agencies.settled,
        )
        intake = build_intake(
            settings,
            store=store,
            vault=vault,
            declarer=declarer,
            directory=directory,
            http=http,
            heard=watch.heard,
        )
        draining = Draining(declarer.drain)
        probe = Probe(client, directory, store.inbox, draining, auditing.checkpointing)
        async with (
            _beside(draining.run()),
            _beside(watch.run()),
            _beside(agencies.run()),
            _beside(auditing.checkpointing.run()),
            watching(telemetry.meter, store.cases, store.ledger),
        ):
            yield OpenDesk(desk, directory, catalogue, client, store, vault, declarer, probe, agencies, intake)


def _shift_watch(
    settings: Settings, directory: LiveDirectory, ledger: Ledger, catalogue: Catalogue, http: httpx.AsyncClient
) -> ShiftWatch:
    """The watch over the rota. Without a pager it writes mail, and the log in any case."""
    pager = None
    if settings.pager_url is not None and settings.pager_secret is not None:
        pager = PagerClient(settings.required("pager_url"), settings.required("pager_secret"), http)
    return ShiftWatch(
        directory=directory,
        rotas=open_rotas(settings, directory, http),
        procedures=catalogue.procedures,
        ledger=ledger,
        pager=pager,
        mail=Mailer(settings.smtp_host, settings.smtp_port, settings.mail_from),
        key=outside_key(settings),
    )


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
