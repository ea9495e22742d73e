"""Opens the store: the one place where a file becomes ledger, list of cases and inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.ports import Cases, Inbox, Ledger
from integrations.store.cases import SqlCases
from integrations.store.chain import CaseKeySource
from integrations.store.database import open_database
from integrations.store.inbox import SqlInbox
from integrations.store.ledger import SqlLedger
from integrations.store.schema import require_current, upgrade


@dataclass(frozen=True)
class Store:
    """What `open_store` opened; usable until its context ends."""

    ledger: Ledger
    cases: Cases
    inbox: Inbox


@asynccontextmanager
async def open_store(url: str, cipher: CaseKeySource, *, migrate: bool = True) -> AsyncIterator[Store]:
    """Open the store at a URL such as `sqlite:////var/lib/holdfast/store.db`; `cipher` gives the key of a case.

    With `migrate` missing tables are made and older ones upgraded; without, they must be current.

    Raises:
        HoldfastError: `broken-configuration` if the URL is not usable or the tables are of another version,
            `transient` if the file stays locked.
    """
    async with open_database(url) as database:
        await (upgrade(database) if migrate else require_current(database))
        yield Store(SqlLedger(database, cipher), SqlCases(database, cipher), SqlInbox(database))
