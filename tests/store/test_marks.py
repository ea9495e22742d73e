"""What is remembered of requests, and from whom nothing is taken any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.signals import Mark, Quarantined
from integrations.store import Store

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FIRST = Mark(case="EDR-1", at=AT, officer="o1", sender="s1", domain="d1", agency="a1", target="t1", tier="E3")


def later(case: str, days: float = 1, **more: str) -> Mark:
    return Mark(**{"case": case, "at": AT + timedelta(days=days), **more})


async def test_requests_that_share_a_hash_are_found_oldest_first_and_others_are_not(store: Store) -> None:
    mine = later("EDR-3", 2, target="t1", agency="a9")
    for each in (mine, FIRST, later("EDR-2", officer="o2", target="t2")):
        await store.marks.remember(each)
    assert list(await store.marks.beside(mine)) == [FIRST, mine]


async def test_what_was_not_known_is_shared_with_nobody(store: Store) -> None:
    for number in range(3):
        await store.marks.remember(later(f"EDR-{number}"))
    assert [each.case for each in await store.marks.beside(later("EDR-1"))] == ["EDR-1"]


async def test_a_request_is_remembered_once_as_it_was_first_seen(store: Store) -> None:
    await store.marks.remember(FIRST)
    await store.marks.remember(FIRST.model_copy(update={"tier": "E1", "at": AT + timedelta(hours=1)}))
    assert list(await store.marks.beside(FIRST)) == [FIRST]


async def test_what_no_look_back_reaches_is_forgotten(store: Store) -> None:
    await store.marks.remember(FIRST)
    await store.marks.remember(later("EDR-2", 390, sender="s1"))
    assert len(await store.marks.beside(FIRST)) == 2
    await store.marks.remember(later("EDR-3", 396, sender="s1"))
    assert [each.case for each in await store.marks.beside(later("x", sender="s1"))] == ["EDR-2", "EDR-3"]


async def test_a_sender_stays_quarantined_until_somebody_lifts_it(store: Store) -> None:
    held = Quarantined(sender="s1", case="EDR-1", at=AT)
    assert await store.marks.quarantined("s1") is None
    await store.marks.quarantine(held)
    await store.marks.quarantine(held)
    assert await store.marks.quarantined("s1") == held
    assert await store.marks.quarantined("s2") is None
    assert await store.marks.lift("s1", "ada", AT)
    assert await store.marks.quarantined("s1") is None
    assert not await store.marks.lift("s1", "ada", AT)
    again = Quarantined(sender="s1", case="EDR-2", at=AT)
    await store.marks.quarantine(again)
    assert await store.marks.quarantined("s1") == again
