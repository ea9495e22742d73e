"""The straight path of an emergency data request, and every way to decide a release."""

from __future__ import annotations

from domain.incident import Outcome
from domain.people import Role
from tests.world import Approve, World


async def test_a_confirmed_request_is_released_by_two_people_and_followed_up(world: World) -> None:
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.followed_up()
    report = await case.result()
    assert report.outcome is Outcome.DISCLOSED
    assert (await world.desk.audit(await world.someone(Role.AUDITOR))).ok
