"""Whatever is written verifies; whatever is touched shows."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from integrations.base.keyring import new_ring
from integrations.store import open_store
from integrations.store.audit import Head, Row, chain_faults
from integrations.store.chain import GENESIS, link, seal
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, entry

KEY = bytes(range(32))


def build(bodies: list[bytes]) -> tuple[list[Row], Head]:
    rows, previous = list[Row](), GENESIS
    for sequence, body in enumerate(bodies, start=1):
        ciphertext = seal(KEY, CASE, sequence, f"e{sequence}", body)
        own = link(previous, CASE, sequence, f"e{sequence}", ciphertext)
        rows.append(Row(sequence, f"e{sequence}", ciphertext, previous, own))
        previous = own
    return rows, Head(len(rows), previous)


bodies = st.lists(st.binary(max_size=20), min_size=1, max_size=12)


@given(bodies, st.booleans())
def test_an_untouched_chain_has_no_fault(plain: list[bytes], erased: bool) -> None:
    rows, head = build(plain)
    assert chain_faults(CASE, rows, head, None if erased else KEY) == ()


@given(bodies, st.booleans(), st.data())
def test_any_change_of_any_column_is_found_at_its_entry(plain: list[bytes], erased: bool, data: st.DataObject) -> None:
    rows, head = build(plain)
    at = data.draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    changed = data.draw(
        st.one_of(
            st.binary(max_size=60).map(lambda value: replace(row, ciphertext=value)),
            st.text(max_size=8).map(lambda value: replace(row, entry_id=value)),
            st.sampled_from([GENESIS, "f" * 64, "", head.hash]).map(lambda value: replace(row, previous=value)),
            st.sampled_from([GENESIS, "f" * 64, "", rows[0].hash]).map(lambda value: replace(row, hash=value)),
        )
    )
    if data.draw(st.booleans()):  # as somebody would who knows how the hash is made
        fitting = link(changed.previous, CASE, changed.sequence, changed.entry_id, changed.ciphertext)
        changed = replace(changed, hash=fitting)
    assume(changed != row)
    rows[at] = changed
    assert row.sequence in {each.sequence for each in chain_faults(CASE, rows, head, None if erased else KEY)}


@given(bodies, st.booleans(), st.data())
def test_any_other_set_or_order_of_entries_is_found(plain: list[bytes], erased: bool, data: st.DataObject) -> None:
    rows, head = build(plain)
    kept = data.draw(st.lists(st.sampled_from(rows), unique=True, max_size=len(rows)))
    moved = data.draw(st.booleans())
    placed = [replace(row, sequence=place) for place, row in enumerate(kept, start=1)] if moved else kept
    placed = sorted(placed, key=lambda row: row.sequence)
    assume(placed != rows)
    assert chain_faults(CASE, placed, head, None if erased else KEY)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=8))
def test_any_batches_with_any_repetitions_give_each_entry_once_in_the_order_of_first_mention(
    batches: list[list[int]],
) -> None:
    wanted = list(dict.fromkeys(number for batch in batches for number in batch))

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            keys = CaseKeys(Path(folder) / "keys", new_ring())
            async with open_store(f"sqlite:///{folder}/store.db", keys) as store:
                for batch in batches:
                    receipt = await store.ledger.append(CASE, [entry(number) for number in batch])
                    assert receipt.sequence == len(await store.ledger.read(CASE))
                read = await store.ledger.read(CASE)
                assert [each.entry for each in read] == [entry(number) for number in wanted]
                assert (await store.ledger.verify()).ok

    asyncio.run(run())
