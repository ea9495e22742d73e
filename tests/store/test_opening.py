"""Opening a store: new, old, newer, wrong, and by several at once."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Code, HoldfastError
from integrations.store import open_store
from integrations.store.database import open_database
from integrations.store.schema import alembic_config, downgrade, upgrade
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, entries


def tables(file: Path) -> set[str]:
    raw = sqlite3.connect(file)
    try:
        rows = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name for [name] in rows} - {"alembic_version"}
    finally:
        raw.close()


async def test_the_migrations_make_exactly_the_tables_of_the_models(store_file: Path) -> None:
    def check(connection: Connection) -> None:
        command.check(alembic_config(connection))  # raises when a new migration would be needed

    async with open_database(f"sqlite:///{store_file}") as database:
        await upgrade(database)
        await database.write(lambda connection: connection.run_sync(check))


async def test_upgrade_and_downgrade_lead_to_each_other(store_file: Path) -> None:
    async with open_database(f"sqlite:///{store_file}") as database:
        for _ in range(2):
            await upgrade(database)
            assert tables(store_file) == {"ledger_entry", "ledger_head", "case_copy", "projection", "inbox"}
            await downgrade(database, "base")
            assert tables(store_file) == set()


async def test_a_migration_that_fails_leaves_no_half_of_itself(
    store_file: Path,
) -> None:
    async with open_database(f"sqlite:///{store_file}") as database:
        in_the_way = text("CREATE TABLE projection (stands_in_the_way TEXT)")
        await database.write(lambda connection: connection.execute(in_the_way))
        with pytest.raises(HoldfastError):
            await upgrade(database)
    assert tables(store_file) == {"projection"}


async def test_opening_waits_for_a_writer_that_is_in_the_way_of_write_ahead_logging(
    store_file: Path, keys: CaseKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_file.parent.mkdir()
    raw = sqlite3.connect(store_file, isolation_level=None, check_same_thread=False)
    raw.execute("BEGIN IMMEDIATE")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        raw.execute("ROLLBACK")

    monkeypatch.setattr("integrations.store.database.time.sleep", wait)
    async with open_store(f"sqlite:///{store_file}", keys) as store:
        assert (await store.ledger.append(CASE, entries(1, 1))).sequence == 1
    raw.close()
    assert len(waits) == 1


async def test_many_that_open_a_new_store_at_once_all_succeed(store_file: Path, keys: CaseKeys) -> None:
    async with AsyncExitStack() as stack:
        opening = (open_store(f"sqlite:///{store_file}", keys) for _ in range(8))
        stores = await asyncio.gather(*(stack.enter_async_context(each) for each in opening))
        for number, store in enumerate(stores, start=1):
            await store.ledger.append(CASE, entries(number, number))
        assert (await stores[0].ledger.verify()).entries == 8


async def test_what_was_written_is_there_after_reopening(store_file: Path, keys: CaseKeys) -> None:
    async with open_store(f"sqlite:///{store_file}", keys) as store:
        receipt = await store.ledger.append(CASE, entries(1, 3))
    async with open_store(f"sqlite+aiosqlite:///{store_file}", keys, migrate=False) as store:
        assert await store.ledger.head(CASE) == receipt
        assert [each.entry for each in await store.ledger.read(CASE)] == entries(1, 3)


async def test_every_connection_waits_syncs_fully_and_logs_ahead(store_file: Path) -> None:
    async def work(connection: AsyncConnection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "busy_timeout")
        return {name: await connection.scalar(text(f"PRAGMA {name}")) for name in names}

    async with open_database(f"sqlite:///{store_file}") as database:
        found = await database.read(work)
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000}


async def test_without_migrate_a_store_without_tables_is_refused(store_file: Path, keys: CaseKeys) -> None:
    with pytest.raises(HoldfastError) as refused:
        async with open_store(f"sqlite:///{store_file}", keys, migrate=False):
            pytest.fail("opened")
    assert refused.value.code is Code.BROKEN_CONFIGURATION


@pytest.mark.parametrize("migrate", [True, False])
async def test_tables_of_a_newer_program_are_refused(store_file: Path, keys: CaseKeys, migrate: bool) -> None:
    async with open_store(f"sqlite:///{store_file}", keys):
        pass
    raw = sqlite3.connect(store_file)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    with pytest.raises(HoldfastError) as refused:
        async with open_store(f"sqlite:///{store_file}", keys, migrate=migrate):
            pytest.fail("opened")
    assert refused.value.code is Code.BROKEN_CONFIGURATION


@pytest.mark.parametrize(
    "url", ["", "store.db", "sqlite://", "sqlite:///:memory:", "mysql://user:secret@db.example.org/holdfast"]
)
async def test_a_url_that_is_no_file_is_refused_without_being_shown(url: str, keys: CaseKeys) -> None:
    with pytest.raises(HoldfastError) as refused:
        async with open_store(url, keys):
            pytest.fail("opened")
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert "secret" not in str(refused.value)


async def test_a_file_that_is_no_database_is_refused_and_not_touched(tmp_path: Path, keys: CaseKeys) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("a synthetic letter, longer than the header of a database file would be " * 3)
    before = file.read_bytes()
    with pytest.raises(HoldfastError) as refused:
        async with open_store(f"sqlite:///{file}", keys):
            pytest.fail("opened")
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert file.read_bytes() == before
