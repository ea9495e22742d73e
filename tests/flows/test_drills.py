"""A drill can never reach anything real, whoever declares it and however."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from activities.disclosure import Disclosing, SendHolding
from activities.step import Place
from domain.errors import Code, HoldfastError
from tests.world import World, open_declarer


async def test_a_deployment_with_real_outside_parties_refuses_to_open_a_drill(world: World) -> None:
    real = open_declarer(world.settings.model_copy(update={"stand_ins": False}), world)
    world.desk._declarer, kept = real, world.desk._declarer
    try:
        with pytest.raises(HoldfastError) as caught:
            await world.declare(drill=True)
    finally:
        world.desk._declarer = kept
    assert caught.value.code is Code.NOT_ALLOWED


async def test_a_step_that_lets_something_leave_refuses_a_drill_where_parties_are_real(world: World) -> None:
    ports = world.ports
    leaving = Disclosing(
        platform=ports.platform,
        portal=ports.portal,
        mail=ports.mail,
        vault=ports.vault,
        ledger=ports.ledger,
        directory=ports.directory,
        trusted=ports.trusted,
        key=ports.key,
    )
    place = Place(case="EDR-00000-00000", key="notify/send_holding/1", at=datetime.now(UTC), drill=True)
    with pytest.raises(HoldfastError) as caught:
        leaving._not_for_real(SendHolding(place=place))
    assert caught.value.code is Code.GUARD


async def test_a_drill_plays_where_every_party_is_a_stand_in(world: World) -> None:
    case = await world.declare(drill=True)
    assert (await case.state()).drill
