"""What somebody with the database, but without the keys, can do to it, and how it shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Code, HoldfastError
from domain.evidence import LedgerReceipt
from integrations.store import Store
from integrations.store.chain import link
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, entries, entry

Tamper = Callable[[sqlite3.Connection], object]
WHERE = f"WHERE \"case\" = '{CASE}' AND sequence"


def shift(raw: sqlite3.Connection, first: int, by: int) -> None:
    """Renumber everything from `first` on, out of the way of the unique constraint."""
    raw.execute(f"UPDATE ledger_entry SET sequence = -sequence {WHERE} >= {first}")
    raw.execute(f"UPDATE ledger_entry SET sequence = -sequence + {by} {WHERE} < 0")


def swap(raw: sqlite3.Connection) -> None:
    for old, new in ((2, -1), (4, 2), (-1, 4)):
        raw.execute(f"UPDATE ledger_entry SET sequence = {new} {WHERE} = {old}")


def delete_and_renumber(raw: sqlite3.Connection) -> None:
    raw.execute(f"DELETE FROM ledger_entry {WHERE} = 3")
    shift(raw, 4, -1)


def add(raw: sqlite3.Connection, sequence: int) -> None:
    """A row with a right hash over a wrong body: all that can be done without the key."""
    [previous] = raw.execute(f"SELECT hash FROM ledger_entry {WHERE} = {sequence - 1}").fetchone()
    own = link(previous, CASE, sequence, "stranger", b"x" * 40)
    values = (CASE, sequence, "stranger", b"x" * 40, previous, own, "2026-03-01 03:00:00.000000")
    raw.execute("INSERT INTO ledger_entry VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def insert_in_the_middle(raw: sqlite3.Connection) -> None:
    shift(raw, 3, 1)
    add(raw, 3)


def rewrite(raw: sqlite3.Connection, sequence: int = 3) -> str:
    """Another body with its hash made to fit."""
    where = f"{WHERE} = {sequence}"
    previous, entry_id = raw.execute(f"SELECT previous, entry_id FROM ledger_entry {where}").fetchone()
    own = link(previous, CASE, sequence, entry_id, b"y" * 40)
    raw.execute(f"UPDATE ledger_entry SET ciphertext = ?, hash = ? {where}", (b"y" * 40, own))
    return own


def rewrite_the_last_and_the_head(raw: sqlite3.Connection) -> None:
    raw.execute('UPDATE ledger_head SET hash = ? WHERE "case" = ?', (rewrite(raw, 5), CASE))


def cut_with_the_head_left(raw: sqlite3.Connection) -> None:
    raw.execute(f"DELETE FROM ledger_entry {WHERE} > 3")


def one(statement: str) -> Tamper:
    return lambda raw: raw.execute(statement)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(
            one(f"UPDATE ledger_entry SET ciphertext = ciphertext || x'00' {WHERE} = 3"), {(3, "altered")}, id="body"
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
        pytest.param(
            one(f"UPDATE ledger_entry SET hash = x'ff00', previous = 7 {WHERE} = 3"), {(3, "altered")}, id="types"
        ),
        pytest.param(
            one(f"UPDATE ledger_entry SET sequence = 'three' {WHERE} = 3"),
            {(0, "inserted"), (3, "missing")},
            id="no number",
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
    store: Store, store_file: Path, tamper: Tamper, found: set[tuple[int, str]]
) -> None:
    await store.ledger.append(CASE, entries(1, 5))
    assert (await store.ledger.verify()).ok
    with sqlite3.connect(store_file) as raw:
        tamper(raw)
    raw.close()
    report = await store.ledger.verify()
    assert {(each.sequence, each.fault) for each in report.faults} == found
    assert {each.case for each in report.faults} == {CASE}
    assert not report.ok


async def test_only_the_touched_case_is_at_fault(store: Store, store_file: Path) -> None:
    for case in ("AAA-00000-00001", CASE, "ZZZ-00000-00001"):
        await store.ledger.append(case, entries(1, 3))
    with sqlite3.connect(store_file) as raw:
        raw.execute(f"DELETE FROM ledger_entry {WHERE} = 2")
    raw.close()
    report = await store.ledger.verify()
    assert [(each.case, each.sequence, each.fault) for each in report.faults] == [(CASE, 2, "missing")]
    assert report.cases == 3


async def test_tampering_shows_after_erasure_too(store: Store, store_file: Path, keys: CaseKeys) -> None:
    await store.ledger.append(CASE, entries(1, 5))
    keys.erase(CASE)
    with sqlite3.connect(store_file) as raw:
        rewrite(raw)
    raw.close()
    assert [(each.sequence, each.fault) for each in (await store.ledger.verify()).faults] == [(3, "altered")]


async def test_a_row_of_a_stranger_beyond_the_head_stops_appends_instead_of_being_built_on(
    store: Store, store_file: Path
) -> None:
    await store.ledger.append(CASE, entries(1, 3))
    with sqlite3.connect(store_file) as raw:
        add(raw, 4)
    raw.close()
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.append(CASE, [entry(4)])
    assert refused.value.code is Code.TAMPERED
    assert "000004" not in str(refused.value.__cause__)  # nor anything else that was being written
    head = await store.ledger.head(CASE)
    assert isinstance(head, LedgerReceipt)
    assert head.sequence == 3
