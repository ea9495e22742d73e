"""`beside`: what nothing waits for but the end. Help for a person never waits for our own housekeeping."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from temporalio import workflow

from workflows.kit.core import StepFailed
from workflows.kit.devolving import Devolving

with workflow.unsafe.imports_passed_through():
    from domain.timeline import Kind


class Beside(Devolving):
    """Parts that run beside the rest of the procedure."""

    def beside(self, name: str, part: Coroutine[Any, Any, Any]) -> None:
        """Start a part and go on. Its keys carry `name`; the case closes when it has ended, and standing down stops it.

        Call it in the same phase and order in every run: it starts again in each, and its journal fast-forwards it.
        """
        task = asyncio.create_task(self._as_part(name, part))
        self._parts[name] = task
        task.add_done_callback(lambda ended: self._part_ended(name, ended))

    async def when(self, fact: str) -> None:
        """Until this fact is true, now or by an amendment. A part that only waits for this keeps no case open."""
        key = self._key(f"when-{fact}")
        await self._boundary()
        if self._journalled(key) is None:
            self._idle_parts += 1
            try:
                await self._wait(lambda: bool(self.fact(fact)))
            finally:
                self._idle_parts -= 1
            self._journal(key, {})

    async def _as_part(self, name: str, part: Coroutine[Any, Any, Any]) -> None:
        self._enter_branch(name)
        try:
            await part
        except StepFailed as failed:
            # Only the end of the case ends an intervention without a choice.
            self._note(Kind.DEVIATION, name, code=failed.code)
        self._publish()

    def _part_ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._parts[name]
        if task.cancelled():
            return
        # What ends a part that was told to stop is that it was told; anything else is the workflow's fault.
        fault = task.exception()
        if fault is not None and not self._parts_stopped:
            self._faulted = fault

    async def _stop_parts(self) -> None:
        """Before what was done is taken back, and before the end, nothing more is begun."""
        if not self._parts:
            return
        self._parts_stopped = True
        for task in self._parts.values():
            task.cancel()
        await workflow.wait_condition(lambda: not self._parts)
