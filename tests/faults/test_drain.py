"""A worker that is told to go finishes what it has; another takes over, and nothing is done twice."""

from __future__ import annotations

import signal
from pathlib import Path

from domain.timeline import Kind
from integrations.simulator.faults import Fault
from tests.faults.processes import Process
from tests.faults.test_kills import nothing_twice, released
from tests.flows.test_attacks import in_progress
from tests.world import Case, World


async def in_a_slow_step(bare: World) -> Case:
    account = bare.fresh_account()
    fault = Fault(match=f"/v1/accounts/{account}/preserve", kind="latency", value=2)
    bare.sims.platform.faults.add(fault)
    case = await bare.declare(account=account)
    await in_progress(case, "snapshot_account")
    return case


async def attempts(case: Case, step: str) -> list[int]:
    """The number of the try with which each activity of this name was done."""
    found, numbers = await case.handle.fetch_history(), []
    ids = {
        each.event_id
        for each in found.events
        if each.activity_task_scheduled_event_attributes.activity_type.name == step
    }
    for each in found.events:
        started = each.activity_task_started_event_attributes
        if started.scheduled_event_id in ids:
            numbers.append(started.attempt)
    return numbers


async def test_a_drained_worker_finishes_its_slow_step_and_the_next_one_goes_on(
    bare: World, worker: Process, tmp_path: Path
) -> None:
    case = await in_a_slow_step(bare)
    impatient = Process(
        bare.settings, tmp_path / "now.log", "worker", "drain", "--role", "enforcement", "--within", "0"
    )
    async with impatient as drain:
        assert await drain.ended() == 1
        assert "working" in drain.said
    async with Process(bare.settings, tmp_path / "drain.log", "worker", "drain") as drain:
        assert await drain.ended() == 0
    assert await worker.ended() == 0
    async with Process(bare.settings, tmp_path / "next.log", "worker", "--role", "all"):
        await released(case)
        # The first try was the only one: the old worker brought it to its end.
        assert await attempts(case, "snapshot_account") == [1]
        await case.noted(Kind.EFFECT, "disclose")
        nothing_twice(bare)


async def test_a_container_that_is_told_to_stop_finishes_its_slow_step(bare: World, worker: Process) -> None:
    case = await in_a_slow_step(bare)
    await worker.signal(signal.SIGTERM)
    assert await worker.ended() == 0
    assert await attempts(case, "snapshot_account") == [1]
