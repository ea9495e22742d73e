"""How Slack reaches the app (Socket Mode, or signed HTTP when a request URL is set), and how often it tries.

Events are delivered again until acknowledged; commands and interactions never are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from integrations.simulator.slack.model import Json
from integrations.simulator.slack.results import EnvelopeType, EventReceipt
from integrations.simulator.slack.workspace import Workspace

# Slack: an event is tried again almost at once, after one minute, and after five.
EVENT_RETRY_DELAYS = (0.0, 60.0, 300.0)


class DeliveryFailed(Exception):
    """The app did not acknowledge. `code` is what Slack tells the person: operation_timeout, dispatch_failed,
    http_service_error."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


class Carrier(Protocol):
    """One way to the app."""

    async def deliver(self, kind: EnvelopeType, payload: Json, attempt: int) -> Json:
        """The acknowledgement's payload, empty when there is none. Raises DeliveryFailed."""
        ...


class Outbox:
    def __init__(
        self, workspace: Workspace, sockets: Carrier, web_hook: Carrier, event_retry_delays: Sequence[float]
    ) -> None:
        self.request_url: str | None = None
        self.away = False
        self.receipts: list[EventReceipt] = []
        self._workspace = workspace
        self._sockets = sockets
        self._web_hook = web_hook
        self._delays = tuple(event_retry_delays)
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, kind: EnvelopeType, payload: Json) -> Json:
        """Deliver once. Raises DeliveryFailed."""
        return await self._carrier().deliver(kind, payload, 0)

    def send_event(self, payload: Json) -> EventReceipt:
        """Start delivering; the receipt tells how it went."""
        receipt = EventReceipt(event_id=payload["event_id"], type=payload["event"]["type"])
        self.receipts.append(receipt)
        task = asyncio.create_task(self._keep_trying(payload, receipt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return receipt

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _carrier(self) -> Carrier:
        if self.away:
            raise DeliveryFailed("dispatch_failed")
        return self._sockets if self.request_url is None else self._web_hook

    async def _keep_trying(self, payload: Json, receipt: EventReceipt) -> None:
        for attempt, delay in enumerate((0.0, *self._delays)):
            await asyncio.sleep(delay)
            receipt.attempts += 1
            try:
                await self._carrier().deliver("events_api", payload, attempt)
            except DeliveryFailed as failure:
                receipt.error = failure.code
                if failure.final:
                    break
            else:
                receipt.acknowledged, receipt.error = True, None
                break
        receipt.settled = True
        self._workspace.changed()
