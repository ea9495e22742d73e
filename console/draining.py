"""Starts what waits in the inbox, for as long as the desk runs; a fault is said, and tried again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from temporalio.service import RPCError

from domain.errors import Code, HoldfastError

_LOG = logging.getLogger("holdfast.desk")
EVERY = 1.0  # seconds between looks: what was accepted while Temporal was away starts within a second of its return
_REPEAT = 60  # the same fault is said again once a minute


class Draining:
    """`drain` returns how many it started. `fault` is the code of the last try, empty when it went well."""

    def __init__(self, drain: Callable[[], Awaitable[int]], every: float = EVERY) -> None:
        self._drain = drain
        self._every = every
        self.fault = ""
        self._repeated = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(self._every)

    async def once(self) -> None:
        try:
            started = await self._drain()
        except HoldfastError as error:
            self._failed(error.code.value, type(error).__name__)
        except RPCError as error:
            self._failed(Code.UNREACHABLE.value, error.status.name)
        except Exception as error:
            # Nothing may end this loop: what people declared waits behind it. The text could carry a payload.
            self._failed(Code.FAULT.value, type(error).__name__)
        else:
            if self.fault:
                _LOG.info("the inbox is drained again")
            if started:
                _LOG.info("started %d waiting case(s) from the inbox", started)
            self.fault = ""

    def _failed(self, code: str, kind: str) -> None:
        self._repeated = self._repeated + 1 if code == self.fault else 0
        if self._repeated % _REPEAT == 0:
            _LOG.error("the inbox cannot be drained: code=%s kind=%s; it is tried again", code, kind)
        self.fault = code
