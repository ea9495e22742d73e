"""Proof that it is you: what needs it, for how long it counts, and the press that is kept until it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.acts import Act
from domain.base import Model
from domain.errors import Code
from domain.gates import Family
from domain.refusal import Refused

STEP_UP_LASTS = timedelta(minutes=15)  # on every surface: as long as one decision takes with its questions
LINK_LASTS = timedelta(minutes=5)  # a link that lies in a chat for longer is somebody else's chance
NEEDS_STEP_UP = frozenset({Family.DISCLOSE, Family.PROTECT})
"""Families whose yes or no leaves the house: a press proves too little for them."""
_DECIDES = ("approve", "approve-less", "deny")


def needs_step_up(family: str, act: Act) -> bool:
    """Whether this act on a gate of this family ("" for what is no gate) needs a fresh proof. Asking, having seen and
    taking back do not: they let nothing out."""
    return family in {each.value for each in NEEDS_STEP_UP} and act.kind in _DECIDES


class StepUp(Model):
    """Somebody proved themselves at the desk; `way` is how (`development`: the desk took their word)."""

    person: str
    way: str
    at: datetime

    def holds(self, now: datetime) -> bool:
        return self.at <= now < self.at + STEP_UP_LASTS


class IntentState(StrEnum):
    """`open` until it is completed (`used`), overtaken or refused (`void`), or too late (`expired`)."""

    OPEN = "open"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"


class Intent(Model):
    """A press that does not count yet. `link` is the SHA-256 (hex) of the one-use link, which is kept nowhere.

    `doing` is the id of the statement that it becomes, `nonce` and `digest` those of the card that was shown, `said`
    the digest of what was pressed; `body` is the press itself, sealed. `code` is why it ended without counting;
    `told_at` when the person heard that it expired. Times are UTC.
    """

    link: str
    doing: str
    person: str
    case: str
    subject: str
    nonce: str
    digest: str
    said: str
    body: bytes
    at: datetime
    state: IntentState = IntentState.OPEN
    code: str = ""
    told_at: datetime | None = None

    @property
    def until(self) -> datetime:
        return self.at + LINK_LASTS


def link_fault(intent: Intent | None, person: str, now: datetime) -> Refused | None:
    """Why this link completes nothing for this person now; None if it does. Another person hears no more than that
    it is not theirs, whatever became of it."""
    if intent is None:
        return Refused(code=Code.NO_SUCH_SUBJECT, detail="there is no such link")
    if intent.person != person:
        return Refused(code=Code.NOT_ALLOWED, detail="this link is somebody else's")
    if intent.state is IntentState.USED:
        return Refused(code=Code.NOT_OPEN, detail="this link was used")
    if intent.state is IntentState.VOID:
        return Refused(code=Code.NOT_OPEN, detail="what was pressed was overtaken")
    if intent.state is IntentState.EXPIRED or now >= intent.until:
        return Refused(code=Code.EXPIRED)
    return None


class Intents(Protocol):
    """The store's side of proofs and of presses that wait for one. All methods raise HoldfastError (`transient`)."""

    async def stepped_up(self, step: StepUp) -> None:
        """Keep a proof; it takes the place of the person's one before."""
        ...

    async def step_up(self, person: str) -> StepUp | None:
        """The person's last proof, whether it still holds or not."""
        ...

    async def keep(self, intent: Intent) -> Intent:
        """Keep a press, and make void the open ones of this person on the same subject. The same link again changes
        nothing. Returns what stands."""
        ...

    async def intent(self, link: str) -> Intent | None: ...

    async def end(self, link: str, state: IntentState, code: str = "") -> bool:
        """End an open one; False if it was not open."""
        ...

    async def decided(self, person: str, case: str, subject: str, doing: str) -> None:
        """A decision was recorded: the press that it came from is used, the person's other open ones are void."""
        ...

    async def late(self, before: datetime, limit: int = 100) -> Sequence[Intent]:
        """Open ones that were kept before this moment, and expired ones that nobody was told of, oldest first."""
        ...

    async def told(self, link: str, at: datetime) -> None:
        """The person knows that it expired."""
        ...
