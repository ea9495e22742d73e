"""Opens the store: the one place where a database becomes ledger, list of cases, inbox and lines of intake."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.acts import PublicKey
from domain.observing import Observer
from domain.ports import Agencies, Cases, Checkpoints, Inbox, Ledger, Marks
from domain.stepping import Intents
from domain.triage import IntakeLines
from domain.updates import Updates
from integrations.store.agencies import SqlAgencies
from integrations.store.cases import SqlCases
from integrations.store.chain import CaseKeySource
from integrations.store.checkpoints import SqlCheckpoints
from integrations.store.database import open_database
from integrations.store.inbox import SqlInbox
from integrations.store.intake import SqlIntakeLines
from integrations.store.intents import SqlIntents
from integrations.store.ledger import SqlLedger
from integrations.store.marks import SqlMarks
from integrations.store.schema import require_current, upgrade
from integrations.store.updates import SqlUpdates


@dataclass(frozen=True)
class Store:
    """What `open_store` opened; usable until its context ends."""

    ledger: Ledger
    cases: Cases
    inbox: Inbox
    checkpoints: Checkpoints
    agencies: Agencies
    marks: Marks
    lines: IntakeLines
    intents: Intents
    updates: Updates


@asynccontextmanager
async def open_store(
    url: str,
    cipher: CaseKeySource,
    *,
    migrate: bool = True,
    observer: Observer | None = None,
    trusted: Sequence[PublicKey] | None = None,
) -> AsyncIterator[Store]:
    """Open the store at a URL (see `open_database`); `cipher` gives the key of a case.

    With `migrate` missing tables are made and older ones upgraded; without, they must be current. `observer` hears of
    what the ledger wrote. `trusted` are the desk's keys, for who reads the list of agencies with them; without, its
    seal and its rules are all that is asked.

    Raises:
        HoldfastError: `broken-configuration` if the URL is not usable or the tables are of another version,
            `transient` if the file stays locked or the server does not answer.
    """
    async with open_database(url) as database:
        await (upgrade(database) if migrate else require_current(database))
        yield Store(
            SqlLedger(database, cipher, observer),
            SqlCases(database, cipher),
            SqlInbox(database),
            SqlCheckpoints(database, cipher),
            SqlAgencies(database, cipher, trusted),
            SqlMarks(database),
            SqlIntakeLines(database),
            SqlIntents(database),
            SqlUpdates(database),
        )
