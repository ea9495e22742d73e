"""Whoever declares again because an answer was lost is offered the case that may already exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.desk import Declaration, Declared
from tests.world import ANSWERS, World


async def declared(world: World, account: str, key: str, person: str = "esc-dara", **changes: Any) -> Declared:
    answers = {**ANSWERS, "account": account}
    given = {"slug": "edr", "answers": answers, "key": f"{account}/{key}", "channel": "slack", "another": False}
    return await world.desk.declare(person, Declaration(**{**given, **changes}))


async def test_the_same_person_kind_and_account_is_offered_and_opens_nothing(world: World) -> None:
    account = world.fresh_account()
    first = await declared(world, account, "one")
    again = await declared(world, account, "two")
    assert (again.case, again.new, again.offered) == (first.case, False, True)
    assert (await world.look(first.case)).case == first.case
    assert (await declared(world, account, "one")) == Declared(case=first.case, new=False)


async def test_whoever_says_that_it_is_another_one_gets_another_one(world: World) -> None:
    account = world.fresh_account()
    first = await declared(world, account, "one")
    other = await declared(world, account, "two", another=True)
    assert other.new
    assert other.case != first.case
    assert (await declared(world, account, "three")).case == other.case  # the newest is the likeliest


async def test_somebody_elses_another_account_and_a_drill_are_other_cases(world: World) -> None:
    account = world.fresh_account()
    first = await declared(world, account, "one")
    others = [
        await declared(world, account, "two", person="esc-eli"),
        await declared(world, world.fresh_account(), "three"),
        await declared(world, account, "four", drill=True),
    ]
    assert all(each.new and not each.offered for each in others)
    assert first.case not in {each.case for each in others}


async def test_a_case_that_was_never_opened_is_not_offered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk died between remembering and starting."""
    account = world.fresh_account()
    declarer = world.declarer
    with monkeypatch.context() as patched:
        patched.setattr(declarer, "open", None)
        with pytest.raises(TypeError):
            await declared(world, account, "lost")
    again = await declared(world, account, "two")
    assert (again.new, again.offered) == (True, False)
    assert (await declared(world, account, "three")).case == again.case


async def test_after_ten_minutes_it_is_another_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = world.fresh_account()
    first = await declared(world, account, "one")
    for minutes, offered in ((9, True), (11, False)):
        later = datetime.now(UTC) + timedelta(minutes=minutes)
        monkeypatch.setattr(world.declarer, "_now", lambda later=later: later)
        again = await declared(world, account, f"after {minutes}")
        assert again.offered is offered
        assert (again.case == first.case) is offered


async def test_what_is_remembered_waits_for_nobody_and_says_nothing(world: World) -> None:
    account = world.fresh_account()
    await declared(world, account, "one")
    assert await world.records.inbox.pending() == []
