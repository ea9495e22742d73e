"""The closed list of what can go wrong, each with the sentence its reader needs."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Stable codes. A code never changes its meaning; sentences may be improved."""

    UNSEALED = "unsealed"
    TAMPERED = "tampered"
    OTHER_CASE = "sealed-for-another-case"
    UNKNOWN_KEY = "unknown-key"
    UNREADABLE = "unreadable"
    FORGED = "forged"
    STALE = "stale"
    NOT_OPEN = "not-open"
    NO_SUCH_SUBJECT = "no-such-subject"
    NOT_SEATED = "not-seated"
    EXCLUDED = "excluded"
    NOT_ALLOWED = "not-allowed"
    NOT_A_SUBSET = "not-a-subset"
    REASON_REQUIRED = "reason-required"
    ARTEFACT_REQUIRED = "artefact-required"
    INVALID = "invalid"
    DUPLICATE_KEY = "duplicate-key"
    UNKNOWN_PROCEDURE = "unknown-procedure"
    UNKNOWN_PERSON = "unknown-person"
    UNKNOWN_CASE = "unknown-case"
    UNKNOWN_SOURCE = "unknown-source"
    UNPROVEN = "unproven"
    TOO_LARGE = "too-large"
    ALREADY_CLOSED = "already-closed"
    STILL_RUNNING = "still-running"
    NO_COPY = "no-copy"
    SUSPENDED = "suspended"
    UNREACHABLE = "unreachable"
    NOT_RECORDED = "not-recorded"
    STEP_UP = "step-up"
    EXPIRED = "expired"
    BROKEN_CONFIGURATION = "broken-configuration"
    DAMAGED = "damaged"
    GUARD = "guard"
    NO_APPROVAL = "no-approval"
    QUORUM = "quorum"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    NEEDS_HUMAN = "needs-a-person"
    FAULT = "fault"


SENTENCES: dict[Code, str] = {
    Code.UNSEALED: "This message was not sealed, so it was refused; send it through the desk.",
    Code.TAMPERED: "This message was changed after it was sealed, so it was refused; send it again.",
    Code.OTHER_CASE: "This message was sealed for another case, so it was refused; send it for this one.",
    Code.UNKNOWN_KEY: "The key that sealed this message is not on our ring; ask the operator to restore it.",
    Code.UNREADABLE: "This message could not be read, so it was refused; send it through the desk.",
    Code.FORGED: "The signature of this decision is not the desk's, so it was refused; sign in and decide.",
    Code.STALE: "What you decided on has changed since; open the card again and decide on what it says now.",
    Code.NOT_OPEN: "This is no longer open; look at the case to see how it ended.",
    Code.NO_SUCH_SUBJECT: "The case has no such gate, task or intervention; list them and choose one.",
    Code.NOT_SEATED: "None of your roles has a seat here; ask someone whose role the card names.",
    Code.EXCLUDED: "You took part in this case in a way that excludes you here; someone else must decide.",
    Code.NOT_ALLOWED: "This is not allowed here; choose one of the ways that the card offers.",
    Code.NOT_A_SUBSET: "You may only release less than the card shows; choose among its items.",
    Code.REASON_REQUIRED: "A reason code is required; choose one from the list.",
    Code.ARTEFACT_REQUIRED: "This needs its record; attach what the script asks you to write down.",
    Code.INVALID: "This is not valid; correct what is named and send it again.",
    Code.DUPLICATE_KEY: "This key was used for another request; use a new key for a new request.",
    Code.UNKNOWN_PROCEDURE: "There is no procedure of that name; `holdfast sops` lists them.",
    Code.UNKNOWN_PERSON: "The directory does not know this person; ask its keeper to add them.",
    Code.UNKNOWN_CASE: "There is no such case, or it is not yours to see; check the id.",
    Code.UNKNOWN_SOURCE: "There is no such way in; ask the operator for the address of yours.",
    Code.UNPROVEN: "The signature does not fit this source, its key or the time; sign it again and send it.",
    Code.TOO_LARGE: "This is larger than what is taken here; send less.",
    Code.ALREADY_CLOSED: "This case is closed; look at its timeline.",
    Code.STILL_RUNNING: "The case is open and runs as it should, so nothing was done; act on it as it is.",
    Code.NO_COPY: "There is no copy of this case to start it from; declare it again with a new key.",
    Code.SUSPENDED: "This person's access is suspended; someone else must do this.",
    Code.UNREACHABLE: "The other side cannot be reached; check that it runs and try again.",
    Code.NOT_RECORDED: "Your decision is NOT confirmed; try again, it counts only once.",
    Code.STEP_UP: "This needs proof that it is you, so it does NOT count yet; confirm it at the desk within 5 minutes.",
    Code.EXPIRED: "This came too late, so it did NOT count; open the card again and decide.",
    Code.BROKEN_CONFIGURATION: "The configuration is not usable; correct the setting that is named.",
    Code.DAMAGED: "This copy is damaged, so nothing was changed; use another one.",
    Code.GUARD: "A safeguard refused this step; the case shows which condition is missing.",
    Code.NO_APPROVAL: "This step needs an approval for exactly what it would do; none stands.",
    Code.QUORUM: "The signed decisions do not fill every seat, so nothing was released.",
    Code.TRANSIENT: "The other side failed for now; it is tried again.",
    Code.PERMANENT: "The other side refused; a person must look at it.",
    Code.NEEDS_HUMAN: "The other side does not accept our credentials; an engineer must look at it.",
    Code.FAULT: "Something failed on our side; the operator has the details.",
}


# Somebody altered, forged or misdirected something: the case itself must know of it, not only who asked.
TAMPERING = frozenset({Code.UNSEALED, Code.TAMPERED, Code.OTHER_CASE, Code.UNKNOWN_KEY, Code.FORGED, Code.UNREADABLE})


# What may be there again in a moment says nothing of what was asked for: never answered as "there is none".
PASSING = frozenset({Code.UNREACHABLE, Code.TRANSIENT})


class HoldfastError(Exception):
    """One sentence for its reader and a stable code; never a payload.

    `detail` may name a field or a setting (never its value).
    """

    def __init__(self, code: Code, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        base = SENTENCES[self.code]
        return f"{base} ({self.detail})" if self.detail else base


class Passing(HoldfastError):
    """`transient`. `retry_after`: seconds that the other side asked us to wait, if it did."""

    def __init__(self, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(Code.TRANSIENT, detail)
        self.retry_after = retry_after


class StepUpNeeded(HoldfastError):
    """`step-up`: the press is kept. `link` is where its person completes it, once, within five minutes: a path at the
    desk, or an address."""

    def __init__(self, link: str) -> None:
        self.link = link
        super().__init__(Code.STEP_UP, link)
