"""Puts the ways in before a desk that is open: the door, the mailbox, and the watch over what waits."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from console.declaring import Declarer
from console.intake.door import Door
from console.intake.mails import Mails
from console.intake.smtp import listening_for_mail
from console.intake.sources import Sources, load_sources
from console.intake.taking import Intake
from console.intake.triage import Triage
from console.intake.watching import IntakeWatch
from domain.outside import LiveDirectory, Mail, Pager
from domain.ports import Vault
from integrations.base.keyring import load_ring
from integrations.base.sealing import Sealer
from integrations.mail.dns import DnsRecords
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.store.store import Store
from workers.keys import outside_key
from workers.settings import Settings
from workers.wiring import open_rotas

_LOG = logging.getLogger("holdfast.intake")


@dataclass(frozen=True)
class OpenIntake:
    """What is built over an open store."""

    intake: Intake
    triage: Triage
    sources: Sources
    mails: Mails
    door: Door
    watch: IntakeWatch


def build_intake(
    settings: Settings,
    *,
    store: Store,
    vault: Vault,
    declarer: Declarer,
    directory: LiveDirectory,
    http: httpx.AsyncClient,
    heard: Callable[[str, str], None] = lambda case, slug: None,
) -> OpenIntake:
    """The ways in of this deployment; nothing listens yet.

    Raises:
        HoldfastError: `broken-configuration`, naming the source or the key; `unknown-procedure`.
    """
    sources = load_sources(settings.intake_path, settings.intake_keys)
    for each in sources.by_name.values():
        declarer.procedure(each.procedure)
    key = outside_key(settings)
    intake = Intake(
        lines=store.lines,
        declarer=declarer,
        directory=directory,
        sealer=Sealer(load_ring(settings.store_ring)),
        key=key,
        vault=vault,
        heard=heard,
    )
    pager: Pager | None = None
    if settings.pager_url is not None and settings.pager_secret is not None:
        pager = PagerClient(settings.required("pager_url"), settings.required("pager_secret"), http)
    mail: Mail = Mailer(settings.smtp_host, settings.smtp_port, settings.mail_from)
    watch = IntakeWatch(
        intake=intake,
        directory=directory,
        rotas=open_rotas(settings, directory, http),
        pager=pager,
        mail=mail,
        key=key,
        now=lambda: datetime.now(UTC),
    )
    mails = Mails(intake, vault, DnsRecords())
    door = Door(intake, sources, declarer.procedure)
    return OpenIntake(intake, Triage(intake, directory), sources, mails, door, watch)


@contextlib.asynccontextmanager
async def serving_intake(settings: Settings, opened: OpenIntake) -> AsyncIterator[None]:
    """The watch runs, and what is set to listen listens, while this context is open.

    Raises:
        HoldfastError: `broken-configuration` if a port is taken.
    """
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(_beside(opened.watch.run()))
        if settings.intake_smtp is not None:
            host, port = _address(settings.intake_smtp)
            found = await stack.enter_async_context(listening_for_mail(opened.sources, opened.mails, host, port))
            _LOG.info("mail is taken in at %s:%d", *found)
        if settings.intake_listen is not None:
            await stack.enter_async_context(_door(settings.intake_listen, opened.door))
        yield


@contextlib.asynccontextmanager
async def _door(address: str, door: Door) -> AsyncIterator[None]:
    from console.serve import listening, serve_app

    host, port = _address(address)
    ended, up = asyncio.Event(), asyncio.Event()
    with listening(host, port) as listener:
        serving = asyncio.create_task(serve_app(door.app(), listener, stop=ended, started=up.set))
        waiting = asyncio.create_task(up.wait())
        try:
            await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
            _LOG.info("signed requests and forms are taken in at %s:%d", *listener.getsockname()[:2])
            yield
        finally:
            waiting.cancel()
            ended.set()
            await serving


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
