"""Ledgers that were touched: what cannot be read, and what is no longer what was read before."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from domain.timeline import Kind
from tests.auditor.conftest import Make
from tests.world import Case, World


async def opened(world: World) -> Case:
    case = await world.declare()
    await case.noted(Kind.PHASE, "investigate")
    return case


def edit(world: World, statement: str, *values: object) -> None:
    """Behind the store's back."""
    path = Path(world.settings.store_url.partition("///")[2])
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.execute(statement, values)


async def test_a_ledger_that_cannot_be_read_is_found_and_hides_no_other(manned: World, watching: Make) -> None:
    watcher = watching(manned)
    broken, well = await opened(manned), await opened(manned)
    await asyncio.to_thread(
        edit, manned, "UPDATE ledger_entry SET ciphertext = x'00' WHERE \"case\" = ? AND sequence = 1", broken.id
    )
    [found] = await watcher.found(broken.id)
    assert (found.code.value, found.detail) == ("unreadable-case", "tampered")
    await well.handle.terminate("synthetic")
    looked = await watcher.auditor.round()
    assert looked.complete
    assert looked.beaten
    assert "terminated" in {each.code.value for each in looked.findings if each.subject == well.id}


async def test_a_ledger_put_back_to_an_older_copy_is_found_by_whoever_read_the_newer(
    manned: World, watching: Make
) -> None:
    watcher, case = watching(manned), await opened(manned)
    await case.noted(Kind.PAGED)
    before = await manned.records.ledger.read(case.id)
    assert await watcher.codes(case.id) == set()
    await case.handle.terminate("synthetic")
    older = before[-3]
    await asyncio.to_thread(
        edit, manned, 'DELETE FROM ledger_entry WHERE "case" = ? AND sequence > ?', case.id, older.sequence
    )
    await asyncio.to_thread(
        edit,
        manned,
        'UPDATE ledger_head SET sequence = ?, hash = ? WHERE "case" = ?',
        older.sequence,
        older.hash,
        case.id,
    )
    assert (await manned.records.ledger.verify()).ok, "by itself the older copy is whole"
    assert await watcher.codes(case.id) == {"rewritten", "terminated"}
