"""What only PostgreSQL can do to a store: many writers at once, and a server that goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Code, HoldfastError
from integrations.store import open_store
from integrations.store.database import Database, open_database
from integrations.vault.keys import CaseKeys
from tests.postgres import Postgres
from tests.store.parts import CASE, entries, entry
from tests.store.raw import opened

OTHER = "CSE-00000-00001"


@pytest.fixture
async def url(postgres: Postgres) -> AsyncIterator[str]:
    made = await postgres.url()
    yield made
    postgres.drop(made)


async def settings_in(database: Database, *, write: bool) -> dict[str, str]:
    names = ("transaction_isolation", "transaction_read_only", "synchronous_commit", "lock_timeout")

    async def work(connection: AsyncConnection) -> dict[str, str]:
        return {name: str(await connection.scalar(text(f"SHOW {name}"))) for name in names}

    return await (database.write(work) if write else database.read(work))


async def test_readers_see_one_moment_and_cannot_write_and_writers_are_durable(url: str) -> None:
    with opened(url) as raw:
        [(name,)] = raw("SELECT current_database()")
        raw(f"ALTER DATABASE {name} SET synchronous_commit = off")
        raw(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    async with open_database(url) as database:
        reading = await settings_in(database, write=False)
        writing = await settings_in(database, write=True)
    assert (reading["transaction_isolation"], reading["transaction_read_only"]) == ("repeatable read", "on")
    assert (writing["transaction_isolation"], writing["transaction_read_only"]) == ("read committed", "off")
    assert (writing["synchronous_commit"], writing["lock_timeout"]) == ("on", "30s")


async def test_a_writer_waits_for_its_own_case_only(url: str, keys: CaseKeys) -> None:
    async with open_store(url, keys) as store:
        await store.ledger.append(CASE, entries(1, 1))
        with opened(url) as raw:
            raw('SELECT * FROM ledger_head WHERE "case" = :case FOR UPDATE', case=CASE)
            waiting = asyncio.create_task(store.ledger.append(CASE, entries(2, 2)))
            assert (await store.ledger.append(OTHER, entries(1, 1))).sequence == 1
            assert not waiting.done()
        assert (await waiting).sequence == 2


async def test_a_case_that_stays_locked_is_a_passing_fault_that_shows_no_payload(
    url: str, keys: CaseKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.store.postgresql._BEGIN", "SELECT set_config('lock_timeout', '20ms', true)")
    async with open_store(url, keys) as store:
        await store.ledger.append(CASE, entries(1, 1))
        with opened(url) as raw:
            raw('SELECT * FROM ledger_head WHERE "case" = :case FOR UPDATE', case=CASE)
            with pytest.raises(HoldfastError) as refused:
                await store.ledger.append(CASE, [entry(2, who="p-synthetic-marker")])
        assert refused.value.code is Code.TRANSIENT
        assert "marker" not in f"{refused.value} {refused.value.__cause__}"
        assert (await store.ledger.append(CASE, entries(2, 2))).sequence == 2


async def test_connections_that_the_server_ended_are_replaced(url: str, keys: CaseKeys) -> None:
    async with open_store(url, keys) as store:
        await store.ledger.append(CASE, entries(1, 1))
        with opened(url) as raw:
            raw(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database()"
            )
        assert (await store.ledger.append(CASE, entries(2, 2))).sequence == 2


async def test_the_audit_reads_one_moment_while_others_write(url: str, keys: CaseKeys) -> None:
    async with open_store(url, keys) as store, open_store(url, keys) as beside:
        for number in range(3):
            await store.ledger.append(f"CSE-00000-0000{number}", entries(1, 3))
        stop = asyncio.Event()

        async def write(case: str) -> int:
            number = 3
            while not stop.is_set():
                number += 1
                await beside.ledger.append(case, [entry(number)])
            return number

        writers = [asyncio.create_task(write(f"CSE-00000-0000{number}")) for number in range(3)]
        reports = [await store.ledger.verify() for _ in range(4)]
        stop.set()
        written = sum(await asyncio.gather(*writers))
        assert [each.faults for each in reports] == [()] * 4
        assert reports[0].entries < reports[-1].entries <= written
        assert (await store.ledger.verify()).entries == written


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid"])
async def test_a_server_that_does_not_answer_is_a_passing_fault(address: str, keys: CaseKeys) -> None:
    with pytest.raises(HoldfastError) as refused:
        async with open_store(f"postgresql://holdfast:secret@{address}/holdfast", keys):
            pytest.fail("opened")
    assert refused.value.code is Code.TRANSIENT
    assert "secret" not in f"{refused.value} {refused.value.__cause__}"
