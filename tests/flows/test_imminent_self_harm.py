"""Imminent self-harm, played to its ends on the real server, in one run and continued as new after every verb."""

from __future__ import annotations

import asyncio

import pytest

from domain.acts import Approve, Deny, Done, Take
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.severity import Severity
from domain.timeline import Kind
from integrations.simulator.faults import Fault
from tests.flows.histories_check import quiet_tasks
from tests.flows.scenarios import Scenario
from tests.flows.selfharm import FACTS, HIDDEN, SCENARIOS, TRIGGERS, effects_of, looked
from tests.world import Case, World

LONG = (
    "not live and a desk is called",
    "the stream is cut",
    "the stream is kept and help is there",
    "not imminent",
    "stood down after a cut",
    "the stream was cut wrongly",
    "the stream was kept wrongly",
)


async def played(world: World, scenario: Scenario, rehearsal: Rehearsal) -> Case:
    case = await scenario.open(world, rehearsal)
    async with asyncio.timeout(60):
        await scenario.play(case)
    report = await case.result(60)
    assert (report.outcome, report.code) == (scenario.outcome, scenario.code)
    assert effects_of(case) == scenario.effects
    assert quiet_tasks(await case.handle.fetch_history()) == []
    return case


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_case_ends_as_its_procedure_says_and_the_world_saw_just_that(world: World, name: str) -> None:
    case = await played(world, SCENARIOS[name], Rehearsal())
    timeline = await case.timeline()
    assert [each.code for each in timeline if each.kind is Kind.TRIGGER] == TRIGGERS.get(name, [])
    assert (await world.desk.audit(await world.someone(Role.AUDITOR))).ok
    # What identifies stays in the vault: neither our records nor what we sent to anybody has it.
    pages = [each.model_dump_json() for each in world.sims.pager.pages if each.case == case.id]
    mails = [each.model_dump_json() for each in world.sims.mail.messages if case.id in each.subject]
    shown = [each.model_dump_json() for each in world.sims.platform.account(case.account).notices]
    said = [(await case.state()).model_dump_json(), *(each.model_dump_json() for each in timeline)]
    assert pages
    for words in HIDDEN.values():
        assert not [text for text in (*said, *pages, *mails, *shown) if words in text]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.soak] if name in LONG else []) for name in SCENARIOS]
)
async def test_continuing_as_new_after_each_verb_ends_the_same(world: World, name: str) -> None:
    case = await played(world, SCENARIOS[name], Rehearsal(every_verb=True))
    assert (await case.state()).turnovers >= 2


async def test_help_waits_for_nothing_of_ours(world: World) -> None:
    """Preservation fails, nobody chooses about the stream, nobody ratifies: the desk is called all the same."""
    account = world.fresh_account()
    world.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="status", value=409))
    world.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/notices", kind="reply_lost"))
    case = await world.declare(slug="ish", account=account, live=True, **FACTS)
    await case.open("snapshot_account/1!")
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    seen = {"named": ("place",), "signs": "attempt", "alerted": "no"}
    await case.act(Role.ESCALATION_SPECIALIST, "assess-triad", Done(result=seen))
    await case.act(Role.LE_SPECIALIST, "locate", Done(result={"country": "US", "source": "last-login"}))
    await case.act(Role.ESCALATION_SPECIALIST, "/welfare/1", Approve())
    await case.act(Role.DUTY_MANAGER, "/welfare/1", Approve())
    await case.open("call-for-welfare")
    state = await case.state()
    assert sorted(item.id for item in state.gates["notify/welfare/1"].card.items) == [
        "email", "last_login_at", "last_login_ip", "name", "phone", "signup_ip",
    ]  # fmt: skip
    assert {key for key, each in state.gates.items() if each.open} == {
        "contain/reach.keep-limits/1",
        "contain/stream.cut-stream/1",
    }
    # The platform's answer was lost once: the step was tried again, and the person saw the message once.
    await case.until(lambda state: any("show_resources" in key for key in state.journal))
    assert len(world.sims.platform.account(account).notices) == 1
    assert not world.sims.platform.account(account).cut


async def test_a_case_that_looked_mild_is_grave_when_nobody_says_otherwise(world: World) -> None:
    case = await world.declare(slug="ish", named=["none"], signs="ideation", country="US")
    assert (await case.state()).severity is Severity.P2
    await case.open("assess-triad")
    await case.later(minutes=5, seconds=1)
    await case.open("/welfare/1")
    state = await case.state()
    assert state.severity is Severity.P0
    assert state.gates["notify/welfare/1"].card.findings[0].because == ("nobody-assessed",)


async def test_from_the_third_rung_counsel_sends_help_alone_and_is_ratified(world: World) -> None:
    case = await world.declare(slug="ish", **FACTS)
    await looked(case)
    await case.open("/welfare/1")
    while (await case.state()).gates["notify/welfare/1"].rungs < 3:
        await case.later(minutes=5, seconds=1)
    await case.act(Role.LEGAL, "/welfare/1", Approve())
    record = await case.record()
    await case.act(Role.ESCALATION_SPECIALIST, "call-for-welfare", Done(result={"taken": True}, artefact=record))
    await case.act(Role.DUTY_MANAGER, "welfare/1+ratify", Approve())
    assert (await case.state()).gates["notify/welfare/1"].alone


async def test_where_no_desk_of_ours_serves_a_person_finds_who_can_help(world: World) -> None:
    case = await world.declare(slug="ish", **{**FACTS, "country": "IE"})
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    seen = {"named": ("time",), "signs": "intent", "alerted": "no"}
    await case.act(Role.ESCALATION_SPECIALIST, "assess-triad", Done(result=seen))
    await case.act(Role.LE_SPECIALIST, "locate", Done(result={"country": "IE", "source": "phone-country"}))
    await case.act(Role.DUTY_MANAGER, "other-help", Done(result={"by": "crisis-partner"}, artefact=await case.record()))
    await case.until(lambda state: "notify/wait-day/1" in state.deadlines)
    assert "Samaritans: 116 123" in world.sims.platform.account(case.account).notices[0].text


async def test_limits_that_were_not_needed_are_taken_back(world: World) -> None:
    case = await world.declare(slug="ish", **{**FACTS, "named": ["none"], "signs": "recovery"})
    await looked(case, named=("none",), signs="recovery", limits=Deny(code="not-needed"))
    await case.until(lambda state: "contain/reach.keep-limits/1" in state.journal)
    assert not world.sims.platform.account(case.account).limited
    await case.act(Role.ESCALATION_SPECIALIST, "give-back", Done(result={"lift": "later-by-policy"}))
    await case.act(Role.WELLBEING, "care-for-staff", Done())
    report = await case.result()
    assert (report.outcome, report.code) == (Outcome.COMPLETED, "resources-shown")
    assert not world.sims.platform.account(case.account).limited
