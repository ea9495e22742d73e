"""What steps and the desk need from outside, as protocols. Adapters implement them; wiring joins the two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.acts import PublicKey, Signed
from domain.agencies import Book
from domain.agency_edits import Revision
from domain.checkpoints import Made, Notary, Proof, SealedCheckpoint
from domain.evidence import EvidenceKind, EvidenceRef, LedgerReceipt
from domain.signals import Mark, Quarantined
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


class Checkpoints(Protocol):
    """What all chains stood at, minute by minute; see `domain.checkpoints`."""

    async def make(self, now: datetime, notary: Notary, *, every: timedelta = timedelta()) -> Made:
        """Write the next checkpoint, over one state of all heads; none if the last is younger than `every`."""
        ...

    async def latest(self) -> SealedCheckpoint | None: ...

    async def unsent(self, limit: int = 100) -> Sequence[SealedCheckpoint]:
        """What the witness has not acknowledged, oldest first."""
        ...

    async def sent(self, number: int, now: datetime) -> None: ...

    async def adopt(self, theirs: Sequence[SealedCheckpoint], now: datetime) -> None:
        """Take back checkpoints of ours that the witness has and we lost; they must follow on ours."""
        ...

    async def proof(self, case: str) -> tuple[SealedCheckpoint, Proof] | None:
        """The latest checkpoint with the case's place in it; None if no checkpoint knows the case."""
        ...

    async def verify(self, trusted: Sequence[PublicKey], witnessed: Sequence[SealedCheckpoint] | None) -> AuditReport:
        """Read every chain and every checkpoint as of one moment and compare them, also with the witness's copies
        (None: there is no witness, or it did not answer)."""
        ...


class Witness(Protocol):
    """Somebody outside the operator's reach who keeps our checkpoints and never lets one be replaced."""

    async def keep(self, checkpoint: SealedCheckpoint) -> None:
        """Hand one over; the same again is taken as said already.

        Raises:
            HoldfastError: `transient`, `needs-a-person` or `permanent`; `tampered` if the number is there with
                another text, or does not follow on what is there.
        """
        ...

    async def latest(self) -> SealedCheckpoint | None: ...

    async def read(self, after: int) -> Sequence[SealedCheckpoint]:
        """Those with a greater number, in order; some of them if they are many, none if there are none."""
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

    async def remember(self, key: str, kind: str, body: bytes) -> bool:
        """Store what asks for nothing: never pending. False if the key is there already."""
        ...

    async def pending(self, limit: int = 100) -> Sequence[tuple[str, str, bytes]]: ...

    async def waiting(self, limit: int = 100) -> Sequence[tuple[str, datetime]]:
        """(key, received at) of what is pending, oldest first."""
        ...

    async def done(self, key: str) -> None: ...

    async def body(self, key: str) -> bytes | None:
        """The stored body of a key, pending or done; None if unknown."""
        ...


class Agencies(Protocol):
    """The list of agencies: every edit of it, signed by the desk, one chain, nothing ever changed."""

    async def current(self) -> Book:
        """What all edits come to.

        Raises:
            HoldfastError: `tampered` if an edit is missing, altered, not the desk's or not one that counts;
                `transient`.
        """
        ...

    async def append(self, signed: Signed) -> Book:
        """Add the next revision and return the list after it.

        Raises:
            HoldfastError: the code with which the edit does not count; `stale` if the list has moved on; `forged`.
        """
        ...

    async def revisions(self, agency: str = "") -> Sequence[Revision]:
        """Every edit in order; of one agency where it is named."""
        ...


class Marks(Protocol):
    """What is remembered of requests, as keyed hashes, for as long as a look back reaches."""

    async def remember(self, mark: Mark) -> None:
        """Once per case; a second time changes nothing. Forgets what is older than any look back."""
        ...

    async def beside(self, mark: Mark) -> Sequence[Mark]:
        """Every mark that shares a hash or the agency with this one, itself included, oldest first."""
        ...

    async def quarantine(self, held: Quarantined) -> None:
        """Once per sender and case."""
        ...

    async def quarantined(self, sender: str) -> Quarantined | None:
        """The latest quarantine of this sender that nobody has lifted."""
        ...

    async def lift(self, sender: str, by: str, at: datetime) -> bool:
        """End every quarantine of a sender; False if there is none."""
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

    async def documents(self, case: str) -> Sequence[EvidenceRef]:
        """Everything stored of a case, by id; none after erasure. A case's review lies with the case."""
        ...

    async def erase(self, case: str) -> None:
        """Destroy the case's key: its documents become unreadable, the ledger's hashes stay verifiable."""
        ...


class Clock(Protocol):
    """The wall clock, in UTC."""

    def now(self) -> datetime: ...
