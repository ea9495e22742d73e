"""The choice about a live stream: one person chooses, with a reason; nobody is chosen for; others ratify or turn it."""

from __future__ import annotations

import pytest

from domain.acts import Amend, Approve, AskToStandDown, Deny, Done
from domain.errors import Code, HoldfastError
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.state import Status
from domain.timeline import Kind
from tests.flows.selfharm import CUT, FACTS, KEEP, ended, looked
from tests.world import Case, World

GATE = "contain/stream.cut-stream/1"


async def live(world: World) -> Case:
    case = await world.declare(slug="ish", live=True, **FACTS)
    await case.open("cut-stream")
    return case


async def test_silence_calls_on_and_cuts_nothing_and_a_responder_may_choose_after_three_minutes(world: World) -> None:
    case = await live(world)
    with pytest.raises(HoldfastError) as early:
        await case.act(Role.ESCALATION_SPECIALIST, "cut-stream/1", CUT)
    assert early.value.code is Code.NOT_SEATED
    for _ in range(5):
        await case.later(minutes=3, seconds=1)
    state = await case.until(lambda state: state.gates[GATE].rungs >= 5)
    assert state.gates[GATE].open
    assert not world.sims.platform.account(case.account).cut
    await case.act(Role.ESCALATION_SPECIALIST, "cut-stream/1", CUT)
    await case.open("cut-stream/1+ratify")
    assert world.sims.platform.account(case.account).cut


async def test_a_late_ratification_is_said_aloud_and_may_still_turn_the_choice_round(world: World) -> None:
    case = await live(world)
    await case.act(Role.DUTY_MANAGER, "cut-stream/1", CUT)
    await looked(case, named=("none",), signs="ideation")
    await case.open("cut-stream/1+ratify")
    for _ in range(3):
        await case.later(minutes=21)
    assert (await case.noted(Kind.DEVIATION, "ratified-late")).subject == f"{GATE}+ratify"
    state = await case.until(lambda state: f"late-{GATE}+ratify" in state.journal)
    assert state.gates[f"{GATE}+ratify"].open
    assert world.sims.platform.account(case.account).cut
    await case.act(Role.INCIDENT_COMMANDER, "cut-stream/1+ratify", Deny(code="wrong-choice"))
    await case.until(lambda state: f"{GATE}+ratify" in state.journal)
    assert not world.sims.platform.account(case.account).cut


async def test_both_choices_need_a_reason_and_who_chose_does_not_ratify(world: World) -> None:
    case = await live(world)
    for bare in (Approve(), Approve(code="keeps-contact"), Deny(code=""), Deny(code="graphic")):
        with pytest.raises(HoldfastError) as refused:
            await case.act(Role.DUTY_MANAGER, "cut-stream/1", bare)
        assert refused.value.code is Code.REASON_REQUIRED
    manager = await world.someone(Role.DUTY_MANAGER)
    await case.act(manager, "cut-stream/1", KEEP)
    with pytest.raises(HoldfastError) as barred:
        await case.act(manager, "cut-stream/1+ratify", Approve())
    assert barred.value.code is Code.EXCLUDED
    other = await world.someone(Role.DUTY_MANAGER, but=[manager])
    await case.act(other, "cut-stream/1+ratify", Approve())
    assert not world.sims.platform.account(case.account).cut
    assert (await case.noted(Kind.REVIEW, "started")).subject == ""


async def test_who_goes_live_after_the_declaration_gets_the_same_choice_and_the_case_waits_for_it(world: World) -> None:
    case = await world.declare(slug="ish", rehearsal=Rehearsal(every_verb=True), **FACTS)
    await looked(case, named=("none",), signs="ideation")
    assert GATE not in (await case.state()).gates
    await case.act(Role.ESCALATION_SPECIALIST, "", Amend(facts={"live": True}, code="went-live"))
    await case.open("cut-stream")
    await ended(case)
    await case.until(lambda state: bool(state.outcome and state.review))
    await case.later(minutes=4)
    state = await case.state()
    assert (state.status, state.gates[GATE].open) == (Status.OPEN, True)
    # The stream ended by itself. What was begun is still somebody's to choose, in every run that follows.
    await case.act(Role.ESCALATION_SPECIALIST, "", Amend(facts={"live": False}, code="stream-ended"))
    runs = (await case.state()).turnovers
    await case.act(Role.DUTY_MANAGER, "cut-stream/1", KEEP)
    await case.until(lambda state: state.turnovers > runs)
    await case.act(Role.INCIDENT_COMMANDER, "cut-stream/1+ratify", Approve())
    await case.act(Role.ESCALATION_SPECIALIST, "hunt-copies", Done(result={"copies": 0}))
    assert (await case.result()).outcome is Outcome.COMPLETED


async def test_what_nobody_chose_is_not_done_by_standing_down_nor_after_it(world: World) -> None:
    case = await live(world)
    await case.until(lambda state: any("limit_reach" in key for key in state.journal))
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())
    assert (await case.result()).outcome is Outcome.STOOD_DOWN
    account = world.sims.platform.account(case.account)
    assert (account.cut, account.limited) == (False, False)
    assert [each.account for each in world.sims.platform.receipts].count(case.account) == 1
    assert not [each for each in await case.timeline() if each.kind is Kind.EFFECT and "cut_stream" in each.subject]
