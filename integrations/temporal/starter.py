"""Starts a workflow beside a case. Not as its child: it outlives its case and has a clock of its own."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.errors import Code, HoldfastError
from domain.incident import OpenIncident

_HOUSEKEEPING = 5  # a review never competes with a case for workers


class TemporalStarter:
    """`domain.outside.Starter` over the Temporal client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, given: OpenIncident, workflow: str) -> bool:
        """Idempotent by the case id: the same case or review is started once, for ever."""
        priority = _HOUSEKEEPING if given.parent else given.severity.priority_key
        try:
            await self._client.start_workflow(
                workflow,
                given,
                id=given.case,
                task_queue="sop",
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                priority=Priority(priority_key=priority),
                rpc_timeout=timedelta(seconds=5),
            )
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            raise HoldfastError(Code.TRANSIENT, "starting a workflow") from error
        return True
