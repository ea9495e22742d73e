"""What somebody with the database, but without the keys, can do to it, and how it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from domain.evidence import LedgerReceipt
from integrations.store import Store, open_store
from integrations.store.chain import link
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, entries, entry
from tests.store.raw import Raw, opened

Tamper = Callable[[Raw], object]
WHERE = f"WHERE \"case\" = '{CASE}' AND sequence"


def shift(raw: Raw, first: int, by: int) -> None:
    """Renumber everything from `first` on, out of the way of the unique constraint."""
    raw(f"UPDATE ledger_entry SET sequence = -sequence {WHERE} >= {first}")
    raw(f"UPDATE ledger_entry SET sequence = -sequence + {by} {WHERE} < 0")


def swap(raw: Raw) -> None:
    for old, new in ((2, -1), (4, 2), (-1, 4)):
        raw(f"UPDATE ledger_entry SET sequence = {new} {WHERE} = {old}")


def delete_and_renumber(raw: Raw) -> None:
    raw(f"DELETE FROM ledger_entry {WHERE} = 3")
    shift(raw, 4, -1)


def add(raw: Raw, sequence: int) -> None:
    """A row with a right hash over a wrong body: all that can be done without the key."""
    [(previous,)] = raw(f"SELECT hash FROM ledger_entry {WHERE} = {sequence - 1}")
    own = link(previous, CASE, sequence, "stranger", b"x" * 40)
    raw(
        "INSERT INTO ledger_entry VALUES (:case, :at, 'stranger', :body, :previous, :own, '2026-03-01 03:00:00')",
        case=CASE,
        at=sequence,
        body=b"x" * 40,
        previous=previous,
        own=own,
    )


def insert_in_the_middle(raw: Raw) -> None:
    shift(raw, 3, 1)
    add(raw, 3)


def rewrite(raw: Raw, sequence: int = 3) -> str:
    """Another body with its hash made to fit."""
    where = f"{WHERE} = {sequence}"
    [(previous, entry_id)] = raw(f"SELECT previous, entry_id FROM ledger_entry {where}")
    own = link(previous, CASE, sequence, entry_id, b"y" * 40)
    raw(f"UPDATE ledger_entry SET ciphertext = :body, hash = :own {where}", body=b"y" * 40, own=own)
    return own


def rewrite_the_last_and_the_head(raw: Raw) -> None:
    raw('UPDATE ledger_head SET hash = :own WHERE "case" = :case', own=rewrite(raw, 5), case=CASE)


def cut_with_the_head_left(raw: Raw) -> None:
    raw(f"DELETE FROM ledger_entry {WHERE} > 3")


def one(statement: str, **values: object) -> Tamper:
    return lambda raw: raw(statement, **values)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(
            one(f"UPDATE ledger_entry SET ciphertext = ciphertext || :more {WHERE} = 3", more=b"\x00"),
            {(3, "altered")},
            id="body",
        ),
        pytest.param(one(f"UPDATE ledger_entry SET entry_id = 'other' {WHERE} = 3"), {(3, "altered")}, id="id"),
        pytest.param(
            one(f"UPDATE ledger_entry SET hash = replace(hash, substr(hash, 1, 1), 'x') {WHERE} = 3"),
            {(3, "altered")},
            id="hash",
        ),
        pytest.param(
            one(f"UPDATE ledger_entry SET previous = replace(previous, substr(previous, 1, 1), 'x') {WHERE} = 3"),
            {(3, "altered")},
            id="previous",
        ),
        pytest.param(rewrite, {(3, "altered")}, id="rewritten with its hash"),
        pytest.param(rewrite_the_last_and_the_head, {(5, "altered")}, id="rewritten with hash and head"),
        pytest.param(one(f"DELETE FROM ledger_entry {WHERE} = 3"), {(3, "missing")}, id="deleted"),
        pytest.param(one(f"DELETE FROM ledger_entry {WHERE} IN (2, 3)"), {(2, "missing")}, id="two deleted"),
        pytest.param(one(f"DELETE FROM ledger_entry {WHERE} = 1"), {(1, "missing")}, id="first deleted"),
        pytest.param(
            delete_and_renumber, {(3, "reordered"), (4, "reordered"), (5, "cut-off")}, id="deleted and renumbered"
        ),
        pytest.param(swap, {(2, "reordered"), (4, "reordered")}, id="swapped"),
        pytest.param(lambda raw: add(raw, 6), {(6, "inserted")}, id="inserted at the end"),
        pytest.param(
            insert_in_the_middle,
            {(3, "inserted"), (4, "reordered"), (5, "reordered"), (6, "reordered")},
            id="inserted in the middle",
        ),
        pytest.param(cut_with_the_head_left, {(4, "cut-off")}, id="cut off"),
        pytest.param(one("DELETE FROM ledger_entry"), {(1, "cut-off")}, id="emptied"),
        pytest.param(one("DELETE FROM ledger_head"), {(0, "missing")}, id="head deleted"),
        pytest.param(
            one("UPDATE ledger_head SET sequence = 3"),
            {(4, "inserted"), (5, "inserted")},
            id="head set back",
        ),
    ],
)
async def test_verify_names_the_case_and_the_entry(
    store: Store, store_url: str, tamper: Tamper, found: set[tuple[int, str]]
) -> None:
    await store.ledger.append(CASE, entries(1, 5))
    assert (await store.ledger.verify()).ok
    with opened(store_url) as raw:
        tamper(raw)
    report = await store.ledger.verify()
    assert {(each.sequence, each.fault) for each in report.faults} == found
    assert {each.case for each in report.faults} == {CASE}
    assert not report.ok


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        pytest.param("hash = x'ff00', previous = 7", {(3, "altered")}, id="types"),
        pytest.param("sequence = 'three'", {(0, "inserted"), (3, "missing")}, id="no number"),
    ],
)
async def test_verify_reads_what_only_sqlite_would_keep_in_these_columns(
    store_file: Path, keys: CaseKeys, statement: str, found: set[tuple[int, str]]
) -> None:
    url = f"sqlite:///{store_file}"
    async with open_store(url, keys) as store:
        await store.ledger.append(CASE, entries(1, 5))
        with opened(url) as raw:
            raw(f"UPDATE ledger_entry SET {statement} {WHERE} = 3")
        assert {(each.sequence, each.fault) for each in (await store.ledger.verify()).faults} == found


async def test_only_the_touched_case_is_at_fault(store: Store, store_url: str) -> None:
    for case in ("AAA-00000-00001", CASE, "ZZZ-00000-00001"):
        await store.ledger.append(case, entries(1, 3))
    with opened(store_url) as raw:
        raw(f"DELETE FROM ledger_entry {WHERE} = 2")
    report = await store.ledger.verify()
    assert [(each.case, each.sequence, each.fault) for each in report.faults] == [(CASE, 2, "missing")]
    assert report.cases == 3


async def test_tampering_shows_after_erasure_too(store: Store, store_url: str, keys: CaseKeys) -> None:
    await store.ledger.append(CASE, entries(1, 5))
    keys.erase(CASE)
    with opened(store_url) as raw:
        rewrite(raw)
    assert [(each.sequence, each.fault) for each in (await store.ledger.verify()).faults] == [(3, "altered")]


async def test_a_row_of_a_stranger_beyond_the_head_stops_appends_instead_of_being_built_on(
    store: Store, store_url: str
) -> None:
    await store.ledger.append(CASE, entries(1, 3))
    with opened(store_url) as raw:
        add(raw, 4)
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.append(CASE, [entry(4)])
    assert refused.value.code is Code.TAMPERED
    assert "000004" not in str(refused.value.__cause__)  # nor anything else that was being written
    head = await store.ledger.head(CASE)
    assert isinstance(head, LedgerReceipt)
    assert head.sequence == 3
