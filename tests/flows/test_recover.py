"""A case whose run is gone goes on from the store's copy: nothing twice, nothing forgotten, nobody overruled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest

from domain.acts import Approve
from domain.copies import packed
from domain.desk import Recover, Recovered
from domain.errors import Code, HoldfastError
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.state import State, Status
from domain.timeline import Kind
from integrations.simulator.faults import Fault
from integrations.temporal.runs import Fate, newest_run
from tests.faults.test_kills import nothing_twice
from tests.flows.histories_check import quiet_tasks
from tests.flows.scenarios import RELEASED, SCENARIOS, effects_of
from tests.flows.test_attacks import in_progress
from tests.world import Case, World

RELEASE = "notify/release/1"


async def recovered(case: Case, replace: bool = False) -> Recovered:
    """As an engineer presses it, once the books are kept: what is not in them yet is asked for again."""
    engineer = await case.world.someone(Role.ENGINEER)
    return await case.world.desk.recover(engineer, Recover(case=case.id, replace=replace))


async def kept(case: Case) -> State:
    """The state once nothing of it is still to be written."""
    return await case.until(lambda state: not state.pending)


async def gone(case: Case) -> None:
    """`temporal workflow delete`, and wait until it is true."""
    await case.world.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace="default", workflow_execution=WorkflowExecution(workflow_id=case.id))
    )
    async with asyncio.timeout(20):
        while (await newest_run(case.world.client, case.id)).fate is not Fate.LOST:
            await asyncio.sleep(0.05)


async def reset(case: Case, to: int = 4) -> None:
    """`temporal workflow reset` to one of its first workflow tasks."""
    await case.world.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=case.id),
            reason="SYNTHETIC operator",
            workflow_task_finish_event_id=to,
            request_id=f"reset-{case.id}",
        )
    )


async def half_approved(world: World) -> Case:
    """Verified, on the release gate, with one of two votes; everything in the books."""
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await kept(case)
    return case


async def leaves(case: Case) -> None:
    """The second vote comes, what was approved leaves, once, and the record is whole."""
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.noted(Kind.EFFECT, "disclose")
    assert effects_of(case) == RELEASED
    nothing_twice(case.world)
    assert (await case.world.records.ledger.verify()).ok


async def ends_well(case: Case) -> None:
    await leaves(case)
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED
    assert quiet_tasks(await case.handle.fetch_history()) == []


async def test_a_terminated_case_goes_on_with_the_vote_that_stood(world: World) -> None:
    case = await half_approved(world)
    before = await kept(case)
    await case.handle.terminate("SYNTHETIC operator")
    answer = await recovered(case)
    assert (answer.why, answer.number) == ("terminated", 1)
    after = await case.until(lambda state: state.recovered == 1)
    gate, was = after.gates[RELEASE], before.gates[RELEASE]
    assert (gate.votes, gate.nonce, gate.opened_at, gate.rungs) == (was.votes, was.nonce, was.opened_at, was.rungs)
    assert after.journal.keys() >= before.journal.keys()
    await ends_well(case)
    # Its review outlives it, and is recovered like any other case.
    await case.review.open("choose-privilege")
    await kept(case.review)
    await case.review.handle.terminate("SYNTHETIC operator")
    assert (await recovered(case.review)).why == "terminated"
    await case.review.until(lambda state: state.recovered == 1 and not state.pending)
    said = [each for each in await case.timeline() if each.kind is Kind.RECOVERED]
    assert [(each.who, each.code) for each in said] == [("eng-nia", "terminated"), ("", "running")]


async def test_a_case_whose_run_was_deleted_goes_on_and_can_be_lost_once_more(world: World) -> None:
    case = await half_approved(world)
    await gone(case)
    assert (await recovered(case)).why == "lost"
    await case.until(lambda state: state.recovered == 1 and not state.pending)
    await case.handle.terminate("SYNTHETIC operator")
    assert (await recovered(case)).number == 2
    await case.until(lambda state: state.recovered == 2)
    await leaves(case)


async def test_a_reset_run_stands_aside_until_the_case_is_recovered(world: World) -> None:
    case = await half_approved(world)
    await reset(case)
    assert (await newest_run(world.client, case.id)).fate is Fate.RESET
    with pytest.raises(HoldfastError) as refused:
        await recovered(case)
    assert refused.value.code is Code.STILL_RUNNING
    assert (await recovered(case, replace=True)).why == "reset"
    state = await case.until(lambda state: state.recovered == 1)
    assert [each.person for each in state.gates[RELEASE].votes] == [await world.someone(Role.LEGAL)]
    await leaves(case)


async def test_a_reset_run_writes_nothing_and_calls_for_help(world: World) -> None:
    case = await half_approved(world)
    before = [each.id for each in await case.timeline()]
    await reset(case)
    async with asyncio.timeout(20):
        while not any(each.case == case.id and each.kind == "books" for each in world.sims.pager.pages):
            await asyncio.sleep(0.05)
    assert [each.id for each in await case.timeline()] == before


async def test_a_step_that_was_under_way_is_done_again_under_its_key(world: World) -> None:
    account = world.fresh_account()
    path = f"/v1/accounts/{account}/preserve"
    world.sims.platform.faults.add(Fault(match=path, kind="latency", value=1.5))
    case = await world.declare(account=account)
    await in_progress(case, "snapshot_account")
    await case.handle.terminate("SYNTHETIC operator")
    await recovered(case)
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await leaves(case)


async def test_an_open_gate_goes_on_climbing_from_the_rung_that_it_had_reached(world: World) -> None:
    case = await world.declare()
    await case.verified()
    await case.open("release")
    await case.later(minutes=5, seconds=1)
    before = await case.until(lambda state: state.gates[RELEASE].rungs == 2 and not state.pending)
    pages = world.sims.pager.stats()["applied"]
    await case.handle.terminate("SYNTHETIC operator")
    await recovered(case)
    # The new run's clock is the wall's: what the old one's was ahead is caught up first.
    await case.later(minutes=5, seconds=1)
    state = await case.until(lambda state: state.recovered == 1 and not state.pending)
    assert state.gates[RELEASE].rungs == 2
    await case.later(minutes=5, seconds=1)
    climbed = await case.until(lambda state: state.gates[RELEASE].rungs == 3)
    assert climbed.gates[RELEASE].opened_at == before.gates[RELEASE].opened_at
    assert world.sims.pager.stats()["applied"] > pages
    nothing_twice(world)


async def test_deadlines_and_what_standing_down_would_take_back_are_kept(world: World) -> None:
    case = await SCENARIOS["stand down then undo"].open(world)
    await case.open("look-at-content")
    before = await kept(case)
    assert before.undo
    await case.handle.terminate("SYNTHETIC operator")
    await recovered(case)
    after = await case.until(lambda state: state.recovered == 1)
    assert (after.undo, after.deadlines) == (before.undo, before.deadlines)
    await SCENARIOS["stand down then undo"].play(case)
    assert (await case.result()).outcome is Outcome.STOOD_DOWN
    assert effects_of(case) == SCENARIOS["stand down then undo"].effects


async def test_a_late_write_of_the_lost_run_changes_neither_the_copy_nor_the_list(world: World) -> None:
    case = await half_approved(world)
    old = await kept(case)
    await case.handle.terminate("SYNTHETIC operator")
    await recovered(case)
    new = await case.until(lambda state: state.recovered == 1 and not state.pending)
    before = old.declared_at + timedelta(milliseconds=1)  # the lost run's own time, always before the new run's
    stale = old.noted(before, Kind.BRIEF, "late", code="late")
    await world.records.ledger.append(case.id, stale.pending, stale.projection(before), packed(stale).encode())
    copied = await world.desk._recoverer.copy(case.id)
    assert copied is not None
    assert copied.recovered == 1
    assert copied.entry_number == new.entry_number
    await leaves(case)


async def test_a_healthy_a_closed_and_an_unknown_case_are_refused(world: World) -> None:
    case = await world.declare()
    for replace in (False, True):
        with pytest.raises(HoldfastError) as refused:
            await recovered(case, replace)
        assert refused.value.code is Code.STILL_RUNNING
    closed = await SCENARIOS["hide then ratify"].open(world)
    await SCENARIOS["hide then ratify"].play(closed)
    await closed.result()
    with pytest.raises(HoldfastError) as refused:
        await recovered(closed)
    assert refused.value.code is Code.ALREADY_CLOSED
    with pytest.raises(HoldfastError) as refused:
        await recovered(Case(world, "EDR-XXXXX-XXXXX"))
    assert refused.value.code is Code.UNKNOWN_CASE


async def test_only_those_who_may_start_a_case_again(world: World) -> None:
    case = await world.declare()
    for role, code in ((Role.DUTY_MANAGER, Code.NOT_ALLOWED), (Role.COMMS, Code.UNKNOWN_CASE)):
        people = await world.ports.directory.current()
        able = people.rota((role,))
        if able:
            with pytest.raises(HoldfastError) as refused:
                await world.desk.recover(able[0].id, Recover(case=case.id))
            assert refused.value.code is code


async def test_a_case_lost_before_its_books_were_kept_begins_again_from_its_input(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await world.declare(rehearsal=Rehearsal())
    await case.open("call-back")
    await case.handle.terminate("SYNTHETIC operator")

    async def nothing(_: str) -> None:
        return None

    monkeypatch.setattr(world.desk._recoverer._cases, "copy", nothing)
    assert (await recovered(case)).number == 1
    monkeypatch.undo()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    assert (await case.state()).status is Status.OPEN
    await leaves(case)
