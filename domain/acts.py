"""What a person can do to a case, the statement that says so, and the envelope in which it travels."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.base import Model
from domain.evidence import EvidenceRef
from domain.people import Authority, Role

FactValue = str | int | bool | tuple[str, ...]
Facts = dict[str, FactValue]


class Approve(Model):
    """`code` says why, where the gate asks for a reason to act."""

    kind: Literal["approve"] = "approve"
    code: str = ""


class ApproveLess(Model):
    """Approve only these item ids of the card."""

    kind: Literal["approve-less"] = "approve-less"
    items: tuple[str, ...]


class AskFirst(Model):
    """A question before deciding; the text lies in the vault. The gate stays open and goes on climbing."""

    kind: Literal["ask-first"] = "ask-first"
    question: EvidenceRef
    of: Role
    minutes: int = Field(default=10, ge=1, le=24 * 60)


class Deny(Model):
    kind: Literal["deny"] = "deny"
    code: str


class Withdraw(Model):
    """Take back one's own decision while the gate is open."""

    kind: Literal["withdraw"] = "withdraw"


class Done(Model):
    """A task is done: its form as data, and the record of it in the vault."""

    kind: Literal["done"] = "done"
    result: Facts = {}
    artefact: EvidenceRef | None = None


class Cannot(Model):
    """A task cannot be done; the code says why."""

    kind: Literal["cannot"] = "cannot"
    code: str


class Move(Model):
    """The owner of a task with a due date asks for a later one, once; somebody who signs off agrees or does not."""

    kind: Literal["move"] = "move"
    to: datetime
    code: str


class Retry(Model):
    kind: Literal["retry"] = "retry"


class ByHand(Model):
    """A person did what the step could not. `result` is the step's result type as a form."""

    kind: Literal["by-hand"] = "by-hand"
    result: dict[str, object] = {}
    artefact: EvidenceRef | None = None


class Skip(Model):
    kind: Literal["skip"] = "skip"
    code: str


class Take(Model):
    """Take the owner's seat."""

    kind: Literal["take"] = "take"


class Amend(Model):
    """Change facts. Cards are drawn anew at once."""

    kind: Literal["amend"] = "amend"
    facts: Facts
    code: str = ""


class AskToStandDown(Model):
    """Ask that the incident be stood down; a gate opens for it."""

    kind: Literal["ask-to-stand-down"] = "ask-to-stand-down"
    code: str


class Acknowledge(Model):
    """ "I have seen this": the caller's next page to somebody else is not needed."""

    kind: Literal["acknowledge"] = "acknowledge"


class Report(Model):
    """One press, for the review: we left the procedure (`deviation`), a tool of ours failed us (`tool-fault`), or
    something grave came of it (`consequence`). The codes are those of `domain.codes`."""

    kind: Literal["report"] = "report"
    what: Literal["deviation", "tool-fault", "consequence"]
    code: str = ""


class Reassess(Model):
    """Severity, said anew as axes (see `domain.severity.Assessment`); an axis that nobody knows is None."""

    kind: Literal["reassess"] = "reassess"
    imminence: int | None = Field(default=None, ge=0, le=3)
    harm: int | None = Field(default=None, ge=1, le=4)
    credibility: int | None = Field(default=None, ge=1, le=3)
    code: str = ""


class HandOver(Model):
    """The owner offers the case to the next shift: an office (`uk`) or one person. `promises` lies in the vault."""

    kind: Literal["hand-over"] = "hand-over"
    to: str
    promises: EvidenceRef | None = None


class Accept(Model):
    """Take what was handed over. A transfer is complete only with this."""

    kind: Literal["accept"] = "accept"


class Decline(Model):
    """Refuse what was handed over; it climbs to whoever must find another."""

    kind: Literal["decline"] = "decline"
    code: str


class AskToToll(Model):
    """Ask that a clock stand still, until a time or for `days` from the approval (neither: until somebody resumes
    it). A gate opens for it; meanwhile the clock runs."""

    kind: Literal["ask-to-toll"] = "ask-to-toll"
    code: str
    until: datetime | None = None
    days: int = Field(default=0, ge=0, le=366)


class Resume(Model):
    """Let a clock that stands still go on with what was left."""

    kind: Literal["resume"] = "resume"
    code: str


class ClockMet(Model):
    """The duty of a clock was done; the record of it lies in the vault."""

    kind: Literal["clock-met"] = "clock-met"
    artefact: EvidenceRef | None = None


class Escalate(Model):
    """Call the next person now for what waits, whoever has seen it; on the case itself, for all that is open."""

    kind: Literal["escalate"] = "escalate"


class Update(Model):
    """Say in the case's room where it stands, in a code of `domain.codes.UPDATES`."""

    kind: Literal["update"] = "update"
    code: str


class Note(Model):
    """A note; its text lies in the vault."""

    kind: Literal["note"] = "note"
    text: EvidenceRef


Verdict = Approve | ApproveLess | AskFirst | Deny | Withdraw
Act = Annotated[
    Approve
    | ApproveLess
    | AskFirst
    | Deny
    | Withdraw
    | Done
    | Cannot
    | Move
    | Retry
    | ByHand
    | Skip
    | Take
    | Amend
    | AskToStandDown
    | Acknowledge
    | Report
    | Reassess
    | HandOver
    | Accept
    | Decline
    | AskToToll
    | Resume
    | ClockMet
    | Escalate
    | Update
    | Note,
    Field(discriminator="kind"),
]


class Statement(Model):
    """One act of one person on one subject of one case.

    `subject` is a verb key (`notify/release/1`) or "" for the case itself; `nonce` and `digest` are those of what
    was shown. `id` makes the same delivery count once. `at` is when the person acted, UTC. `alone` says that the
    desk told the person that they decide alone (PROTECT, from its third rung).
    """

    id: str
    case: str
    subject: str
    nonce: str = ""
    digest: str = ""
    act: Act
    person: str
    authority: Authority
    at: datetime
    alone: bool = False


class Signed(Model):
    """The statement as the exact JSON text that was signed, the key's id, and an Ed25519 signature in hex.

    The text is signed, not the object: a later version of `Statement` cannot change what was said.
    """

    body: str
    key_id: str
    signature: str


class Recorded(Model):
    """The answer to an accepted act. `status` is the subject's status after it."""

    id: str
    subject: str
    status: str = ""


class PublicKey(Model):
    """A desk key that a case trusts: id and 32 raw bytes in hex."""

    id: str
    ed25519: str
