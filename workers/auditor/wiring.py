"""Puts adapters behind the auditor. It is handed the store's ring, the pager's secret and the switch's address; no
key that signs, seals for Temporal or names ids, and no other vendor's secret."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client

from activities.step import SOP_QUEUE
from domain.audit import Rules
from domain.errors import Code, HoldfastError
from domain.executions import Work
from domain.people import Role
from domain.ports import Checkpoints
from integrations.base.client import open_http
from integrations.base.keyring import load_ring
from integrations.deadman.client import DeadmanClient
from integrations.directory.file import DirectoryFile
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.store.store import open_store
from integrations.temporal.executions import TemporalExecutions
from integrations.vault.keys import CaseKeys
from workers.auditor.looking import Looking
from workers.auditor.memory import Memory
from workers.auditor.rounds import Auditor
from workers.auditor.telling import Telling
from workers.settings import PREFIX, Settings
from workers.wire import wire_of
from workers.wiring import ROLES

QUEUES = ((SOP_QUEUE, Work.WORKFLOWS), *((role, Work.STEPS) for role in ROLES))


def memory_file(settings: Settings) -> Path:
    """Where the auditor keeps what it knows."""
    return settings.home / "auditor" / "findings.json"


@asynccontextmanager
async def open_auditor(
    settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Auditor]:
    """The auditor of this deployment. It comes up without Temporal, which is then what it finds.

    Raises:
        HoldfastError: `broken-configuration`, naming the setting, the key or the store that is missing.
    """
    pager_url, pager_secret = settings.required("pager_url"), settings.required("pager_secret")
    roles, urgent = (
        roles_of(settings.auditor_roles, "auditor_roles"),
        roles_of(settings.auditor_urgent_roles, "auditor_urgent_roles"),
    )
    keys = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))
    client = await Client.connect(
        settings.temporal_address, namespace=settings.namespace, lazy=True, **wire_of(settings).options()
    )
    async with open_http() as http, open_store(settings.store_url, keys, migrate=False) as store:
        yield Auditor(
            looking=Looking(
                executions=TemporalExecutions(client),
                ledger=store.ledger,
                cases=store.cases,
                inbox=store.inbox,
                queues=QUEUES,
                checkpoint=StoredCheckpoint(store.checkpoints, witnessed=settings.witness_url is not None),
            ),
            telling=Telling(
                directory=DirectoryFile(settings.directory_path),
                pager=PagerClient(pager_url, pager_secret, http),
                mail=Mailer(settings.smtp_host, settings.smtp_port, settings.mail_from),
                roles=roles,
                urgent=urgent,
            ),
            memory=Memory(memory_file(settings)),
            deadman=DeadmanClient(settings.required("deadman_url"), http) if settings.deadman_url else None,
            rules=Rules(grace=timedelta(seconds=settings.auditor_grace)),
            now=now,
        )


class StoredCheckpoint:
    """`domain.executions.LastCheckpoint` over the store's. Where there is a witness, only what it took counts."""

    def __init__(self, checkpoints: Checkpoints, *, witnessed: bool) -> None:
        self._checkpoints = checkpoints
        self._witnessed = witnessed

    async def newest(self) -> datetime | None:
        """The newest one's time; or, while some wait for the witness, that of the first of those."""
        waiting = await self._checkpoints.unsent(1) if self._witnessed else ()
        last = waiting[0] if waiting else await self._checkpoints.latest()
        said = last.read() if last is not None else None
        return said.at if said is not None else None


def roles_of(text: str, setting: str) -> tuple[Role, ...]:
    """The roles of a list separated by commas.

    Raises:
        HoldfastError: `broken-configuration` if one is no role, or none is named.
    """
    try:
        found = tuple(Role(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        found = ()
    if not found:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{PREFIX}{setting.upper()} must name roles of the directory")
    return found
