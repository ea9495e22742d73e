"""Silence climbs, reaches only people who may decide, and decides nothing outside its family."""

from __future__ import annotations

import pytest

from domain.acts import Approve, AskToStandDown, Cannot, Deny, Done, Retry, Take
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.timeline import Kind
from integrations.simulator.faults import Fault
from tests.world import World


async def test_every_rung_of_a_silent_release_is_called_and_nothing_leaves(world: World) -> None:
    case = await world.declare()
    verifier, _ = await case.verified()
    await case.open("release")
    for _ in range(12):
        await case.later(minutes=5, seconds=1)
    state = await case.until(lambda state: state.gates["notify/release/1"].rungs >= 5)
    assert state.gates["notify/release/1"].open
    assert not world.packages(case.id)
    # The requester heard that we are at work, and nothing else.
    assert len(world.letters(case.id)) == 1
    called = {page.person for page in world.sims.pager.pages if page.case == case.id and page.kind == "gate"}
    people = (await world.ports.directory.current()).people
    able = {each.id for each in people if {Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER} & set(each.roles)}
    assert called
    assert called <= able - {verifier}
    await case.act(Role.LEGAL, "release", Deny(code="unverified"))
    await case.act(Role.LEGAL, "refuse", Approve())
    await case.act(verifier, "refuse", Approve())
    assert (await case.result()).outcome is Outcome.REFUSED


async def test_a_mail_relay_that_is_down_keeps_nobody_from_being_called(world: World) -> None:
    """The holding letter fails and asks a person; the gate goes on climbing beside it."""
    case = await world.declare()
    await case.verified()
    await case.open("release")
    world.sims.mail.faults.add(Fault(kind="status", value=550, times=None))
    try:
        for _ in range(8):
            await case.later(minutes=5, seconds=1)
        await case.open("send_holding/1!")
        before = (await case.state()).gates["notify/release/1"].rungs
        for _ in range(2):
            await case.later(minutes=15, seconds=1)
        await case.until(lambda state: state.gates["notify/release/1"].rungs > before)
    finally:
        world.sims.mail.faults.clear()
    await case.act(Role.ENGINEER, "send_holding/1!", Retry())
    await case.act(Role.LEGAL, "release/1", Approve())
    await case.act(Role.DUTY_MANAGER, "release/1", Approve())
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED


@pytest.mark.parametrize(
    "every_verb", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["one run", "continued as new"]
)
async def test_protect_may_be_decided_alone_from_the_third_rung_and_is_then_ratified(
    world: World, every_verb: bool
) -> None:
    case = await world.declare(rehearsal=Rehearsal(every_verb=every_verb))
    assessor = await world.someone(Role.ESCALATION_SPECIALIST)
    await case.act(assessor, "", Take())
    await case.act(Role.LE_SPECIALIST, "call-back", Cannot(code="nobody-answered"))
    await case.act(assessor, "assess-emergency", Done(result={"real": True}))
    legal = await world.someone(Role.LEGAL)
    await case.act(legal, "protect/1", Approve())
    assert (await case.state()).gates["notify/protect/1"].open
    while (await case.state()).gates["notify/protect/1"].rungs < 3:
        await case.later(minutes=5, seconds=1)
    # The yes of the first minutes was one of two: deciding alone is said anew, knowing that it is alone.
    assert (await case.state()).gates["notify/protect/1"].open
    await case.act(legal, "protect/1", Approve())
    await case.act(assessor, "call-desk", Done(result={"taken": True}, artefact=await case.record()))
    await case.open("+ratify")
    called = (await case.state()).gates["notify/protect/1+ratify"].rungs
    for _ in range(2):
        await case.later(minutes=6)
    await case.until(lambda state: state.gates["notify/protect/1+ratify"].rungs > called)
    await case.act(Role.DUTY_MANAGER, "+ratify", Approve())
    assert (await case.result()).outcome is Outcome.PROTECTED


async def test_a_silent_ratification_leaves_what_was_done_and_goes_on_calling(world: World) -> None:
    case = await world.declare(slug="rehearsed_containment")
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    await case.open("ratify-hide")
    for _ in range(4):
        await case.later(minutes=20, seconds=1)
    state = await case.until(lambda state: state.gates["contain/ratify-hide/1"].rungs >= 4)
    assert state.gates["contain/ratify-hide/1"].open
    assert world.sims.platform.account(case.account).state == "hidden"
    await case.act(Role.ESCALATION_SPECIALIST, "tell-policy", Done())
    await case.act(Role.ESCALATION_SPECIALIST, "look-at-content", Done(result={"delete": False}))
    await case.act(Role.INCIDENT_COMMANDER, "ratify-hide", Deny(code="wrong-account"))
    assert (await case.result()).outcome is Outcome.COMPLETED
    assert world.sims.platform.account(case.account).state == "active"


async def test_a_refused_or_silent_stand_down_lets_the_incident_go_on(world: World) -> None:
    case = await world.declare()
    await case.open("call-back")
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Deny(code="no"))
    await case.until(lambda state: not state.stand_down_asked)
    # Asked again, and nobody answers: at the end of the ladder the incident simply goes on.
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.open("stand-down")
    while (await case.state()).stand_down_asked:
        await case.later(minutes=10)
    assert (await case.state()).status.value == "open"


async def test_a_raw_cancel_that_is_denied_changes_nothing_but_the_timeline(world: World) -> None:
    case = await world.declare()
    await case.open("call-back")
    await case.handle.cancel()
    await case.noted(Kind.CANCEL_ASKED)
    await case.act(Role.DUTY_MANAGER, "stand-down", Deny(code="no"))
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED


async def test_where_the_pager_fails_mail_is_tried_and_where_all_fails_the_gate_says_unpaged(world: World) -> None:
    case = await world.declare()
    await case.verified()
    world.sims.pager.faults.add(Fault(kind="status", value=403, times=None))
    try:
        await case.open("release")
        await case.later(minutes=5, seconds=1)
        await case.until(lambda state: state.gates["notify/release/1"].rungs >= 2)
        await world.sims.mail.until(
            lambda: any(
                case.id in each.subject and each.to[0].endswith("@example.com") for each in world.sims.mail.messages
            )
        )
        world.sims.mail.faults.add(Fault(kind="status", value=550, times=None))
        await case.later(minutes=5, seconds=1)
        await case.until(lambda state: state.gates["notify/release/1"].unpaged)
    finally:
        world.sims.pager.faults.clear()
        world.sims.mail.faults.clear()
    await case.noted(Kind.UNPAGED)
    await case.later(minutes=15, seconds=1)
    await case.until(lambda state: not state.gates["notify/release/1"].unpaged)
