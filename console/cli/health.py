"""`holdfast healthy`: what a container engine asks again and again; exit status 0 or 1, and one line."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workers.settings import Settings

_FRESH = timedelta(minutes=3)  # a poll that finds nothing ends after a minute, and a busy worker polls later
_RPC = timedelta(seconds=5)


def healthy(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="desk, or the role of the worker on this machine.")],
) -> None:
    """Whether the desk answers, or Temporal sees a worker of this machine ask for this role's work."""
    import asyncio

    from console.cli.exits import Told
    from domain.errors import Code
    from workers.settings import load_settings

    settings = load_settings()
    wrong = asyncio.run(_desk(settings) if process == "desk" else _worker(settings, process))
    if wrong:
        raise Told(Code.FAULT, wrong)
    print("ok")


async def _desk(settings: Settings) -> str:
    from console.cli.checkup import Grade
    from console.cli.checkup_outside import desk

    # Without Temporal it still takes declarations: to start it anew would not help.
    (found,) = await desk(settings)
    return f"The desk {found.sentence}" if found.grade is Grade.FAIL else ""


async def _worker(settings: Settings, role: str) -> str:
    """By the host name in the poller's identity: in containers each worker has its own."""
    import socket
    from datetime import UTC, datetime

    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
    from temporalio.client import Client
    from temporalio.service import RPCError

    from workers.wire import wire_of

    wanted = DescribeTaskQueueRequest(
        namespace=settings.namespace,
        task_queue=TaskQueue(name=role),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    )
    wire, host = wire_of(settings), socket.gethostname()
    try:
        client = await Client.connect(settings.temporal_address, namespace=settings.namespace, **wire.options())
        found = await client.workflow_service.describe_task_queue(wanted, timeout=_RPC)
    except (RuntimeError, RPCError):  # RuntimeError: the SDK's word for a connection that failed
        # A worker waits for Temporal by itself: to start it anew would not help.
        return ""
    oldest = datetime.now(UTC) - _FRESH
    seen = [each for each in found.pollers if each.identity.rpartition("@")[2] == host]
    if any(each.last_access_time.ToDatetime(tzinfo=UTC) >= oldest for each in seen):
        return ""
    return f"No worker of this machine asks for the work of {role!r}; look at its log."
