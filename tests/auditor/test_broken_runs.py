"""Runs that were broken behind our back are found, each with its own code, and said to the people who can mend them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest

from domain.acts import Take
from domain.incident import Rehearsal
from domain.people import Role
from domain.timeline import Kind
from tests.auditor.conftest import Make
from tests.world import Case, World


async def opened(world: World, **more: object) -> Case:
    """A case that the ledger knows."""
    case = await world.declare(**more)  # type: ignore[arg-type]
    await case.noted(Kind.PHASE, "investigate")
    return case


async def test_a_terminated_case_pages_the_engineer_and_the_duty_manager_once_and_again_after_an_hour(
    manned: World, watching: Make
) -> None:
    watcher, case = watching(manned), await opened(manned)
    assert await watcher.codes(case.id) == set()
    await case.handle.terminate("synthetic")
    first = await watcher.auditor.round()
    await watcher.auditor.round()
    said = watcher.pages(case.id)
    assert said == [f"P0 {case.id}: terminated; holdfast recover"] * 2
    mine = [each for each in manned.sims.pager.pages if each.case == case.id and each.kind == "auditor"]
    assert [each.person for each in mine] == ["eng-nia", "dut-hana"]
    [found] = [each for each in first.findings if each.subject == case.id]
    assert f"holdfast recover {case.id}" in found.sentence
    assert first.complete
    watcher.later(minutes=61)
    await watcher.auditor.round()
    # Nobody did anything for an hour: now everybody on call hears of it. That no rung fires needs no page besides.
    again = [each.person for each in manned.sims.pager.pages if each.case == case.id and each.kind == "auditor"][2:]
    assert "missed-rung" in await watcher.codes(case.id)
    assert sorted(again) == ["dut-hana", "dut-ivo", "eng-nia"]


async def test_a_drill_is_compared_too_and_says_that_it_is_one(manned: World, watching: Make) -> None:
    watcher, case = watching(manned), await opened(manned, drill=True)
    await case.handle.terminate("synthetic")
    await watcher.auditor.round()
    assert watcher.pages(case.id)[0].startswith(f"DRILL: P0 {case.id}")


async def test_a_deleted_case_is_found(manned: World, watching: Make) -> None:
    watcher, case = watching(manned), await opened(manned)
    request = DeleteWorkflowExecutionRequest(
        namespace="default", workflow_execution=WorkflowExecution(workflow_id=case.id)
    )
    await manned.client.workflow_service.delete_workflow_execution(request)
    async with asyncio.timeout(20):
        while await watcher.codes(case.id) != {"gone"}:
            await asyncio.sleep(0.05)


async def test_a_reset_case_is_found_even_after_it_continued_as_new(manned: World, watching: Make) -> None:
    watcher, case = watching(manned), await opened(manned)
    request = ResetWorkflowExecutionRequest(
        namespace="default",
        workflow_execution=WorkflowExecution(workflow_id=case.id),
        reason="synthetic",
        workflow_task_finish_event_id=3,
        request_id="synthetic",
    )
    await manned.client.workflow_service.reset_workflow_execution(request)
    assert await watcher.codes(case.id) == {"reset"}
    # Not only where Temporal still says so: the run that was cut off belongs to the same chain.
    looking = watcher.auditor._looking
    facts = await looking.look(watcher.now())
    [mine] = [each for each in facts.cases if each.projection.case == case.id]
    assert len(mine.lost) == 1


async def test_a_case_that_continues_as_new_is_well(manned: World, watching: Make) -> None:
    watcher = watching(manned)
    case = await manned.declare(rehearsal=Rehearsal(every_verb=True))
    await case.act(await manned.someone(Role.ESCALATION_SPECIALIST), "", Take())
    await case.noted(Kind.TURNOVER)
    assert await watcher.codes(case.id) == set()


async def test_a_run_that_the_ledger_does_not_know_is_found_after_the_grace(bare: World, watching: Make) -> None:
    watcher, case = watching(bare), await bare.declare()
    assert await watcher.codes(case.id) == set()
    watcher.later(seconds=100)
    assert await watcher.codes(case.id) == {"unknown-run"}


async def test_a_workflow_task_that_fails_again_and_again_is_found(manned: World, watching: Make) -> None:
    watcher, case = watching(manned), await opened(manned)
    # Temporal says so after a failure and a timeout; the timeout is ten seconds for others.
    second = timedelta(seconds=1)
    await manned.client.start_workflow("sop.with_a_bug", id="EDR-SYNTH-STUCK", task_queue="sop", task_timeout=second)
    async with asyncio.timeout(25):
        while await watcher.codes("EDR-SYNTH-STUCK") != {"stuck"}:
            await asyncio.sleep(0.2)
    await watcher.auditor.round()
    assert watcher.pages("EDR-SYNTH-STUCK")[0] == "P1 EDR-SYNTH-STUCK: is stuck: its task fails"
    assert await watcher.codes(case.id) == set()
