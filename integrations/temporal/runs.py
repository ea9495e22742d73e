"""What became of a case's run, as Temporal itself tells it: the ground on which a case may be started again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Code, HoldfastError

_TRIES = 3  # of one workflow task; a worker's restart costs one, a version that cannot replay costs every one


class Fate(StrEnum):
    """What became of a run. Only `healthy`, `stuck` and `reset` are still open; `closed` ended as a case should."""

    HEALTHY = "healthy"
    STUCK = "stuck"
    RESET = "reset"
    CLOSED = "closed"
    TERMINATED = "terminated"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    LOST = "lost"


OPEN = (Fate.HEALTHY, Fate.STUCK, Fate.RESET)
_ENDED = {
    WorkflowExecutionStatus.COMPLETED: Fate.CLOSED,
    WorkflowExecutionStatus.TERMINATED: Fate.TERMINATED,
    WorkflowExecutionStatus.FAILED: Fate.FAILED,
    WorkflowExecutionStatus.TIMED_OUT: Fate.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED: Fate.CANCELLED,
}


@dataclass(frozen=True)
class Run:
    """A case's newest run: what became of it, and its id (empty where Temporal knows none)."""

    fate: Fate
    id: str = ""


async def newest_run(client: Client, case: str) -> Run:
    """The newest run of a case.

    Raises:
        HoldfastError: `unreachable` when Temporal does not answer: then nothing is known, least of all that it is lost.
    """
    try:
        found = await client.get_workflow_handle(case).describe()
        run = found.run_id
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return Run(_ENDED.get(found.status or WorkflowExecutionStatus.RUNNING, Fate.HEALTHY), run)
        if await _was_reset(client, case, run):
            return Run(Fate.RESET, run)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Run(Fate.LOST)
        raise HoldfastError(Code.UNREACHABLE, "Temporal") from None
    reported = any(key == "TemporalReportedProblems" for key in found.raw_info.search_attributes.indexed_fields)
    stuck = reported or found.raw_description.pending_workflow_task.attempt >= _TRIES
    return Run(Fate.STUCK if stuck else Fate.HEALTHY, run)


async def _was_reset(client: Client, case: str, run: str) -> bool:
    """A reset makes a run with the old one's beginning: its first event still names the run that wrote it."""
    events = client.get_workflow_handle(case, run_id=run).fetch_history_events(page_size=1)
    async for event in events:
        started = event.workflow_execution_started_event_attributes
        return started.original_execution_run_id not in ("", run)
    return False


async def end_run(client: Client, case: str, run: Run) -> None:
    """Terminate exactly this run, if it is still open. What it had under way may still write; nothing follows it."""
    try:
        await client.get_workflow_handle(case, run_id=run.id).terminate(f"replaced: {run.fate.value}")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise HoldfastError(Code.UNREACHABLE, "Temporal") from None
