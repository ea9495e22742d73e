"""A procedure with a bug: its workflow task fails again and again, which the figures must show."""

from __future__ import annotations

from temporalio import workflow


@workflow.defn(name="test.broken")
class Broken:
    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("SYNTHETIC: a bug")
