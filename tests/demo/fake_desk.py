"""A desk of a few lines: what waits is what a test put there; an act is kept, or refused as the test planned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from domain.acts import Recorded
from domain.desk import Declaration, Declared, Doing, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.state import State
from domain.timeline import AuditReport, LedgerEntry, Projection

CASE = "EDR-SYNTHETIC"


def gate(name: str, *seats: tuple[str, ...], may: tuple[str, ...] = (), digest: str = "d1") -> dict[str, Any]:
    """A gate; `may` lists the people who may decide."""
    shown = {"seats": [{"name": f"s{n}", "roles": list(roles)} for n, roles in enumerate(seats)], "votes": []}
    return {"key": f"notify/{name}/1", "kind": "gate", "card": shown, "may": may, "digest": digest}


def task(name: str, *roles: str, may: tuple[str, ...], form: Sequence[object] = (), **card: Any) -> dict[str, Any]:
    """A task; `may` lists the people who may do it."""
    shown = {"roles": list(roles), "form": list(form), "artefact": False, "script": {"say": []}, **card}
    return {"key": f"investigate/{name}/1", "kind": "task", "card": shown, "may": may, "digest": "d1"}


def intervention(*may: str, leave: str = "allowed") -> dict[str, Any]:
    shown = {"leave": {"retry": leave}}
    return {"key": "notify/deliver/1!1", "kind": "intervention", "card": shown, "may": may, "digest": "d1"}


class FakeDesk:
    """`domain.desk.Desk`. `refuse` answers with a code for an act that is to be refused."""

    def __init__(self, *things: dict[str, Any], owner: str = "somebody") -> None:
        self.things = {each["key"]: each for each in things}
        self.owner = owner
        self.acts: list[tuple[str, Doing]] = []
        self.kept: list[tuple[str, EvidenceKind, str]] = []
        self.refuse: Callable[[str, Doing], Code | None] = lambda person, doing: None
        self.refused: list[tuple[str, Doing]] = []
        self.away = False
        self.unseen_by: set[str] = set()
        self._changed = asyncio.Event()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait for a condition, looked at after each question and each act."""
        async with asyncio.timeout(20):
            while not ready():
                self._changed.clear()
                await self._changed.wait()

    async def waiting(self, person: str, *, kind: str = "", case: str = "") -> Sequence[Waiting]:
        self._changed.set()
        if self.away:
            raise HoldfastError(Code.UNREACHABLE)
        if person in self.unseen_by:
            self.unseen_by.discard(person)
            return []
        at = datetime(2026, 1, 1, tzinfo=UTC)
        common = {"case": CASE, "title": "synthetic", "severity": 1, "opened_at": at, "nonce": "n", "rungs": 1}
        return [Waiting(**{**common, **each, "may": person in each["may"]}) for each in self.things.values()]

    async def cases(self, person: str, *, open_only: bool = False) -> Sequence[Projection]:
        line = {"slug": "emergency_data_request", "phase": "contain", "severity": 1, "status": "open"}
        return [Projection(case=CASE, owner=self.owner, **line), Projection(case=f"{CASE}/review", **line)]  # type: ignore[arg-type]

    async def act(self, person: str, doing: Doing) -> Recorded:
        self._changed.set()
        if (code := self.refuse(person, doing)) is not None:
            self.refused.append((person, doing))
            raise HoldfastError(code)
        self.acts.append((person, doing))
        found = self.things.get(doing.subject)
        if doing.act.kind == "take":
            self.owner = person
        elif found is not None and found["kind"] == "gate":
            found["card"]["votes"].append({"person": person})
            if len(found["card"]["votes"]) == len(found["card"]["seats"]):
                del self.things[doing.subject]
        else:
            self.things.pop(doing.subject, None)
        return Recorded(id=doing.id, subject=doing.subject)

    async def keep(self, person: str, case: str, kind: EvidenceKind, text: str) -> EvidenceRef:
        self.kept.append((person, kind, text))
        return EvidenceRef(id="ref-1", kind=kind, sha256="0" * 64, size=len(text))

    async def declare(self, person: str, declaration: Declaration) -> Declared:
        raise NotImplementedError

    async def show(self, person: str, case: str) -> State:
        raise NotImplementedError

    async def timeline(self, person: str, case: str, *, after: int = 0) -> Sequence[LedgerEntry]:
        raise NotImplementedError

    async def document(self, person: str, case: str, ref: EvidenceRef) -> bytes:
        raise NotImplementedError

    async def export(self, person: str, case: str) -> bytes:
        raise NotImplementedError

    async def audit(self, person: str) -> AuditReport:
        raise NotImplementedError

    async def by_slack(self, slack_id: str) -> str:
        raise NotImplementedError
