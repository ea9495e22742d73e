"""Verbs for what happens outside without telling us: look again later, say what was seen, ask for work no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.kit.closing import Closing

with workflow.unsafe.imports_passed_through():
    from domain.outcomes import Paused
    from domain.state import Status
    from domain.timeline import Kind


class Looking(Closing):
    """Waiting for the next look, and what a look finds."""

    async def pause(self, name: str, span: timedelta, unless: Callable[[], str] = lambda: "") -> Paused:
        """Wait, or less if `unless` says why. When it ended and why is journalled, so that what follows branches on
        that and not on the clock."""
        key = self._key(f"pause-{name}")
        await self._boundary()
        if (found := self._journalled(key)) is not None:
            return Paused.model_validate(found)
        await self._wait(lambda: bool(unless()), self._in(span, key))
        paused = Paused(at=workflow.now(), why=unless())
        # A long watch pauses often: a deadline that is over need not be carried on.
        left = {name: due for name, due in self.state.deadlines.items() if name != key}
        self.state = self.state.with_(deadlines=left)
        self._journal(key, paused)
        return paused

    async def pause_until(self, name: str, at: datetime, unless: Callable[[], str] = lambda: "") -> Paused:
        """`pause`, until a moment (UTC); not at all if that has passed."""
        return await self.pause(name, max(at - workflow.now(), timedelta(0)), unless)

    def say(self, kind: Kind, code: str, subject: str = "", **detail: str | int | bool) -> None:
        """An entry of the timeline, once: what a step learnt that others must be able to read."""
        key = self._key(f"say-{kind.value}-{code}")
        if self._journalled(key) is None:
            self._journal(key, {})
            self._note(kind, subject, code=code, detail=detail)

    def drop(self, *names: str) -> None:
        """These tasks are no longer asked for. Whoever waits for one hears that nobody answered."""
        for key, record in self.state.tasks.items():
            if record.open and record.task.name in names:
                ended = record.model_copy(update={"status": Status.CLOSED, "ended_at": workflow.now()})
                self.state = self.state.with_task(ended)
                self._note(Kind.TASK_ENDED, key, code="dropped")
