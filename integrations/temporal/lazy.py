"""A client that is there before its server is: the desk accepts declarations while Temporal cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode

_T = TypeVar("_T")
_CONNECT_WITHIN = timedelta(seconds=2)  # Slack's three seconds, less what the answer itself takes


class Unconnected(Interceptor):
    """Until the first connection stands the SDK raises RuntimeError; callers are told what they would be told of a
    server that went away: RPCError, UNAVAILABLE."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor) -> None:
        super().__init__(next)
        self._connected = False

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        return await self._reached(super().start_workflow(input))

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await self._reached(super().signal_workflow(input))

    async def _reached(self, call: Awaitable[_T]) -> _T:
        if self._connected:
            return await call
        try:
            async with asyncio.timeout(_CONNECT_WITHIN.total_seconds()):
                found = await call
        except (RuntimeError, TimeoutError):
            raise RPCError("not connected yet", RPCStatusCode.UNAVAILABLE, b"") from None
        except RPCError:
            self._connected = True  # a server answered
            raise
        self._connected = True
        return found
