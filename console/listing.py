"""Lists of open cases, cheap with hundreds: a case is asked again only when its line in the list has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from domain.access import asked_roles
from domain.people import Role
from domain.state import State
from domain.timeline import Projection

AT_ONCE = 16  # queries under way for one list; the workers that answer them also run the cases
MOST = 5000  # open cases in one list; beyond it the least grave are left out

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Seen:
    """What a list needs of a case: what is open, and the roles that the case itself gave work to."""

    state: State
    asked: frozenset[Role]


class OpenCases:
    """The states behind a list, kept as long as their projections stay what they were.

    Everything that people could see of a case is an entry, and entries change the projection with which they are
    written: so a list is as old as its projections, and never older.
    """

    def __init__(self, query: Callable[[str], Awaitable[State]]) -> None:
        self._query = query
        self._seen: dict[str, tuple[datetime, Seen]] = {}

    async def look(self, case: Projection) -> Seen:
        """What is open in a case; raises what the query raises, and forgets nothing then."""
        known = self._seen.get(case.case)
        if known is not None and known[0] == case.updated_at:
            return known[1]
        state = await self._query(case.case)
        seen = Seen(_open_only(state), asked_roles(state))
        if case.updated_at is not None:
            self._seen[case.case] = (case.updated_at, seen)
        return seen

    def keep(self, listed: Iterable[Projection]) -> None:
        """Forget every case that is not in this list of all open ones."""
        still = {each.case for each in listed}
        self._seen = {case: seen for case, seen in self._seen.items() if case in still}


async def for_each(items: Sequence[T], work: Callable[[T], Awaitable[U]], at_once: int = AT_ONCE) -> list[U]:
    """The results in order, with a bounded number under way; the first error ends all of them."""
    turns = asyncio.Semaphore(at_once)

    async def one(item: T) -> U:
        async with turns:
            return await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None  # callers know single errors, by their code
    return [task.result() for task in tasks]


def something_open(case: Projection, kind: str = "") -> bool:
    """Whether the line says that something of this kind waits for people."""
    waits = {"gate": case.open_gates, "task": case.open_tasks, "intervention": case.open_interventions}
    return any(keys for name, keys in waits.items() if kind in ("", name))


def _open_only(state: State) -> State:
    """The state without what no list shows: a long case would otherwise be held whole, for every case."""
    return state.with_(
        gates={key: each for key, each in state.gates.items() if each.open},
        tasks={key: each for key, each in state.tasks.items() if each.open},
        interventions={key: each for key, each in state.interventions.items() if each.open},
        facts={},
        journal={},
        counters={},
        undo=(),
        seen=(),
        pending=(),
    )
