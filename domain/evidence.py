"""References to what lies in the vault. History carries these; never what they point to."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from domain.base import Model

_REF = re.compile(r"(?P<kind>[a-z-]+):(?P<id>[A-Za-z0-9-]+):(?P<sha256>[0-9a-f]{64}):(?P<size>\d{1,12})")


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
    OPINION = "opinion"
    ACTION = "action"
    WELLBEING = "wellbeing"
    TRANSCRIPT = "transcript"
    CODE = "one-time-code"
    ATTACHMENT = "attachment"
    PAGE = "page"
    PAGE_TEXT = "page-text"
    READING = "reading"
    EXAMINATION = "examination"


# What somebody sent us, as it was sent: it is handed to the confined reader and to no person, by nobody.
NEVER_OPENED = frozenset({EvidenceKind.ATTACHMENT})
# What was made of an attachment: whoever looks at one is named in the ledger before they see it.
OPENED_ON_RECORD = frozenset(
    {EvidenceKind.PAGE, EvidenceKind.PAGE_TEXT, EvidenceKind.READING, EvidenceKind.EXAMINATION}
)
# What only a step may put into the vault: a person's words must never pass for what a machine saw.
MADE_BY_STEPS = frozenset(
    {
        EvidenceKind.ATTACHMENT,
        EvidenceKind.PAGE,
        EvidenceKind.PAGE_TEXT,
        EvidenceKind.READING,
        EvidenceKind.EXAMINATION,
        EvidenceKind.CODE,
        EvidenceKind.TRANSCRIPT,
    }
)


class EvidenceRef(Model):
    """An opaque id in the vault and the SHA-256 (hex) of the *plain* bytes, plus their size in bytes."""

    id: str
    kind: EvidenceKind
    sha256: str
    size: int


def ref_text(ref: EvidenceRef) -> str:
    """A reference as one word, for a field of a form: `kind:id:sha256:size`."""
    return f"{ref.kind.value}:{ref.id}:{ref.sha256}:{ref.size}"


def ref_of(text: str) -> EvidenceRef | None:
    """The reference again; None for what is not one."""
    found = _REF.fullmatch(text)
    if found is None or found["kind"] not in set(EvidenceKind):
        return None
    return EvidenceRef(
        id=found["id"], kind=EvidenceKind(found["kind"]), sha256=found["sha256"], size=int(found["size"])
    )


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
