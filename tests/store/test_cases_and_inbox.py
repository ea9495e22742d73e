"""The list of cases follows the ledger; the inbox keeps what was accepted."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import Code, HoldfastError
from domain.timeline import Projection
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, START, entries, entry, projection


async def test_a_projection_is_written_with_its_entries_and_comes_back_as_it_was(store: Store) -> None:
    told = projection(owner="p-7", open_gates=("notify/release/1",), open_tasks=("investigate/call/1", "x"), drill=True)
    await store.ledger.append(CASE, entries(1, 1), told)
    assert await store.cases.get(CASE) == told
    bare = Projection(case="AAA-00000-00001", slug="s", phase="declared", severity=3, status="open")
    await store.ledger.append(bare.case, [], bare)
    assert await store.cases.get(bare.case) == bare
    assert await store.cases.get("ZZZ-00000-00001") is None


async def test_a_newer_projection_replaces_and_a_late_retry_of_an_older_one_does_not(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 1), projection(minute=1, open_gates=("a",)))
    newer = projection(minute=2, phase="notify", outcome="disclosed")
    await store.ledger.append(CASE, entries(2, 2), newer)
    await store.ledger.append(CASE, entries(1, 1), projection(minute=1, open_gates=("a",)))
    assert await store.cases.get(CASE) == newer


async def test_the_projection_of_another_case_is_refused(store: Store) -> None:
    with pytest.raises(HoldfastError) as refused:
        await store.ledger.append(CASE, [entry(1)], projection("AAA-00000-00001"))
    assert refused.value.code is Code.INVALID
    assert await store.ledger.head(CASE) is None


async def test_open_cases_are_listed_gravest_first_and_all_cases_newest_first(store: Store) -> None:
    rows = [("A", 2, "open", 0), ("B", 0, "open", 1), ("C", 0, "closed", 2), ("D", 2, "standing-down", 3)]
    for case, severity, status, hour in rows:
        declared = START.replace(hour=hour)
        told = projection(case, severity=severity, status=status).model_copy(update={"declared_at": declared})
        await store.ledger.append(case, [], told)
    assert [each.case for each in await store.cases.list(open_only=True)] == ["B", "D", "A"]
    assert [each.case for each in await store.cases.list(open_only=True, limit=1)] == ["B"]
    assert [each.case for each in await store.cases.list()] == ["D", "C", "B", "A"]
    assert [each.case for each in await store.cases.list(limit=2)] == ["D", "C"]


async def test_the_inbox_gives_back_what_is_pending_in_the_order_of_arrival(store: Store) -> None:
    for number in (3, 1, 2):
        assert await store.inbox.put(f"k{number}", "declare", bytes([0, 255, number]))
    assert await store.inbox.pending() == [(f"k{n}", "declare", bytes([0, 255, n])) for n in (3, 1, 2)]
    await store.inbox.done("k3")
    await store.inbox.done("k3")
    assert [key for key, _, _ in await store.inbox.pending(limit=1)] == ["k1"]


async def test_a_key_is_taken_once_even_when_it_is_done(store: Store) -> None:
    assert await store.inbox.put("k", "declare", b"first")
    assert not await store.inbox.put("k", "decide", b"second")
    await store.inbox.done("k")
    assert not await store.inbox.put("k", "decide", b"second")
    assert await store.inbox.body("k") == b"first"
    assert await store.inbox.pending() == []
    assert await store.inbox.body("unknown") is None


async def test_of_many_that_put_one_key_at_once_one_wins(store: Store) -> None:
    said = await asyncio.gather(*(store.inbox.put("k", "declare", bytes([number])) for number in range(10)))
    assert sorted(said) == [False] * 9 + [True]
    assert await store.inbox.body("k") == bytes([said.index(True)])


async def test_an_unknown_key_cannot_be_done(store: Store) -> None:
    with pytest.raises(HoldfastError) as refused:
        await store.inbox.done("unknown")
    assert refused.value.code is Code.INVALID


async def test_the_inbox_survives_reopening(store_url: str, keys: CaseKeys) -> None:
    async with open_store(store_url, keys) as store:
        await store.inbox.put("k", "declare", b"sealed")
    async with open_store(store_url, keys) as store:
        assert await store.inbox.pending() == [("k", "declare", b"sealed")]
