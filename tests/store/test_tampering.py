"""What an operator can do with SQL, who also redoes every hash that needs no key; and where each of it shows.

They have the database, not the case keys, not the checkpoint's private key, and not the witness.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Notary, SealedCheckpoint
from domain.timeline import AuditReport
from integrations.store import Store
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, START, entries, entry
from tests.store.raw import Raw, opened, relink

NOTARY = Notary(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))  # synthetic
OTHER = "CSE-00000-00001"
MINUTE = timedelta(minutes=1)
HERE = f"WHERE \"case\" = '{CASE}'"

Tamper = Callable[[Raw], object]
Faults = set[tuple[str, int, str]]


async def minutes(store: Store) -> list[SealedCheckpoint]:
    """Two cases over three minutes; what the witness then has."""
    made = []
    for minute in range(3):
        await store.ledger.append(CASE, entries(1, 2 + 2 * minute))
        await store.ledger.append(OTHER, entries(1, 3))
        made.append((await store.checkpoints.make(START + minute * MINUTE, NOTARY)).checkpoint)
        await store.checkpoints.sent(minute + 1, START)
    return made


def faults(report: AuditReport) -> Faults:
    return {(each.case, each.sequence, each.fault) for each in report.faults}


async def audited(store: Store, witnessed: Sequence[SealedCheckpoint] | None = None) -> Faults:
    return faults(await store.checkpoints.verify([NOTARY.public], witnessed))


def alter(raw: Raw) -> None:
    raw(f"UPDATE ledger_entry SET ciphertext = :body {HERE} AND sequence = 3", body=b"y" * 60)
    relink(raw, CASE)


def shift(raw: Raw, first: int, by: int) -> None:
    raw(f"UPDATE ledger_entry SET sequence = -sequence {HERE} AND sequence >= {first}")
    raw(f"UPDATE ledger_entry SET sequence = -sequence + {by} {HERE} AND sequence < 0")


def delete(raw: Raw) -> None:
    raw(f"DELETE FROM ledger_entry {HERE} AND sequence = 3")
    shift(raw, 4, -1)
    relink(raw, CASE)


def reorder(raw: Raw) -> None:
    for old, new in ((2, -1), (4, 2), (-1, 4)):
        raw(f"UPDATE ledger_entry SET sequence = {new} {HERE} AND sequence = {old}")
    relink(raw, CASE)


def insert(raw: Raw) -> None:
    shift(raw, 3, 1)
    raw(
        "INSERT INTO ledger_entry VALUES (:case, 3, 'stranger', :body, '', '', '2026-03-01 03:00:00')",
        case=CASE,
        body=b"x" * 60,
    )
    relink(raw, CASE)


def cut_off(raw: Raw) -> None:
    raw(f"DELETE FROM ledger_entry {HERE} AND sequence > 4")
    relink(raw, CASE)


def remove(raw: Raw) -> None:
    for table in ("ledger_entry", "ledger_head", "projection", "case_copy"):
        raw(f"DELETE FROM {table} {HERE}")


def empty(raw: Raw) -> None:
    raw(f"DELETE FROM ledger_entry {HERE}")
    raw(f"UPDATE ledger_head SET sequence = 0, hash = '{'0' * 64}' {HERE}")


KINDS: list[tuple[str, Tamper, Faults]] = [
    ("altered", alter, {(CASE, 3, "altered")}),
    ("deleted", delete, {(CASE, 3, "missing")}),
    ("reordered", reorder, {(CASE, 2, "reordered"), (CASE, 4, "reordered")}),
    ("inserted", insert, {(CASE, 3, "inserted")}),
    ("cut off", cut_off, {(CASE, 5, "cut-off")}),
    ("removed", remove, {(CASE, 1, "removed")}),
    ("emptied", empty, {(CASE, 1, "removed")}),
]


@pytest.mark.parametrize(("tamper", "found"), [pytest.param(tamper, found, id=name) for name, tamper, found in KINDS])
async def test_what_was_done_to_a_chain_is_found_and_located(
    store: Store, store_url: str, tamper: Tamper, found: Faults
) -> None:
    await minutes(store)
    assert await audited(store) == set()
    with opened(store_url) as raw:
        tamper(raw)
    assert await audited(store) == found


def forget_checkpoints(raw: Raw) -> None:
    """Nothing of ours speaks for the case any more, except to the witness."""
    raw(f"DELETE FROM checkpoint_head {HERE}")


def forget_the_last_checkpoints(raw: Raw) -> None:
    for table in ("checkpoint", "checkpoint_head"):
        raw(f"DELETE FROM {table} WHERE number > 2")


@pytest.mark.parametrize(
    ("also", "more"),
    [
        pytest.param(forget_checkpoints, ("checkpoint", 1, "altered"), id="heads"),
        pytest.param(forget_the_last_checkpoints, ("checkpoint", 3, "missing"), id="checkpoints"),
    ],
)
@pytest.mark.parametrize(
    ("tamper", "found"),
    [pytest.param(cut_off, (CASE, 5, "cut-off"), id="cut"), pytest.param(remove, (CASE, 1, "removed"), id="removed")],
)
async def test_whoever_also_takes_the_checkpoints_away_is_found_by_the_witness_copy(
    store: Store, store_url: str, also: Tamper, more: tuple[str, int, str], tamper: Tamper, found: tuple[str, int, str]
) -> None:
    witness = await minutes(store)
    with opened(store_url) as raw:
        tamper(raw)
        also(raw)
    report = await store.checkpoints.verify([NOTARY.public], witness)
    assert faults(report) == {found, more}
    assert report.witness == ("differs" if more[2] == "missing" else "agrees")


async def test_all_checkpoints_taken_away_are_missed_by_the_witness(store: Store, store_url: str) -> None:
    witness = await minutes(store)
    with opened(store_url) as raw:
        remove(raw)
        raw("DELETE FROM checkpoint")
        raw("DELETE FROM checkpoint_head")
    assert await audited(store) == set()  # without a witness nobody can know
    assert await audited(store, witness) == {(CASE, 1, "removed"), ("checkpoint", 1, "missing")}


async def test_a_checkpoint_signed_anew_by_somebody_with_our_key_differs_from_the_witness_copy(
    store: Store, store_url: str
) -> None:
    witness = await minutes(store)
    with opened(store_url) as raw:
        cut_off(raw)
        for table in ("checkpoint", "checkpoint_head"):
            raw(f"DELETE FROM {table} WHERE number = 3")
    await store.checkpoints.make(START + 2 * MINUTE, NOTARY)
    await store.checkpoints.sent(3, START)
    assert await audited(store) == set()
    assert await audited(store, witness) == {("checkpoint", 3, "differs"), (CASE, 5, "cut-off")}


async def test_a_chain_written_anew_after_its_key_was_erased_is_found_by_the_checkpoints(
    store: Store, store_url: str, keys: CaseKeys
) -> None:
    await minutes(store)
    keys.erase(CASE)
    with opened(store_url) as raw:
        alter(raw)
    assert await audited(store) == {(CASE, 3, "rewritten")}


async def test_entries_appended_after_a_cut_do_not_hide_it(store: Store, store_url: str) -> None:
    await minutes(store)
    with opened(store_url) as raw:
        cut_off(raw)
    await store.ledger.append(CASE, [entry(number) for number in range(10, 14)])
    assert await audited(store) == {(CASE, 5, "rewritten")}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE checkpoint SET body = replace(body, 'cases', 'kases') WHERE number = 2", "altered"),
        (
            "UPDATE checkpoint SET signature = replace(signature, substr(signature, 1, 4), 'ffff') WHERE number = 2",
            "altered",
        ),
        ("UPDATE checkpoint_head SET sequence = 9 WHERE number = 2", "altered"),
        ("DELETE FROM checkpoint WHERE number = 2", "missing"),
    ],
)
async def test_a_checkpoint_that_was_touched_is_named(store: Store, store_url: str, statement: str, found: str) -> None:
    await minutes(store)
    with opened(store_url) as raw:
        raw(statement)
    assert ("checkpoint", 2, found) in await audited(store)
    assert {case for case, _, _ in await audited(store)} == {"checkpoint"}


async def test_what_we_never_signed_vouches_for_nothing(store: Store) -> None:
    await minutes(store)
    stranger = Notary(Ed25519PrivateKey.generate())
    forged = stranger.seal(4, START, "0" * 64, {}, ())
    assert await audited(store, [forged]) == {("checkpoint", 1, "unwitnessed")}


async def test_a_witness_that_lost_what_it_took_is_named(store: Store) -> None:
    witness = await minutes(store)
    report = await store.checkpoints.verify([NOTARY.public], witness[:2])
    assert faults(report) == {("checkpoint", 3, "unwitnessed")}
    assert (report.witness, report.witnessed, report.witnessed_at) == ("differs", 2, START + MINUTE)


async def test_entries_that_no_witness_knows_yet_are_counted(store: Store) -> None:
    witness = await minutes(store)
    await store.ledger.append(CASE, entries(7, 9))
    report = await store.checkpoints.verify([NOTARY.public], witness)
    assert (report.ok, report.unwitnessed, report.witnessed) == (True, 3, 3)
    assert (await store.checkpoints.verify([NOTARY.public], None)).unwitnessed == 12
