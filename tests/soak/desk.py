"""A desk that is killed now and then, as people see it: they try again until it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from domain.acts import Recorded
from domain.desk import Declaration, Declared, Doing, Speak, Spoken, Waiting
from domain.errors import Code, HoldfastError, StepUpNeeded
from domain.evidence import EvidenceKind, EvidenceRef
from domain.ports import Ledger
from domain.state import State
from domain.timeline import AuditReport, LedgerEntry, Projection
from integrations.desk_client import DeskClient
from integrations.temporal.skipping import TimeTravel

T = TypeVar("T")
_AGAIN = frozenset({Code.UNREACHABLE, Code.NOT_RECORDED, Code.TRANSIENT, Code.FAULT})
_PATIENCE = 300.0  # seconds a person tries before the case counts as stuck


async def _insisting(ask: Callable[[], Awaitable[T]]) -> T:
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        try:
            return await ask()
        except HoldfastError as error:
            if error.code not in _AGAIN or asyncio.get_running_loop().time() > deadline:
                raise
        except RPCError:
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.3)


class PatientDesk:
    """What the plays need of a desk, over HTTP, tried again with the same ids."""

    def __init__(self, client: DeskClient) -> None:
        self._client = client

    async def declare(self, person: str, declaration: Declaration) -> Declared:
        return await _insisting(lambda: self._client.declare(person, declaration))

    async def waiting(self, person: str, *, kind: str = "", case: str = "") -> Sequence[Waiting]:
        return await _insisting(lambda: self._client.waiting(person, kind=kind, case=case))

    async def cases(self, person: str, *, open_only: bool = False) -> Sequence[Projection]:
        return await _insisting(lambda: self._client.cases(person, open_only=open_only))

    async def code_to_speak(self, person: str, wanted: Speak) -> Spoken:
        return await _insisting(lambda: self._client.code_to_speak(person, wanted))

    async def act(self, person: str, doing: Doing) -> Recorded:
        try:
            return await _insisting(lambda: self._client.act(person, doing))
        except StepUpNeeded:
            await _insisting(lambda: self._client.step_up(person))
            return await _insisting(lambda: self._client.act(person, doing))

    async def keep(self, person: str, case: str, kind: EvidenceKind, text: str) -> EvidenceRef:
        return await _insisting(lambda: self._client.keep(person, case, kind, text))

    async def audit(self, person: str) -> AuditReport:
        return await _insisting(lambda: self._client.audit(person))

    async def look(self, case: str) -> State:
        return await _insisting(lambda: self._client.show("inc-lena", case))


class PatientLedger:
    """The ledger as the checks read it, in a store that is away now and then."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def read(self, case: str, after: int = 0) -> Sequence[LedgerEntry]:
        return await _insisting(lambda: self._ledger.read(case, after))


class PatientTravel(TimeTravel):
    """Clocks that are moved on although the server may be gone for a moment."""

    async def later(self, handle: WorkflowHandle[Any, Any], by: timedelta) -> bool:
        return await _insisting(lambda: super(PatientTravel, self).later(handle, by))

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        return await _insisting(lambda: super(PatientTravel, self).now(handle))
