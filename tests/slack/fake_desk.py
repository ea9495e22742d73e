"""A desk in memory, so that the adapter alone is on trial: it keeps what it was asked, and says what is planned."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.acts import Escalate, Reassess, Recorded
from domain.desk import Declaration, Declared, Doing, Tonight, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.policy import Procedure, check_form
from domain.severity import Assessment, Severity
from domain.state import State
from domain.timeline import AuditReport, LedgerEntry, Projection
from domain.tonight import Hole

T0 = datetime(2026, 1, 1, tzinfo=UTC)
CASE = "EDR-AAAAA-BBBBB"
PEOPLE = {"U0ESC01": "esc-dara", "U0DUT01": "dut-hana", "U0ENG01": "eng-nia"}


class FakeDesk:
    """`domain.desk.Desk`. `error` is raised by every method; `silent` makes it never answer; `offers` is a case that
    may be the one declared."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.declared: list[tuple[str, Declaration]] = []
        self.acts: dict[str, tuple[str, Doing]] = {}
        self.waits: list[Waiting] = []
        self.error: HoldfastError | None = None
        self.fault: Exception | None = None
        self.silent = False
        self.running = True
        self.offers = ""
        self.closes = True
        self.kept: list[tuple[str, str, str]] = []
        self.entries: list[LedgerEntry] = []
        self.listed: list[Projection] = []
        self.severity = Severity.P0
        self.owner = ""

    async def _ready(self) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        if self.error is not None:
            raise self.error

    async def declare(self, person: str, declaration: Declaration) -> Declared:
        await self._ready()
        problems = check_form(self.procedure.intake, declaration.answers)
        if problems:
            raise HoldfastError(Code.INVALID, "; ".join(problems))
        if self.offers and not declaration.another:
            return Declared(case=self.offers, new=False, offered=True)
        new = all(each.key != declaration.key for _, each in self.declared)
        self.declared.append((person, declaration))
        mark = hashlib.sha256(declaration.key.encode()).hexdigest()[:5].upper()
        return Declared(case=f"EDR-AAAAA-{mark}", new=new, running=self.running)

    async def cases(self, person: str, *, open_only: bool = False) -> Sequence[Projection]:
        await self._ready()
        return self.listed or [self.state.projection(T0)]

    async def show(self, person: str, case: str) -> State:
        await self._ready()
        if case.upper() != CASE:
            raise HoldfastError(Code.UNKNOWN_CASE)
        return self.state

    @property
    def state(self) -> State:
        return State(case=CASE, slug="emergency_data_request", severity=self.severity, declared_at=T0)

    async def waiting(self, person: str, *, kind: str = "", case: str = "") -> Sequence[Waiting]:
        await self._ready()
        return [each for each in self.waits if case in ("", each.case) and kind in ("", each.kind)]

    async def act(self, person: str, doing: Doing) -> Recorded:
        await self._ready()
        if doing.id in self.acts:
            return Recorded(id=doing.id, subject=doing.subject, status="already-recorded")
        found = next((each for each in self.waits if each.key == doing.subject), None)
        if doing.subject and found is None:
            raise HoldfastError(Code.NOT_OPEN)
        if isinstance(doing.act, Escalate):
            self.acts[doing.id] = (person, doing)
            return Recorded(id=doing.id, subject=doing.subject, status="open")
        if isinstance(doing.act, Reassess):
            axes = doing.act.model_dump(include={"imminence", "harm", "credibility"})
            self.severity = Assessment(**axes).severity()
        if found is not None and (doing.nonce, doing.digest) != (found.nonce, found.digest):
            raise HoldfastError(Code.STALE)
        self.acts[doing.id] = (person, doing)
        if found is not None and self.closes:
            self.waits.remove(found)
        return Recorded(id=doing.id, subject=doing.subject, status="done" if self.closes else "open")

    async def by_slack(self, slack_id: str) -> str:
        await self._ready()
        if slack_id not in PEOPLE:
            raise HoldfastError(Code.UNKNOWN_PERSON)
        return PEOPLE[slack_id]

    async def timeline(self, person: str, case: str, *, after: int = 0) -> Sequence[LedgerEntry]:
        await self._ready()
        return self.entries

    async def tonight(self, person: str, *, days: int = 14) -> Tonight:
        await self._ready()
        hole = Hole(procedure="synthetic", gate="release", start=T0, end=T0 + timedelta(hours=2), missing=("lead",))
        return Tonight(start=T0, end=T0 + timedelta(days=days), holes=(hole,), rota=False)

    async def keep(self, person: str, case: str, kind: EvidenceKind, text: str) -> EvidenceRef:
        await self._ready()
        self.kept.append((case, kind.value, text))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        return EvidenceRef(id=f"kept-{len(self.kept)}", kind=kind, sha256=sha256, size=len(text.encode()))

    async def document(self, person: str, case: str, ref: EvidenceRef) -> bytes:
        raise NotImplementedError

    async def export(self, person: str, case: str) -> bytes:
        raise NotImplementedError

    async def audit(self, person: str) -> AuditReport:
        raise NotImplementedError


def waiting(kind: str, key: str, digest: str = "d" * 64, choices: tuple[str, ...] = (), **card: Any) -> Waiting:
    return Waiting(
        case=CASE,
        key=key,
        kind=kind,
        title="SYNTHETIC",
        severity=0,
        opened_at=T0,
        nonce="nonce-of-now",
        digest=digest,
        rungs=1,
        card=card,
        choices=choices,
    )
