"""New keys for old: a new key seals, the old ones go on opening, and cases' keys are wrapped anew, one by one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import literal, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import HoldfastError
from integrations.base.keyring import KeyRing, load_ring, save_ring
from integrations.store.agencies import KEYED_AS
from integrations.store.database import open_database
from integrations.store.tables import inbox, intake_line, ledger_head, projection
from integrations.vault.keys import CaseKeys
from workers.settings import Settings


@dataclass(frozen=True)
class Rewrapped:
    """`done` just now; `left` under an older key: their case is in no list of the store, or they do not open."""

    done: int
    left: int


def rings(settings: Settings) -> dict[str, KeyRing]:
    """Both rings by the name of their file.

    Raises:
        HoldfastError: `broken-configuration`.
    """
    return {path.name: load_ring(path) for path in (settings.codec_ring, settings.store_ring)}


def add_keys(settings: Settings) -> list[str]:
    """Put one new key on each ring, without sealing by it. A ring that has one waiting gets no second.

    Every process must know a key before any seals with it: restart all of them after this and before `advance`.

    Returns the names of the rings that were changed.
    """
    changed = []
    for name, ring in rings(settings).items():
        if ring.newest == ring.active:
            save_ring(settings.keys_dir / name, ring.extended())
            changed.append(name)
    return changed


def advance(settings: Settings) -> list[str]:
    """Make the newest key of each ring the active one; where none waits on either ring, a new one is made first.

    Returns the names of the rings that were changed.
    """
    found = rings(settings)
    if all(ring.newest == ring.active for ring in found.values()):
        add_keys(settings)
        found = rings(settings)
    changed = [name for name, ring in found.items() if ring.newest != ring.active]
    for name in changed:
        save_ring(settings.keys_dir / name, found[name].advanced())
    return changed


async def rewrap(settings: Settings, *, limit: int | None = None) -> Rewrapped:
    """Wrap cases' keys by the active key of the store's ring; what is done stays done, so it may be cut off anywhere.

    A key is bound to its case's id, which its file does not tell; the store's lists do. `limit` stops after so many.

    Raises:
        HoldfastError: `broken-configuration`, `transient`.
    """
    keys = _case_keys(settings)
    done = 0
    for case in await _cases(settings):
        if limit is not None and done >= limit:
            break
        try:
            done += await asyncio.to_thread(keys.rewrap, case)
        except HoldfastError:
            continue  # it stays as it was and is counted as left: an altered key is the auditor's to judge
    found = await asyncio.to_thread(keys.wrapped_by)
    return Rewrapped(done, sum(found.values()) - found[load_ring(settings.store_ring).active])


async def unfinished(settings: Settings) -> bool:
    """Whether a case that the store knows still has its key wrapped by an older one."""
    keys = _case_keys(settings)
    return any(keys.stale(case) for case in await _cases(settings))


def _case_keys(settings: Settings) -> CaseKeys:
    return CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))


async def _cases(settings: Settings) -> list[str]:
    """Every case that the store knows: by its records, its list, or what waits to be started; and every mail. The list
    of agencies has a key of its own like a case."""

    async def work(connection: AsyncConnection) -> list[str]:
        # A mail that came in has a key of its own, whatever became of it.
        mails = select(literal("LINE-") + intake_line.c.line)
        every = union(select(ledger_head.c.case), select(projection.c.case), select(inbox.c.key), mails)
        return [str(row[0]) for row in (await connection.execute(every)).all()]

    async with open_database(settings.store_url) as database:
        return sorted({KEYED_AS, *(case.partition("/")[0] for case in await database.read(work))} - {""})
