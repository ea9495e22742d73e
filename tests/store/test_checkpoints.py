"""What all chains stood at is signed each minute; nothing that was vouched for is ever taken back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import CHECKPOINT, EXPORT, Notary, SealedCheckpoint, leaf_of, signed_by
from domain.errors import Code, HoldfastError
from domain.merkle import root_by
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, START, entries
from tests.store.raw import opened

MINUTE = timedelta(minutes=1)
NOTARY = Notary(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))  # synthetic
OTHER = "CSE-00000-00001"


async def make(store: Store, minute: int) -> SealedCheckpoint:
    return (await store.checkpoints.make(START + minute * MINUTE, NOTARY)).checkpoint


async def test_checkpoints_are_signed_and_name_the_one_before(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 3))
    first = await make(store, 0)
    second = await make(store, 1)
    receipt = await store.ledger.append(OTHER, entries(1, 2))
    third = await make(store, 2)
    said = [each.read() for each in (first, second, third)]
    assert [(each.number, each.cases) for each in said if each] == [(1, 1), (2, 1), (3, 2)]
    assert said[1] is not None
    assert said[2] is not None
    assert (said[1].previous, said[2].previous) == (first.hash, second.hash)
    assert second.heads == ()
    assert [(each.case, each.sequence, each.hash) for each in third.heads] == [(OTHER, 2, receipt.head)]
    assert all(signed_by([NOTARY.public], CHECKPOINT, each.body, each) for each in (first, second, third))
    assert not signed_by([NOTARY.public], EXPORT, first.body, first)
    assert await store.checkpoints.latest() == third


async def test_each_case_is_shown_to_be_under_the_root(store: Store) -> None:
    for number in range(7):
        await store.ledger.append(f"CSE-00000-0000{number}", entries(1, number + 1))
        made = (await make(store, number)).read()
    assert made is not None
    for number in range(7):
        found = await store.checkpoints.proof(f"CSE-00000-0000{number}")
        assert found is not None
        _, proof = found
        assert proof.head.sequence == number + 1
        assert root_by(leaf_of(proof.head), proof.index, proof.size, proof.path) == made.root
    assert await store.checkpoints.proof("CSE-00000-00009") is None


async def test_one_of_many_that_are_due_at_once_makes_it(store_url: str, keys: CaseKeys) -> None:
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(store_url, keys)) for _ in range(4)]
        await stores[0].ledger.append(CASE, entries(1, 1))
        for minute in range(3):
            now = START + minute * MINUTE
            made = await asyncio.gather(*(each.checkpoints.make(now, NOTARY, every=MINUTE) for each in stores))
            assert sorted(each.new for each in made) == [False, False, False, True]
            assert len({each.checkpoint for each in made}) == 1
        assert (await stores[3].checkpoints.verify([NOTARY.public], None)).checkpoints == 3


async def test_a_checkpoint_keeps_vouching_for_what_was_taken_away(store: Store, store_url: str) -> None:
    await store.ledger.append(CASE, entries(1, 3))
    await store.ledger.append(OTHER, entries(1, 3))
    before = (await make(store, 0)).read()
    with opened(store_url) as raw:
        raw('DELETE FROM ledger_head WHERE "case" = :case', case=CASE)
        raw('UPDATE ledger_head SET sequence = 2 WHERE "case" = :case', case=OTHER)
    made = await store.checkpoints.make(START + MINUTE, NOTARY)
    after = made.checkpoint.read()
    assert made.back == (OTHER, CASE)
    assert before is not None
    assert after is not None
    assert (after.root, after.cases, made.checkpoint.heads) == (before.root, 2, ())


async def test_what_was_not_sent_waits_in_order(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 1))
    made = [await make(store, minute) for minute in range(4)]
    assert await store.checkpoints.unsent() == made
    await store.checkpoints.sent(1, START)
    await store.checkpoints.sent(3, START)
    assert await store.checkpoints.unsent() == [made[1], made[3]]
    assert await store.checkpoints.unsent(1) == [made[1]]


async def test_what_a_restored_store_lost_is_taken_back_from_the_witness(store: Store, store_url: str) -> None:
    await store.ledger.append(CASE, entries(1, 1))
    made = [await make(store, minute) for minute in range(2)]
    await store.ledger.append(CASE, entries(2, 2))
    made.append(await make(store, 2))
    with opened(store_url) as raw:
        raw("DELETE FROM checkpoint WHERE number > 1")
        raw("DELETE FROM checkpoint_head WHERE number > 1")
    with pytest.raises(HoldfastError) as refused:
        await store.checkpoints.adopt(made[2:], START)
    assert refused.value.code is Code.TAMPERED
    await store.checkpoints.adopt(made[1:], START)
    assert await store.checkpoints.latest() == made[2]
    report = await store.checkpoints.verify([NOTARY.public], made[2:])
    assert (report.ok, report.checkpoints, report.witness, report.unwitnessed) == (True, 3, "agrees", 0)
    assert (await make(store, 3)).read() is not None
