"""Reads what an auditor compares, each case by itself: what cannot be read becomes part of what was seen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from domain.armed import Track
from domain.audit import REWRITTEN, CaseFacts, Facts, Stray
from domain.errors import Code, HoldfastError
from domain.evidence import LedgerReceipt
from domain.executions import Described, Execution, Executions, LastCheckpoint, Queue, Work
from domain.findings import Area
from domain.ports import Cases, Inbox, Ledger
from domain.timeline import LedgerEntry, Projection

_LOG = logging.getLogger("holdfast.auditor")
_ALL = 1_000_000  # a list that is cut would hide cases
_AT_ONCE = 8  # questions to Temporal at a time: incidents come first
_PASSING = (Code.TRANSIENT, Code.UNREACHABLE)

T = TypeVar("T")
R = TypeVar("R")


class Looking:
    """One look after another. Keeps how far it read each ledger, so that no entry is read twice.

    `queues` are those that workers must ask for work. Nothing here writes anything anywhere.
    """

    def __init__(
        self,
        *,
        executions: Executions,
        ledger: Ledger,
        cases: Cases,
        inbox: Inbox,
        queues: Sequence[tuple[str, Work]],
        checkpoint: LastCheckpoint | None = None,
    ) -> None:
        self._executions = executions
        self._ledger = ledger
        self._cases = cases
        self._inbox = inbox
        self._queues = queues
        self._checkpoint = checkpoint
        self._tracks: dict[str, Track] = {}
        self._heads: dict[str, str] = {}
        self._first_runs: dict[str, str] = {}

    async def look(self, now: datetime) -> Facts:
        """Everything, as of `now`. Only what is no failure of somebody else's is raised."""
        faults: dict[Area, str] = {}
        listed: Sequence[Projection] = ()
        facts = Facts(at=now)
        try:
            listed = await self._cases.list(open_only=True, limit=_ALL)
            checkpoint = await self._checkpoint.newest() if self._checkpoint else None
            facts = facts.model_copy(update={"inbox": tuple(await self._inbox.waiting()), "checkpoint": checkpoint})
        except HoldfastError as error:
            faults[Area.RECORDS] = error.code.value
        runs: dict[str, Described] = {}
        lost: dict[str, tuple[str, ...]] = {}
        running: Sequence[Execution] = ()
        try:
            running = await self._executions.open()
            queues: tuple[Queue, ...] = tuple([await self._executions.queue(*each) for each in self._queues])
            facts = facts.model_copy(update={"queues": queues})
            found = await _each(self._executions.describe, [each.case for each in listed])
            runs = {each.id: each for each in found if each is not None}
            lost = await self._lost(listed, runs)
        except HoldfastError as error:
            faults[Area.TEMPORAL] = error.code.value
        if Area.RECORDS not in faults:
            self._forget({each.case for each in listed})
        # After Temporal: a case that had ended there has its closing entry in the ledger by now.
        cases = [await self._case(each, runs, lost, faults) for each in listed]
        strays = await self._strays(running, {each.case for each in listed}, faults)
        return facts.model_copy(update={"faults": faults, "cases": tuple(cases), "strays": strays})

    async def _case(
        self,
        listed: Projection,
        runs: dict[str, Described],
        lost: dict[str, tuple[str, ...]],
        faults: dict[Area, str],
    ) -> CaseFacts:
        case, fault = listed.case, ""
        track = self._tracks.get(case, Track())
        try:
            head = await self._ledger.head(case)  # before the entries, which may go on meanwhile
            entries = await self._ledger.read(case, after=track.sequence)
            if self._continues(case, head, entries):
                track = track.after((each.sequence, each.entry) for each in entries)
                self._tracks[case] = track
            else:
                fault = REWRITTEN
        except HoldfastError as error:
            if error.code in _PASSING:
                faults[Area.RECORDS] = error.code.value
            else:
                fault = error.code.value
        except Exception as error:
            # One case that breaks its reader must not hide the others; its text could carry what it holds.
            _LOG.error("the ledger of %s cannot be read: %s", case, type(error).__name__)
            fault = Code.FAULT.value
        return CaseFacts(projection=listed, track=track, fault=fault, execution=runs.get(case), lost=lost.get(case, ()))

    def _continues(self, case: str, head: LedgerReceipt | None, entries: Sequence[LedgerEntry]) -> bool:
        """Whether this is the chain that was read before: an older copy that was put back, or another, is not."""
        known = self._heads.get(case)
        if entries:
            if known is not None and entries[0].previous != known:
                return False
            self._heads[case] = entries[-1].hash
            return True
        return known is None or (head is not None and head.head == known)

    async def _lost(self, listed: Sequence[Projection], runs: dict[str, Described]) -> dict[str, tuple[str, ...]]:
        """Terminated runs that belong to the chain of a run that goes on: what a reset leaves behind."""
        begun = [each.declared_at for each in listed if each.declared_at is not None]
        if not begun:
            return {}
        suspects = [each for each in await self._executions.terminated(min(begun)) if each.id in runs]
        unknown = [each for each in suspects if each.run not in self._first_runs]
        for each in await _each(lambda one: self._executions.describe(one.id, one.run), unknown):
            if each is not None:
                self._first_runs[each.run] = each.first_run
        lost: dict[str, tuple[str, ...]] = {}
        for one in suspects:
            latest = runs[one.id]
            if one.run != latest.run and self._first_runs.get(one.run) == latest.first_run:
                lost[one.id] = (*lost.get(one.id, ()), one.run)
        return lost

    def _forget(self, opened: set[str]) -> None:
        self._tracks = {case: track for case, track in self._tracks.items() if case in opened}
        self._heads = {case: head for case, head in self._heads.items() if case in opened}

    async def _strays(
        self, running: Iterable[Execution], opened: set[str], faults: dict[Area, str]
    ) -> tuple[Stray, ...]:
        strays = []
        for each in running:
            if each.id in opened or not (_ours(each.kind) or each.problems):
                continue
            try:
                listed = await self._cases.get(each.id) if Area.RECORDS not in faults else None
            except HoldfastError as error:
                faults[Area.RECORDS] = error.code.value
                listed = None
            strays.append(Stray(execution=each, listed=listed))
        return tuple(strays)


def _ours(kind: str) -> bool:
    return kind == "review" or kind.startswith("sop.")


async def _each(ask: Callable[[T], Awaitable[R]], about: Sequence[T]) -> list[R]:
    """The answers in order, a few questions at a time; the first failure is raised when all have ended."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(what: T) -> R:
        async with turn:
            return await ask(what)

    outcomes = await asyncio.gather(*(one(each) for each in about), return_exceptions=True)
    answers = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        answers.append(outcome)
    return answers
