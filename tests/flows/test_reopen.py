"""A closed case goes on as a new one: linked on both sides, opened once however often it is pressed."""

from __future__ import annotations

import asyncio

import pytest

from domain.desk import Reopen
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.timeline import Kind
from tests.flows.scenarios import SCENARIOS
from tests.world import Case, World


@pytest.fixture(scope="module")
async def closed(world: World) -> Case:
    case = await SCENARIOS["deny then refuse"].open(world)
    await SCENARIOS["deny then refuse"].play(case)
    await case.result()
    return case


async def test_two_people_who_reopen_at_once_get_the_same_linked_case(world: World, closed: Case) -> None:
    people = [await world.someone(role) for role in (Role.DUTY_MANAGER, Role.ESCALATION_SPECIALIST)]
    first, second = await asyncio.gather(
        *(world.desk.reopen(who, Reopen(case=closed.id.lower(), code="new-harm")) for who in people)
    )
    assert first.case == second.case != closed.id
    assert [first.new, second.new].count(True) == 1
    new = Case(world, first.case, closed.account)
    state, before = await new.state(), await world.desk.show(people[0], closed.id)
    assert (state.reopens, before.reopened_as) == (closed.id, new.id)
    assert state.facts == before.facts
    told = await new.noted(Kind.REOPENED, "new-harm")
    assert told.subject == closed.id
    assert (await closed.noted(Kind.REOPENED, "new-harm")).subject == new.id
    # Its intake is its own: the one case's key does not open the other's.
    opened = await world.ports.vault.find(new.id, "intake")
    assert opened is not None
    assert b"SYNTHETIC" in await world.ports.vault.get(new.id, opened)
    await new.verified()
    assert (await world.desk.reopen(people[0], Reopen(case=closed.id, code="appeal-upheld"))).case == new.id


async def test_an_open_case_a_wrong_reason_and_a_person_who_may_not_are_refused(world: World, closed: Case) -> None:
    duty, running = await world.someone(Role.DUTY_MANAGER), await world.declare()
    for who, case, code, why in (
        (duty, running.id, "new-harm", Code.STILL_RUNNING),
        (duty, closed.id, "because", Code.REASON_REQUIRED),
        (duty, f"{closed.id}/review", "new-harm", Code.STILL_RUNNING),
        (await world.someone(Role.ENGINEER), closed.id, "new-harm", Code.NOT_ALLOWED),
        (await world.someone(Role.GENERAL_COUNSEL), "EDR-XXXXX-XXXXX", "new-harm", Code.NOT_ALLOWED),
        (duty, "EDR-XXXXX-XXXXX", "new-harm", Code.UNKNOWN_CASE),
    ):
        with pytest.raises(HoldfastError) as refused:
            await world.desk.reopen(who, Reopen(case=case, code=code))
        assert refused.value.code is why, case
