"""What happened, in order, in codes: the entries that become the ledger."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from domain.base import Model
from domain.clock_lines import ClockLine
from domain.evidence import EvidenceRef


class Kind(StrEnum):
    """Everything that a timeline can say. New kinds may be added; none is ever reused."""

    DECLARED = "declared"
    PHASE = "phase"
    STEP_DONE = "step-done"
    STEP_FAILED = "step-failed"
    EFFECT = "effect"
    GATE_OPENED = "gate-opened"
    RUNG = "rung"
    PAGED = "paged"
    UNPAGED = "unpaged"
    DECISION = "decision"
    REFUSAL = "refusal"
    GATE_CHANGED = "gate-changed"
    GATE_DECIDED = "gate-decided"
    SILENCE = "silence"
    TASK_OPENED = "task-opened"
    TASK_ENDED = "task-ended"
    QUESTION = "question"
    INTERVENTION_OPENED = "intervention-opened"
    INTERVENTION_ENDED = "intervention-ended"
    AMENDED = "amended"
    OWNER = "owner"
    BRIEF = "brief"
    NOTE = "note"
    DEVIATION = "deviation"
    TOOL_FAULT = "tool-fault"
    CONSEQUENCE = "consequence"
    OVERDUE = "overdue"
    FOLLOW_UP = "follow-up"
    CANCEL_ASKED = "cancel-asked"
    STANDING_DOWN = "standing-down"
    UNDONE = "undone"
    REVIEW = "review"
    TURNOVER = "turnover"
    CLOCK = "clock"
    ACKNOWLEDGED = "acknowledged"
    HAND_OVER = "hand-over"
    ESCALATED = "escalated"
    SEVERITY = "severity"
    TRIGGER = "trigger"
    RECOVERED = "recovered"
    REOPENED = "reopened"
    PATCH = "patch"
    EXPORTED = "exported"
    SEALED = "sealed"
    HOLE = "hole"
    DELIVERY = "delivery"
    LINKED = "linked"
    ATTACHMENT = "attachment"
    OPENED = "opened"
    CLOSED = "closed"


class Entry(Model):
    """One line of the timeline.

    `id` is unique within its case and made by the workflow (`<run counter>`), so that a retried write is
    recognised. `subject` is a verb key (`notify/release/1`), `who` a person's id, `detail` holds codes, counts
    and hashes only. `at` is UTC. An entry that arms something says in `detail["next_due"]` (ISO, UTC) when the next
    call, warning or breach is due, so that a reader outside can tell what should have happened and did not.
    """

    id: str
    at: datetime
    kind: Kind
    subject: str = ""
    who: str = ""
    code: str = ""
    detail: dict[str, str | int | bool] = {}
    evidence: tuple[EvidenceRef, ...] = ()


class Projection(Model):
    """What a list of cases shows. Rebuilt from the ledger at need; no workflow reads it."""

    case: str
    slug: str
    phase: str
    severity: int
    status: str
    owner: str = ""
    open_gates: tuple[str, ...] = ()
    open_tasks: tuple[str, ...] = ()
    open_interventions: tuple[str, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    outcome: str = ""
    drill: bool = False
    declared_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def next_clock(self) -> datetime | None:
        """When the next of its running clocks is due; None if none has a due time."""
        return min((each.due_at for each in self.clocks if each.runs and each.due_at), default=None)


class LedgerEntry(Model):
    """An entry as it stands in the ledger: chained by hashes over the *encrypted* body.

    `sealed` is the SHA-256 (hex) of that body, `hash` that of [previous, case, sequence, entry id, sealed].
    """

    case: str
    sequence: int
    entry: Entry
    previous: str
    hash: str
    sealed: str = ""


class AuditFault(Model):
    """One thing that an audit found: where, and a code.

    Of a case: `altered`, `missing`, `inserted`, `reordered`, `cut-off`, `rewritten`, `removed`, `unreadable`. Of the
    checkpoints `case` is `checkpoint` and `sequence` a number: `altered`, `missing`, `differs` (the witness has
    another), `unwitnessed` (it was sent, and the witness has none).
    """

    case: str
    sequence: int
    fault: str


class AuditReport(Model):
    """The result of reading a ledger from end to end.

    `checkpoints` is how many were read. `witness` is `off`, `agrees`, `differs` or `unreachable`; `witnessed` the last
    number that it has and `witnessed_at` when that was made (UTC); `unwitnessed` how many entries are newer than it:
    of these only our own word can be had.
    """

    cases: int
    entries: int
    faults: tuple[AuditFault, ...] = ()
    checkpoints: int = 0
    witness: str = "off"
    witnessed: int = 0
    witnessed_at: datetime | None = None
    unwitnessed: int = 0

    @property
    def ok(self) -> bool:
        return not self.faults and self.witness != "unreachable"
