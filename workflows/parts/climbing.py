"""How a ladder is written: minutes and roles."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.gates import Ladder, Rung
    from domain.people import Role


def climb(*rungs: tuple[int, tuple[Role, ...]], again: int = 15) -> Ladder:
    """A ladder from (minutes after opening, roles called) pairs; the last is called again every `again` minutes."""
    return Ladder(
        rungs=tuple(Rung(after=timedelta(minutes=after), page=page) for after, page in rungs),
        again=timedelta(minutes=again),
    )
