"""Phases, branches, and what a procedure says of the case as a whole."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from temporalio import workflow

from workflows.kit.core import BRANCH, PHASE, Core

with workflow.unsafe.imports_passed_through():
    from domain.severity import Severity
    from domain.state import Phase
    from domain.timeline import Kind


class Phases(Core):
    """Where the case stands, and parts side by side."""

    @contextlib.asynccontextmanager
    async def phase(self, phase: Phase) -> AsyncIterator[None]:
        """Everything inside belongs to this phase. Leaving it does nothing: an eviction leaves phases too."""
        self.state = self.state.with_(phase=phase)
        PHASE.set(phase)
        key = f"phase/{phase.value}"
        if self._journalled(key) is None:
            self._journal(key, {})
            self._note(Kind.PHASE, code=phase.value)
        yield

    @staticmethod
    def _enter_branch(name: str) -> None:
        """From here on the keys of this task carry the name."""
        BRANCH.set(f"{BRANCH.get()}{name}.")

    async def both(self, first: Coroutine[Any, Any, Any], second: Coroutine[Any, Any, Any]) -> tuple[Any, Any]:
        """Two parts side by side; each has its own keys, so that neither depends on the other's pace."""

        async def as_branch(name: str, work: Coroutine[Any, Any, Any]) -> Any:
            self._enter_branch(name)
            result = await work
            self._publish()
            return result

        one, two = await asyncio.gather(as_branch("a", first), as_branch("b", second))
        return one, two

    def rate(self, severity: Severity) -> None:
        """How grave it is, said anew by what was found. Pages and priority follow it from here on."""
        key = self._key("severity")
        if self._journalled(key) is None:
            self._journal(key, {"severity": int(severity)})
            self.state = self.state.with_(severity=severity)
            self._note(Kind.SEVERITY, code=severity.name)

    def mark(self, *codes: str) -> None:
        """What the review of this case must look at, as codes."""
        for code in codes:
            key = self._key(f"mark-{code}")
            if self._journalled(key) is None:
                self._journal(key, {})
                self._note(Kind.TRIGGER, code=code)
