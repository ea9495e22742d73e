"""What the ledger promises to whoever writes and reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.timeline import Kind
from integrations.store import Store, open_store
from integrations.store.chain import GENESIS
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, REVIEW, entries, entry, projection
from tests.store.raw import opened

OTHER = "CSE-00000-00001"


@pytest.fixture
async def file_store(store_file: Path, keys: CaseKeys) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{store_file}", keys) as store:
        yield store


async def test_entries_come_back_as_written_in_order_and_chained(store: Store) -> None:
    reference = EvidenceRef(id="ab12", kind=EvidenceKind.INTAKE, sha256="0" * 64, size=3)
    written = [
        entry(1, kind=Kind.DECLARED, who="p-7", code="edr", detail={"items": 4, "drill": True, "rung": "legal"}),
        entry(2, evidence=(reference,)),
        entry(3),
    ]
    receipt = await store.ledger.append(CASE, written)
    read = await store.ledger.read(CASE)
    assert [each.entry for each in read] == written
    assert [each.sequence for each in read] == [1, 2, 3]
    assert [each.previous for each in read] == [GENESIS, read[0].hash, read[1].hash]
    assert (receipt.case, receipt.sequence, receipt.head) == (CASE, 3, read[2].hash)
    assert await store.ledger.head(CASE) == receipt


async def test_reading_after_a_sequence_gives_only_what_is_newer(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 5))
    assert [each.sequence for each in await store.ledger.read(CASE, after=3)] == [4, 5]
    assert await store.ledger.read(CASE, after=5) == []


async def test_a_case_without_entries_has_no_head(store: Store) -> None:
    assert await store.ledger.head(CASE) is None
    assert await store.ledger.read(CASE) == []
    receipt = await store.ledger.append(CASE, [])
    assert (receipt.sequence, receipt.head) == (0, GENESIS)
    assert await store.ledger.head(CASE) is None
    assert (await store.ledger.verify()).cases == 0


async def test_a_retried_append_writes_nothing_twice_and_adds_what_is_new(store: Store) -> None:
    first = await store.ledger.append(CASE, entries(1, 3))
    assert await store.ledger.append(CASE, entries(1, 3)) == first
    assert (await store.ledger.append(CASE, [*entries(2, 4), entry(4)])).sequence == 4
    assert [each.entry.id for each in await store.ledger.read(CASE)] == [each.id for each in entries(1, 4)]


async def test_an_entry_id_with_another_body_is_refused_and_nothing_of_the_call_is_written(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 2))
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.append(CASE, [entry(3), entry(2, code="changed")], projection())
    assert refused.value.code is Code.DUPLICATE_KEY
    assert "000002" in refused.value.detail
    with pytest.raises(HoldfastError):
        await store.ledger.append(CASE, [entry(4), entry(4, code="changed")])
    assert len(await store.ledger.read(CASE)) == 2
    assert await store.cases.get(CASE) is None


async def test_each_case_has_its_own_chain_and_the_same_entry_ids_do_not_meet(store: Store) -> None:
    for case in (CASE, REVIEW, OTHER):
        await store.ledger.append(case, entries(1, 2))
    for case in (CASE, REVIEW, OTHER):
        assert [(each.case, each.sequence) for each in await store.ledger.read(case)] == [(case, 1), (case, 2)]
    report = await store.ledger.verify()
    assert report.ok
    assert (report.cases, report.entries) == (3, 6)


async def test_a_thousand_entries_go_in_with_one_append(store: Store) -> None:
    batch = entries(1, 1000)
    assert (await store.ledger.append(CASE, batch)).sequence == 1000
    assert (await store.ledger.append(CASE, batch)).sequence == 1000
    assert (await store.ledger.verify()).ok


async def test_nothing_of_an_entry_can_be_read_in_the_files_of_the_store(file_store: Store, store_file: Path) -> None:
    store = file_store
    await store.ledger.append(CASE, [entry(1, who="p-synthetic-marker", detail={"code": "detail-marker"})])
    for file in store_file.parent.iterdir():
        content = file.read_bytes()
        assert b"synthetic-marker" not in content
        assert b"detail-marker" not in content


async def test_the_store_is_readable_by_its_owner_only(file_store: Store, store_file: Path) -> None:
    await file_store.ledger.append(CASE, entries(1, 1))
    assert store_file.parent.stat().st_mode & 0o777 == 0o700
    names = {file.name: file.stat().st_mode & 0o777 for file in store_file.parent.iterdir()}
    assert names == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


async def test_after_erasure_the_chain_still_verifies_and_the_bodies_say_erased(store: Store, keys: CaseKeys) -> None:
    for case in (CASE, REVIEW, OTHER):
        await store.ledger.append(case, [entry(1, who="p-7"), entry(2)])
    before = await store.ledger.read(CASE)
    keys.erase(CASE)
    after = await store.ledger.read(CASE)
    assert [(each.sequence, each.hash, each.entry.id) for each in after] == [
        (each.sequence, each.hash, each.entry.id) for each in before
    ]
    assert {(each.entry.kind, each.entry.code, each.entry.who) for each in after} == {(Kind.NOTE, "erased", "")}
    assert {each.entry.code for each in await store.ledger.read(REVIEW)} == {"erased"}
    assert [each.entry.who for each in await store.ledger.read(OTHER)] == ["p-7", ""]
    assert (await store.ledger.verify()).ok


async def test_an_erased_case_takes_retries_but_nothing_new(store: Store, keys: CaseKeys) -> None:
    receipt = await store.ledger.append(CASE, entries(1, 2))
    keys.erase(CASE)
    assert await store.ledger.append(CASE, entries(1, 2)) == receipt
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.append(CASE, entries(2, 3))
    assert refused.value.code is Code.ALREADY_CLOSED
    assert await store.ledger.head(CASE) == receipt


async def test_an_altered_entry_is_not_read_as_if_nothing_had_happened(store: Store, store_url: str) -> None:
    await store.ledger.append(CASE, entries(1, 3))
    with opened(store_url) as raw:
        raw("UPDATE ledger_entry SET ciphertext = :zeros WHERE sequence = 2", zeros=bytes(64))
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.read(CASE)
    assert refused.value.code is Code.TAMPERED
    assert refused.value.detail == f"ledger of '{CASE}', entry 2"
    assert [each.sequence for each in await store.ledger.read(CASE, after=2)] == [3]


async def test_a_lost_key_is_not_mistaken_for_an_erased_one(store: Store, tmp_path: Path) -> None:
    await store.ledger.append(CASE, entries(1, 2))
    for file in (tmp_path / "keys").iterdir():
        file.unlink()
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.read(CASE)
    assert refused.value.code is Code.UNKNOWN_KEY
    assert [each.fault for each in (await store.ledger.verify()).faults] == ["unreadable"]


async def test_the_error_of_a_locked_store_is_transient_and_shows_no_payload(
    store_file: Path, keys: CaseKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.store.sqlite.BUSY_SECONDS", 0.05)
    async with open_store(f"sqlite:///{store_file}", keys) as store:
        await store.ledger.append(CASE, entries(1, 1))
        raw = sqlite3.connect(store_file, isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(HoldfastError) as refused:
            await store.ledger.append(CASE, [entry(2, who="p-synthetic-marker")], projection(owner="p-owner-marker"))
        raw.execute("ROLLBACK")
        raw.close()
        assert refused.value.code is Code.TRANSIENT
        assert "marker" not in f"{refused.value} {refused.value.__cause__}"
        assert (await store.ledger.append(CASE, entries(2, 2))).sequence == 2
