"""Proofs and waiting presses in the store: each ends once, and none is lost from sight."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from domain.stepping import LINK_LASTS, Intent, IntentState, StepUp
from integrations.store import Store

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def intent(link: str, minutes: float = 0, **more: str) -> Intent:
    given = {"person": "ada", "case": "EDR-1", "subject": "notify/release/1", "doing": f"ada:{link}", **more}
    return Intent(
        link=link, nonce="n", digest="d", said="s", body=b"sealed", at=AT + timedelta(minutes=minutes), **given
    )


async def test_the_last_proof_of_each_person_is_kept(store: Store) -> None:
    assert await store.intents.step_up("ada") is None
    for minutes in (0, 5):
        step = StepUp(person="ada", way="development", at=AT + timedelta(minutes=minutes))
        await store.intents.stepped_up(step)
        assert await store.intents.step_up("ada") == step
    assert await store.intents.step_up("bob") is None


async def test_a_press_is_kept_once_as_it_was_first_pressed(store: Store) -> None:
    first = await store.intents.keep(intent("a"))
    assert await store.intents.keep(intent("a", 3)) == first == await store.intents.intent("a")
    assert await store.intents.intent("z") is None


async def test_a_newer_press_takes_the_place_of_the_same_persons_older_ones_on_that_subject(store: Store) -> None:
    for each in (intent("a"), intent("b", person="bob"), intent("c", case="EDR-2"), intent("d", 1)):
        await store.intents.keep(each)
    found = {each: await store.intents.intent(each) for each in "abcd"}
    states = {link: (each.state.value, each.code) for link, each in found.items() if each is not None}
    assert states == {"a": ("void", "newer"), "b": ("open", ""), "c": ("open", ""), "d": ("open", "")}


async def test_an_end_is_an_end(store: Store) -> None:
    await store.intents.keep(intent("a"))
    ended = await asyncio.gather(*(store.intents.end("a", state) for state in (IntentState.USED, IntentState.EXPIRED)))
    assert sorted(ended) == [False, True]
    await store.intents.decided("ada", "EDR-1", "notify/release/1", "ada:z")
    found = await store.intents.intent("a")
    assert found is not None
    assert found.state in (IntentState.USED, IntentState.EXPIRED)


async def test_a_decision_uses_the_press_that_it_came_from_and_voids_the_others(store: Store) -> None:
    for each in (intent("a", subject="other"), intent("b")):
        await store.intents.keep(each)
    await store.intents.decided("ada", "EDR-1", "notify/release/1", "ada:b")
    await store.intents.decided("ada", "EDR-1", "other", "ada:b2")
    found = [await store.intents.intent(each) for each in "ab"]
    assert [(each.state.value, each.code) for each in found if each] == [("void", "decided"), ("used", "")]


async def test_what_is_late_stays_in_sight_until_its_person_was_told(store: Store) -> None:
    await store.intents.keep(intent("a"))
    await store.intents.keep(intent("b", 4, person="bob"))
    now = AT + LINK_LASTS
    assert [each.link for each in await store.intents.late(now - LINK_LASTS)] == ["a"]
    await store.intents.end("a", IntentState.EXPIRED, "expired")
    assert [(each.link, each.state) for each in await store.intents.late(AT)] == [("a", IntentState.EXPIRED)]
    await store.intents.told("a", now)
    assert list(await store.intents.late(AT)) == []
