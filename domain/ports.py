"""What steps and the desk need from outside, as protocols. Adapters implement them; wiring joins the two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.evidence import EvidenceKind, EvidenceRef, LedgerReceipt
from domain.timeline import AuditReport, Entry, LedgerEntry, Projection


class Ledger(Protocol):
    """The primary record: append-only, one hash chain per case."""

    async def append(
        self, case: str, entries: Sequence[Entry], projection: Projection | None = None, copy: bytes | None = None
    ) -> LedgerReceipt:
        """Append in order, in one transaction with the projection and the copy; an entry id already there is not
        written twice. `copy` is the case's whole state, packed by the caller, kept sealed for recovery; it takes
        the place of the one before. Returns the receipt of the case's head."""
        ...

    async def read(self, case: str, after: int = 0) -> Sequence[LedgerEntry]:
        """All entries with a sequence greater than `after`, in order."""
        ...

    async def head(self, case: str) -> LedgerReceipt | None:
        """The case's head, or None for a case without entries."""
        ...

    async def verify(self) -> AuditReport:
        """Read every chain from end to end."""
        ...


class Cases(Protocol):
    """The projection: search and lists."""

    async def get(self, case: str) -> Projection | None: ...

    async def copy(self, case: str) -> bytes | None:
        """The newest copy of the case's state as it was handed to `Ledger.append`; None if there is none, or if
        the case was erased."""
        ...

    async def list(self, *, open_only: bool = False, limit: int = 200) -> Sequence[Projection]: ...


class Inbox(Protocol):
    """What the desk accepted while Temporal could not be reached; drained in order, never lost."""

    async def put(self, key: str, kind: str, body: bytes) -> bool:
        """Store a sealed request; False if the key is there already (nothing is changed then)."""
        ...

    async def pending(self, limit: int = 100) -> Sequence[tuple[str, str, bytes]]: ...

    async def done(self, key: str) -> None: ...

    async def body(self, key: str) -> bytes | None:
        """The stored body of a key, pending or done; None if unknown."""
        ...


class Vault(Protocol):
    """Documents, encrypted under a key per case."""

    async def put(self, case: str, kind: EvidenceKind, data: bytes, *, name: str) -> EvidenceRef:
        """Store once per (case, name): the same name with the same bytes returns the first reference."""
        ...

    async def find(self, case: str, name: str) -> EvidenceRef | None:
        """The reference stored under this name, or None. What a retried step finds, it does not make again."""
        ...

    async def get(self, case: str, ref: EvidenceRef) -> bytes:
        """The plain bytes; raises HoldfastError (`tampered`) if hash or tag do not fit."""
        ...

    async def erase(self, case: str) -> None:
        """Destroy the case's key: its documents become unreadable, the ledger's hashes stay verifiable."""
        ...


class Clock(Protocol):
    """The wall clock, in UTC."""

    def now(self) -> datetime: ...
