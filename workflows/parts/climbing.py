"""How a ladder is written: minutes and roles."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.gates import Ladder, Rung
    from domain.people import Role


def climb(*rungs: tuple[int, tuple[Role, ...]], again: int = 15, next_person: int | None = 5) -> Ladder:
    """A ladder from (minutes after opening, roles called) pairs; the last is called again every `again` minutes, and
    a page that nobody acknowledged is followed by the next person's after `next_person` minutes (None: never)."""
    return Ladder(
        rungs=tuple(Rung(after=timedelta(minutes=after), page=page) for after, page in rungs),
        again=timedelta(minutes=again),
        next_person=None if next_person is None else timedelta(minutes=next_person),
    )


def slowly(*rungs: tuple[int, tuple[Role, ...]], again: int) -> Ladder:
    """A ladder of days, for what is no emergency: all on it are asked at once, and nobody is chased at night."""
    return climb(*rungs, again=again, next_person=None)
