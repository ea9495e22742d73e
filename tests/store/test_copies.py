"""The newest copy of a case is there for recovery, readable by nobody without the case's key."""

from __future__ import annotations

import pytest

from domain.errors import HoldfastError
from integrations.store import Store
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, REVIEW, entries, entry, projection


async def test_the_newest_copy_comes_back_as_it_was_handed_in(store: Store) -> None:
    assert await store.cases.copy(CASE) is None
    await store.ledger.append(CASE, entries(1, 2), projection(minute=1), copy=b"\x00first")
    assert await store.cases.copy(CASE) == b"\x00first"
    await store.ledger.append(CASE, entries(3, 3), projection(minute=2), copy=b"second" * 50_000)
    assert await store.cases.copy(CASE) == b"second" * 50_000
    await store.ledger.append(CASE, [], projection(minute=3), copy=b"third")
    assert await store.cases.copy(CASE) == b"third"
    assert await store.cases.copy(REVIEW) is None


async def test_an_append_without_a_copy_leaves_the_one_before(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 1), copy=b"first")
    await store.ledger.append(CASE, entries(2, 2))
    assert await store.cases.copy(CASE) == b"first"


async def test_a_late_retry_of_an_older_copy_does_not_overwrite_a_newer_one(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 2), copy=b"older")
    await store.ledger.append(CASE, entries(3, 3), copy=b"newer")
    await store.ledger.append(CASE, entries(1, 2), copy=b"older")
    assert await store.cases.copy(CASE) == b"newer"
    await store.ledger.append(CASE, [], projection(minute=5), copy=b"newest")
    await store.ledger.append(CASE, [], projection(minute=4), copy=b"older")
    assert await store.cases.copy(CASE) == b"newest"


async def test_a_refused_append_leaves_the_copy_alone(store: Store) -> None:
    await store.ledger.append(CASE, entries(1, 2), copy=b"kept")
    with pytest.raises(HoldfastError):
        await store.ledger.append(CASE, [entry(2, code="changed")], copy=b"lost")
    assert await store.cases.copy(CASE) == b"kept"


async def test_an_erased_case_has_no_copy_and_takes_none(store: Store, keys: CaseKeys) -> None:
    await store.ledger.append(CASE, entries(1, 2), copy=b"first")
    keys.erase(CASE)
    assert await store.cases.copy(CASE) is None
    await store.ledger.append(CASE, [], projection(), copy=b"second")
    assert await store.cases.copy(CASE) is None
