"""Moves a case's own clock. The SDK's time skipping is experimental, so this is the only module that touches it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper, TimeSkippingConfig


class TimeTravel:
    """Time for rehearsals and tests; needs a server started with `time_skipping=True`.

    Every workflow has its own clock; children inherit it. Activities, simulators and the desk do not skip.
    """

    def __init__(self, client: Client) -> None:
        # Enabled from the start, the clock would run away before anybody could decide anything.
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))

    @property
    def client(self) -> Client:
        """The client to start cases with."""
        return self._skipper.client

    async def later(self, handle: WorkflowHandle[Any, Any], by: timedelta) -> bool:
        """Move the workflow's clock on, firing what falls due; False if it closed before the time was reached."""
        return await self._skipper.fast_forward(handle, by)

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        """What the workflow's clock says, in UTC."""
        return await self._skipper.get_current_time(handle)


async def at_work(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the workflow has a step under way or something to think about: its clock is not to be moved then."""
    found = (await handle.describe()).raw_description
    return bool(found.pending_activities) or found.HasField("pending_workflow_task")
