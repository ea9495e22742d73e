"""Clocks on the real server: they warn, breach, stand still and go on, and a case with a duty in law does not close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.acts import Approve, AskToStandDown, AskToToll, ByHand, Cannot, ClockMet, Deny, Done, Resume, Take
from domain.clocks import ClockRecord, ClockStatus
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.state import State, Status
from domain.timeline import Entry, Kind
from tests.flows.histories_check import quiet_tasks
from tests.world import Case, World

ALL = [(kind, percent) for kind in ("internal", "statutory") for percent in (50, 75, 90, 100)]


def only(state: State) -> ClockRecord:
    return next(iter(state.clocks.values()))


async def clock_of(case: Case) -> ClockRecord:
    return only(await case.until(lambda state: bool(state.clocks)))


async def entries(case: Case) -> list[Entry]:
    """What the ledger says of clocks, once everything noted so far is in it."""
    await case.until(lambda state: not state.pending)
    return [each for each in await case.timeline() if each.kind is Kind.CLOCK]


async def given(case: Case) -> list[tuple[str, int]]:
    """What was warned of or breached, in order: which face, at what percentage."""
    return [
        (str(each.detail["kind"]), int(each.detail["percent"]))
        for each in await entries(case)
        if each.code in ("warned", "breached")
    ]


async def ticking(world: World, rule: str, *, ago: int = 0, rehearsal: Rehearsal | None = None) -> Case:
    """A case whose clock runs; its owner is an escalation specialist."""
    case = await world.declare(slug="rehearsed_clocks", rule=rule, ago=ago, rehearsal=rehearsal)
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    return case


async def duty(case: Case, code: str = "") -> None:
    """The duty is done with its record, or not for this reason."""
    said = Cannot(code=code) if code else Done(artefact=await record(case))
    await case.act(Role.ESCALATION_SPECIALIST, "investigate/duty", said)


async def record(case: Case) -> Any:
    who = await case.world.someone(Role.ESCALATION_SPECIALIST)
    return await case.world.desk.keep(who, case.id, EvidenceKind.ARTEFACT, "SYNTHETIC receipt")


async def on_clock(case: Case, person: Role, act: Any, **changes: Any) -> Any:
    clock = await clock_of(case)
    shown = {"subject": clock.key, "nonce": clock.nonce, "digest": clock.digest}
    return await case.act(person, "", act, **{**shown, **changes})


async def test_both_faces_warn_in_turn_and_breach_and_the_owner_says_what_became_of_it(world: World) -> None:
    case = await ticking(world, "TEST-LAW")
    armed = await case.noted(Kind.CLOCK, "armed")
    clock = await clock_of(case)
    assert armed.subject == clock.key == "clock/TEST-LAW/1"
    assert armed.detail["counsel"] == "confirmed"
    assert armed.detail["next_due"] == (clock.trigger_at + timedelta(minutes=20)).isoformat()
    for _ in range(11):
        await case.later(minutes=10)
    state = await case.until(lambda state: only(state).status is ClockStatus.BREACHED)
    assert sorted(await given(case)) == sorted(ALL)
    called = {each.person for each in world.sims.pager.pages if each.case == case.id and each.kind == "clock"}
    assert await world.someone(Role.GENERAL_COUNSEL) in called
    # A breach ends no duty: it is asked for until somebody kept the record of it.
    await case.open("settle")
    await case.act(Role.ESCALATION_SPECIALIST, "settle", Done(artefact=await record(case)))
    state = await case.until(lambda state: not only(state).owed)
    late = only(state)
    assert (late.status, late.late, late.evidence is not None) == (ClockStatus.BREACHED, True, True)
    met = await case.noted(Kind.CLOCK, "met")
    assert int(met.detail["margin_s"]) < 0
    await duty(case)
    assert (await case.result()).outcome is Outcome.COMPLETED
    assert quiet_tasks(await case.handle.fetch_history()) == []


async def test_a_clock_that_is_met_has_a_margin_and_its_evidence(world: World) -> None:
    case = await ticking(world, "TEST-LAW")
    await clock_of(case)
    await case.later(minutes=30, seconds=1)
    await duty(case)
    assert (await case.result()).outcome is Outcome.COMPLETED
    met = await case.noted(Kind.CLOCK, "met")
    assert 69 * 60 < int(met.detail["margin_s"]) < 70 * 60
    assert "next_due" not in met.detail
    assert met.evidence
    assert await given(case) == [("internal", 50), ("internal", 75)]
    kept = [each for each in await world.records.cases.list(limit=500) if each.case == case.id]
    assert kept[0].clocks == ()


async def test_a_trigger_in_the_past_leaves_what_remains_and_warns_once_as_the_highest_only(world: World) -> None:
    case = await ticking(world, "TEST-LAW", ago=80)
    await case.until(lambda state: only(state).warned == (50, 75) if state.clocks else False)
    await case.noted(Kind.CLOCK, "warned")
    assert sorted(await given(case)) == [("internal", 100), ("statutory", 75)]
    await duty(case, "not-owed")
    assert (await case.result()).outcome is Outcome.COMPLETED
    stopped = await case.noted(Kind.CLOCK, "stopped")
    assert stopped.detail["reason"] == "not-owed"


async def test_a_clock_that_is_due_already_breaches_at_once(world: World) -> None:
    case = await ticking(world, "TEST-LAW", ago=101)
    await case.until(lambda state: bool(state.clocks) and only(state).status is ClockStatus.BREACHED)
    assert sorted(await given(case)) == [("internal", 100), ("statutory", 100)]
    await case.open("settle")
    # Whoever does the duty as the procedure asks has answered the question too.
    await duty(case)
    assert (await case.result()).outcome is Outcome.COMPLETED
    state = await case.state()
    assert only(state).late
    assert state.tasks["clock/TEST-LAW/1/settle"].status is Status.CLOSED


async def test_a_case_does_not_close_while_a_duty_in_law_is_owed(world: World) -> None:
    case = await ticking(world, "TEST-LAW")
    await duty(case, "left-open")
    await case.open("settle")
    assert (await case.state()).status is Status.OPEN
    with pytest.raises(HoldfastError) as caught:
        await case.act(Role.ESCALATION_SPECIALIST, "settle", Done())
    assert caught.value.code is Code.ARTEFACT_REQUIRED
    await case.act(Role.ESCALATION_SPECIALIST, "settle", Cannot(code="owed-by-another"))
    assert (await case.result()).outcome is Outcome.COMPLETED
    clock = only(await case.state())
    assert (clock.status, clock.code) == (ClockStatus.STOPPED, "owed-by-another")


async def test_a_target_of_our_own_keeps_no_case_open_and_is_met_by_what_its_rule_names(world: World) -> None:
    case = await world.declare(slug="rehearsed_clocks", rule="TEST-OURS")
    await clock_of(case)
    await case.later(minutes=4)
    await case.act(Role.ESCALATION_SPECIALIST, "", Take())
    await case.until(lambda state: only(state).status is ClockStatus.MET)
    other = await world.declare(slug="rehearsed_clocks", rule="TEST-OURS")
    await clock_of(other)
    await duty(other, "left-open")
    assert (await other.result()).outcome is Outcome.COMPLETED
    assert only(await other.state()).code == "case-closed"


async def test_a_duty_in_words_is_watched_by_its_target_and_its_breach_still_asks(world: World) -> None:
    case = await ticking(world, "TEST-WORDS")
    for _ in range(7):
        await case.later(minutes=10)
    await case.until(lambda state: only(state).status is ClockStatus.BREACHED)
    assert await given(case) == [("internal", 50), ("internal", 75), ("internal", 90), ("internal", 100)]
    assert {each.detail["counsel"] for each in await entries(case)} == {"unconfirmed"}
    await on_clock(case, Role.LEGAL, ClockMet(artefact=await record(case)))
    assert only(await case.state()).late
    await duty(case)
    assert (await case.result()).outcome is Outcome.COMPLETED


async def test_tolling_is_decided_by_two_others_freezes_what_is_left_and_resuming_gives_it_back(world: World) -> None:
    case = await ticking(world, "TEST-LAW", rehearsal=Rehearsal(every_verb=True))
    asker = await world.someone(Role.LEGAL)
    before = await clock_of(case)
    await case.later(minutes=10)
    await on_clock(case, asker, AskToToll(code="law-enforcement-delay"))  # type: ignore[arg-type]
    with pytest.raises(HoldfastError) as caught:
        await case.act(asker, "/toll/1", Approve())
    assert caught.value.code is Code.EXCLUDED
    other = await world.someone(Role.LEGAL, but=[asker])
    await case.act(other, "/toll/1", Approve())
    assert only(await case.state()).status is ClockStatus.RUNNING
    await case.act(Role.DUTY_MANAGER, "/toll/1", Approve())
    still = only(await case.until(lambda state: only(state).status is ClockStatus.TOLLED))
    for _ in range(4):
        await case.later(hours=1)
    assert await given(case) == []
    await on_clock(case, Role.LEGAL, Resume(code="delay-over"))
    going = only(await case.until(lambda state: only(state).status is ClockStatus.RUNNING))
    assert before.due_at is not None
    assert going.due_at == before.due_at + going.tolled_for
    assert going.tolled_for >= timedelta(hours=4)
    assert still.due_at == before.due_at
    await case.later(minutes=11)
    await case.until(lambda state: only(state).warned_target == (50,))
    await duty(case)
    assert (await case.result()).turnovers >= 1
    assert [each.code for each in await entries(case)][:4] == ["armed", "toll-asked", "tolled", "resumed"]


async def test_a_denied_toll_and_a_silent_one_leave_the_clock_running(world: World) -> None:
    case = await ticking(world, "TEST-DAYS")
    clock = only(await case.until(lambda state: bool(state.clocks) and only(state).due_at is not None))
    await on_clock(case, Role.ESCALATION_SPECIALIST, AskToToll(code="delay", days=3))
    await case.act(Role.LEGAL, "/toll/1", Deny(code="no-ground-in-law"))
    await case.until(lambda state: only(state).asking is None)
    await on_clock(case, Role.ESCALATION_SPECIALIST, AskToToll(code="delay", days=3))
    await case.open("/toll/2")
    for _ in range(3):
        await case.later(minutes=20)
    state = await case.until(lambda state: only(state).asking is None)
    assert (only(state).status, only(state).due_at) == (ClockStatus.RUNNING, clock.due_at)
    # Once more, granted: it goes on by itself when its days are over.
    await on_clock(case, Role.ESCALATION_SPECIALIST, AskToToll(code="delay", days=3))
    await case.act(Role.LEGAL, "/toll/3", Approve())
    await case.act(Role.DUTY_MANAGER, "/toll/3", Approve())
    await case.until(lambda state: only(state).status is ClockStatus.TOLLED)
    await case.later(days=3, seconds=1)
    going = only(await case.until(lambda state: only(state).status is ClockStatus.RUNNING))
    assert clock.due_at is not None
    assert going.due_at == clock.due_at + timedelta(days=3)
    await duty(case)
    await case.result()


async def test_who_may_act_on_a_clock_and_on_what(world: World) -> None:
    case = await ticking(world, "TEST-LAW")
    await clock_of(case)
    for person, act, changes, code in (
        (Role.LE_SPECIALIST, AskToToll(code="delay"), {}, Code.NOT_SEATED),
        (Role.LEGAL, Resume(code="over"), {}, Code.NOT_ALLOWED),
        (Role.LEGAL, ClockMet(), {}, Code.ARTEFACT_REQUIRED),
        (Role.LEGAL, AskToToll(code=""), {}, Code.REASON_REQUIRED),
        (Role.LEGAL, AskToToll(code="delay"), {"digest": "0" * 64}, Code.STALE),
    ):
        with pytest.raises(HoldfastError) as caught:
            await on_clock(case, person, act, **changes)
        assert caught.value.code is code


async def test_a_clock_may_take_the_place_of_another(world: World) -> None:
    case = await ticking(world, "TEST-LAW")
    await duty(case, "replaced")
    await case.open("TEST-WORDS/1/settle")
    await case.act(Role.ESCALATION_SPECIALIST, "settle", Done(artefact=await record(case)))
    await case.result()
    state = await case.state()
    assert state.clocks["clock/TEST-LAW/1"].status is ClockStatus.SUPERSEDED
    assert state.clocks["clock/TEST-LAW/1"].superseded_by == "TEST-WORDS"
    assert state.clocks["clock/TEST-WORDS/1"].status is ClockStatus.MET


async def test_what_is_not_in_force_never_runs_and_that_no_clock_applies_is_recorded(world: World) -> None:
    early = await ticking(world, "TEST-NOT-YET")
    none = await early.noted(Kind.CLOCK, "none")
    assert none.detail["reason"] == "not-in-force"
    assert not (await early.state()).clocks
    nobody = await world.declare(slug="rehearsed_clocks")
    decided = await nobody.noted(Kind.CLOCK, "none")
    assert decided.detail["reason"] == "nobody-affected"


async def test_where_no_calendar_knows_the_country_a_person_says_when_it_is_due_and_the_target_runs(
    world: World,
) -> None:
    case = await ticking(world, "TEST-NOWHERE", rehearsal=Rehearsal(every_verb=True))
    stuck = await case.open("/due!1")
    assert stuck.card["fault"] == Code.PERMANENT.value
    await case.later(minutes=21)
    await case.until(lambda state: only(state).warned_target == (50,))
    due = only(await case.state()).trigger_at + timedelta(days=4)
    kept = await record(case)
    await case.act(Role.ENGINEER, "/due!1", ByHand(result={"due_at": due.isoformat()}, artefact=kept))
    await case.until(lambda state: only(state).due_at == due)
    assert [each.code for each in await entries(case)] == ["armed", "warned", "armed"]
    await duty(case)
    assert (await case.result()).turnovers >= 1


async def test_an_incident_that_is_stood_down_still_owes_its_duties(world: World) -> None:
    case = await ticking(world, "TEST-LAW")
    await clock_of(case)
    await case.act(Role.LEGAL, "", AskToStandDown(code="mistake"))
    await case.act(Role.DUTY_MANAGER, "stand-down", Approve())
    await case.act(Role.LEGAL, "stand-down", Approve())
    await case.open("settle")
    await case.act(Role.ESCALATION_SPECIALIST, "settle", Cannot(code="not-owed"))
    assert (await case.result()).outcome is Outcome.STOOD_DOWN
    assert only(await case.state()).status is ClockStatus.STOPPED
