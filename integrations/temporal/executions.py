"""Temporal as a watcher reads it: lists, descriptions and queues, never a payload, so it needs no key.

It asks the service itself: the SDK's own classes refuse a whole list for one status that they do not know.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import SearchAttributes, WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType, WorkflowExecutionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo, WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkflowExecutionRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Code, HoldfastError
from domain.executions import Described, Execution, PendingStep, Queue, RunStatus, Work

WITHIN = timedelta(seconds=5)  # one answer; every one of these takes milliseconds on a server that is well
_PAGE = 1000
_PROBLEMS = "TemporalReportedProblems"
_STATUS = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING: RunStatus.RUNNING,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED: RunStatus.COMPLETED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: RunStatus.FAILED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: RunStatus.CANCELLED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: RunStatus.TERMINATED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW: RunStatus.CONTINUED,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: RunStatus.TIMED_OUT,
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED: RunStatus.PAUSED,
}
_KINDS = {
    Work.WORKFLOWS: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    Work.STEPS: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}

T = TypeVar("T")


class TemporalExecutions:
    """`domain.executions.Executions` over a client, which may be lazy and needs no codec."""

    def __init__(self, client: Client) -> None:
        self._service = client.workflow_service
        self._namespace = client.namespace

    async def open(self) -> Sequence[Execution]:
        return [each async for each in self._list("ExecutionStatus = 'Running' OR ExecutionStatus = 'Paused'")]

    async def terminated(self, since: datetime) -> Sequence[Execution]:
        moment = since.astimezone(UTC).isoformat()
        return [each async for each in self._list(f"ExecutionStatus = 'Terminated' AND CloseTime >= '{moment}'")]

    async def describe(self, id: str, run: str = "") -> Described | None:
        request = DescribeWorkflowExecutionRequest(
            namespace=self._namespace, execution=WorkflowExecution(workflow_id=id, run_id=run)
        )
        try:
            found = await self._reached(self._service.describe_workflow_execution(request, timeout=WITHIN))
        except _NotFound:
            return None
        info, extended = found.workflow_execution_info, found.workflow_extended_info
        task = found.pending_workflow_task if found.HasField("pending_workflow_task") else None
        return Described(
            **_execution(info).model_dump(),
            first_run=info.first_run_id,
            reset=extended.HasField("last_reset_time"),
            task_attempt=task.attempt if task else 0,
            task_since=_time(task.original_scheduled_time) if task else None,
            steps=tuple(_step(each) for each in found.pending_activities),
        )

    async def queue(self, name: str, work: Work) -> Queue:
        request = DescribeTaskQueueRequest(
            namespace=self._namespace, task_queue=TaskQueue(name=name), task_queue_type=_KINDS[work]
        )
        try:
            found = await self._reached(self._service.describe_task_queue(request, timeout=WITHIN))
        except _NotFound:  # a queue that nobody ever asked
            return Queue(name=name, work=work)
        polled = [_time(each.last_access_time) for each in found.pollers]
        return Queue(name=name, work=work, polled_at=max(polled, default=None))

    async def _list(self, query: str) -> AsyncIterator[Execution]:
        token = b""
        while True:
            request = ListWorkflowExecutionsRequest(
                namespace=self._namespace, query=query, page_size=_PAGE, next_page_token=token
            )
            found = await self._reached(self._service.list_workflow_executions(request, timeout=WITHIN))
            for each in found.executions:
                yield _execution(each)
            token = found.next_page_token
            if not token:
                return

    @staticmethod
    async def _reached(call: Awaitable[T]) -> T:
        try:
            return await call
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower():
                raise _NotFound from None
            failure = HoldfastError(Code.UNREACHABLE, f"Temporal {error.status.name}")
        except RuntimeError:  # the SDK's word for a first connection that failed
            failure = HoldfastError(Code.UNREACHABLE, "Temporal")
        raise failure  # outside the handler: the cause is the server's words


class _NotFound(Exception):
    """What was asked for is not there."""


def _execution(info: WorkflowExecutionInfo) -> Execution:
    return Execution(
        id=info.execution.workflow_id,
        run=info.execution.run_id,
        kind=info.type.name,
        status=_STATUS.get(info.status, RunStatus.UNKNOWN),
        started_at=_time(info.start_time),
        problems=_problems(info.search_attributes),
    )


def _problems(attributes: SearchAttributes) -> tuple[str, ...]:
    if _PROBLEMS not in attributes.indexed_fields:
        return ()
    try:
        found = json.loads(attributes.indexed_fields[_PROBLEMS].data)
    except ValueError:
        return ("unreadable",)
    return tuple(str(each).partition("=")[2] or str(each) for each in found or ())


def _step(info: PendingActivityInfo) -> PendingStep:
    signs = [
        getattr(info, name)
        for name in ("scheduled_time", "last_started_time", "last_heartbeat_time")
        if info.HasField(name)
    ]
    stirred = max((_time(each) for each in signs), default=datetime.min.replace(tzinfo=UTC))
    return PendingStep(name=info.activity_type.name, attempt=info.attempt, stirred_at=stirred)


def _time(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
