"""People who were exposed are offered a talk within 72 hours, and nobody else learns who they are."""

from __future__ import annotations

import pytest

from domain.acts import Done
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.timeline import Kind
from tests.flows.reviews import decided_case
from tests.world import World


async def test_only_the_wellbeing_lead_sees_who_was_exposed_and_offers_until_everybody_was_asked(world: World) -> None:
    case = await decided_case(world)
    care = case.wellbeing
    await case.review.until(lambda state: "review/start_wellbeing/1" in state.journal)
    task = await care.open("offer-a-talk")
    people = task.card["about"]["people"]
    assert people >= 4  # who declared, verified, assessed and decided
    lead = await world.someone(Role.WELLBEING)
    names = world.reference((await care.state()).journal["review/find_exposed/1"]["names"])
    listed = (await world.desk.document(lead, care.id, names)).decode()
    assert "Example" in listed
    for role in (Role.DUTY_MANAGER, Role.GENERAL_COUNSEL, Role.INCIDENT_COMMANDER, Role.AUDITOR):
        other = await world.someone(role)
        for look in (world.desk.show(other, care.id), world.desk.timeline(other, care.id)):
            with pytest.raises(HoldfastError) as refused:
                await look
            assert refused.value.code is Code.UNKNOWN_CASE
        for asked_with in (care.id, case.id, case.review.id):
            with pytest.raises(HoldfastError):
                await world.desk.document(other, asked_with, names)
        assert care.id not in [each.case for each in await world.desk.cases(other)]
    assert care.id in [each.case for each in await world.desk.cases(lead)]
    # The lead is silent: called each day, overdue after 72 hours, with a count and no name.
    await care.later(hours=73)
    await care.noted(Kind.OVERDUE)
    await care.act(lead, "offer-a-talk", Done(result={"offered": people - 1, "taken": 1, "declined": people - 2}))
    again = await care.open("offer-a-talk/2")
    assert again.card["about"]["people"] == 1
    await care.act(lead, "offer-a-talk/2", Done(result={"offered": 1, "declined": 1}))
    await care.later(days=14, hours=1)
    await care.result()
    everybody = [each for each in (await world.ports.directory.current()).people if each.id != lead]
    for told in (await care.timeline(), await case.review.timeline()):
        offered = str([each for each in told if each.code in ("wellbeing-offered",) or each.kind is Kind.OVERDUE])
        assert not [each for each in everybody if each.name in str(told) or each.id in offered]
    assert not [each for each in await case.timeline() if "wellbeing" in str(each)]
