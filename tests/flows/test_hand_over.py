"""A case passes from shift to shift: it is nobody's in between, and nothing that was open is forgotten."""

from __future__ import annotations

import pytest

from domain.acts import Accept, Decline, HandOver, Take, Withdraw
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import Rehearsal
from domain.people import Role
from domain.state import State, Status
from domain.timeline import Kind
from tests.world import Case, World

US, US_MANAGER, AU, AU_MANAGER, COMMANDER = "esc-dara", "dut-hana", "esc-eli", "dut-ivo", "inc-lena"


async def at_hand_over(world: World, to: str = "au", rehearsal: Rehearsal | None = None) -> Case:
    """A case that its owner in the US offers to another office, with a call that nobody has made yet."""
    case = await world.declare(US, rehearsal=rehearsal)
    await case.act(US, "", Take())
    await case.open("call-back")
    promises = await world.desk.keep(US, case.id, EvidenceKind.ARTEFACT, "SYNTHETIC: an answer by six")
    await case.act(US, "", HandOver(to=to, promises=promises))
    return case


def owner(state: State) -> str:
    return state.owner.person if state.owner else ""


@pytest.mark.parametrize(
    "every_verb", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["one run", "continued as new"]
)
async def test_a_hand_over_carries_what_is_open_and_is_complete_when_it_is_accepted(
    world: World, every_verb: bool
) -> None:
    case = await at_hand_over(world, rehearsal=Rehearsal(every_verb=every_verb))
    offered = (await case.state()).hand_overs["hand-over/1"]
    assert any("call-back" in key for key in offered.carried.tasks)
    assert offered.carried.promises is not None
    assert set(offered.carried.waits_on) == {*offered.carried.tasks, *offered.carried.gates}
    assert owner(await case.state()) == US
    await case.act(AU, "hand-over", Accept())
    assert owner(await case.state()) == AU
    assert (await case.noted(Kind.HAND_OVER, "accepted")).who == AU


async def test_only_the_office_that_is_offered_a_case_is_called_and_may_answer(world: World) -> None:
    case = await at_hand_over(world)
    await case.until(lambda state: bool(state.hand_overs["hand-over/1"].called))
    people = (await world.ports.directory.current()).people
    called = (await case.state()).hand_overs["hand-over/1"].called
    assert {each.country for each in people if each.id in called} == {"AU"}
    with pytest.raises(HoldfastError) as refused:
        await case.act("les-ben", "hand-over", Accept())
    assert refused.value.code is Code.NOT_SEATED
    with pytest.raises(HoldfastError) as own:
        await case.act(US, "hand-over", Accept())
    assert own.value.code is Code.EXCLUDED


async def test_a_declined_hand_over_climbs_at_once_and_stays_with_its_owner(world: World) -> None:
    case = await at_hand_over(world)
    await case.act(AU, "hand-over", Decline(code="too-much-open"))
    state = await case.until(
        lambda state: bool(state.hand_overs.get("hand-over/2") and state.hand_overs["hand-over/2"].called)
    )
    assert state.hand_overs["hand-over/1"].status is Status.CANNOT
    assert owner(state) == US
    await case.act(US_MANAGER, "hand-over", Accept())
    assert owner(await case.state()) == US_MANAGER


async def test_a_hand_over_that_nobody_answers_climbs_to_the_incident_commander(world: World) -> None:
    case = await at_hand_over(world)
    for _ in range(3):
        await case.later(minutes=10, seconds=1)
    state = await case.until(lambda state: COMMANDER in state.hand_overs["hand-over/1"].called)
    assert owner(state) == US
    await case.act(COMMANDER, "hand-over", Accept())
    assert owner(await case.state()) == COMMANDER


async def test_an_offer_can_be_withdrawn_and_one_is_open_at_a_time(world: World) -> None:
    case = await at_hand_over(world)
    with pytest.raises(HoldfastError) as second:
        await case.act(US, "", HandOver(to="uk"))
    assert second.value.code is Code.NOT_OPEN
    await case.act(US, "hand-over", Withdraw())
    await case.act(US, "", HandOver(to="uk"))
    assert (await case.state()).hand_overs["hand-over/2"].to == "gb"


async def test_nobody_but_its_owner_or_a_lead_offers_a_case(world: World) -> None:
    case = await world.declare(US)
    await case.act(US, "", Take())
    with pytest.raises(HoldfastError) as refused:
        await case.act("les-ada", "", HandOver(to="uk"))
    assert refused.value.code is Code.NOT_SEATED
    with pytest.raises(HoldfastError) as nowhere:
        await case.act(US, "", HandOver(to=" "))
    assert nowhere.value.code is Code.INVALID
    await case.act(Role.DUTY_MANAGER, "", HandOver(to="uk"))
