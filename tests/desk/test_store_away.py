"""A store that is away for a moment: people are told just that, and what was sent is still answered."""

from __future__ import annotations

import pytest

from domain.acts import Take
from domain.desk import Doing
from domain.errors import Code, HoldfastError
from domain.people import Role
from integrations.store.cases import SqlCases
from tests.world import World


async def test_a_case_that_cannot_be_read_now_is_never_no_such_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await world.declare()
    await case.open("call-back")
    stranger = await world.someone(Role.POLICY)
    with pytest.raises(HoldfastError) as refused:
        await world.desk.show(stranger, case.id)
    assert refused.value.code is Code.UNKNOWN_CASE

    async def away(self: SqlCases, case: str) -> bytes | None:
        raise HoldfastError(Code.TRANSIENT, "store")

    monkeypatch.setattr(SqlCases, "copy", away)
    for person in (stranger, await world.someone(Role.INCIDENT_COMMANDER)):
        with pytest.raises(HoldfastError) as refused:
            await world.desk.show(person, case.id)
        assert refused.value.code is Code.TRANSIENT


async def test_an_act_is_answered_although_the_store_was_away_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await world.declare()
    await case.open("call-back")
    real, looks = SqlCases.copy, iter(range(100))

    async def away_now_and_then(self: SqlCases, case: str) -> bytes | None:
        if next(looks) in (1, 2, 3):  # the first look is made before the act is sent
            raise HoldfastError(Code.TRANSIENT, "store")
        return await real(self, case)

    monkeypatch.setattr(SqlCases, "copy", away_now_and_then)
    who = await world.someone(Role.ESCALATION_SPECIALIST)
    recorded = await world.desk.act(who, Doing(id="while-away", case=case.id, act=Take()))
    assert recorded.status == "open"
    assert next(looks) > 4
