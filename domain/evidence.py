"""References to what lies in the vault. History carries these; never what they point to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from domain.base import Model


class EvidenceKind(StrEnum):
    """What a vault document is, for retention and access."""

    INTAKE = "intake"
    INPUT = "input"
    SNAPSHOT = "snapshot"
    CALL_RECORD = "call-record"
    ARTEFACT = "artefact"
    LETTER = "letter"
    PACKAGE = "package"
    REASON = "reason"
    REPORT = "report"
    HISTORY = "history"


class EvidenceRef(Model):
    """An opaque id in the vault and the SHA-256 (hex) of the *plain* bytes, plus their size in bytes."""

    id: str
    kind: EvidenceKind
    sha256: str
    size: int


class PreservationReceipt(Model):
    """What the platform answered when it preserved: its receipt, the hash of what it holds, and when."""

    receipt_id: str
    account: EvidenceRef
    sha256: str
    items: int
    taken_at: datetime
    undecided: bool = False


class LedgerReceipt(Model):
    """Proof that the timeline up to `sequence` is in the ledger before a step acts. `head` is a SHA-256 hex."""

    case: str
    sequence: int
    head: str
