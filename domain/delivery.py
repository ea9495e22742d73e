"""A package on its way to one recipient: who may open it, what seals it, and how the portal's word is checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.base import Model
from domain.whereabouts import Expected, Whereabouts

TRIES = 3


class PackageState(StrEnum):
    """`offered`: it lies there, unopened. The last three are final, and `opened` can only become `sealed`."""

    OFFERED = "offered"
    OPENED = "opened"
    SEALED = "sealed"
    RECALLED = "recalled"
    EXPIRED = "expired"


class Seal(StrEnum):
    """Why a package was sealed. The last two are no portal's: we read them from what it says that it did."""

    BEFORE_CALL_BACK = "before-call-back"
    UNEXPECTED_PLACE = "unexpected-place"
    CODE_GUESSED = "code-guessed"
    SECOND_OPENER = "second-opener"
    WRONG_SCOPE = "wrong-scope"
    NOT_OPEN = "not-open"


class Verdict(StrEnum):
    """What comes of a try: it opens, the code was wrong, it seals, or nothing is there to open any more."""

    OPENS = "opens"
    WRONG_CODE = "wrong-code"
    SEALS = "seals"
    GONE = "gone"


class Try(Model):
    """Somebody typed a code. `opener` is how the portal tells openers apart (opaque to us), `right` whether the code
    was the one."""

    at: datetime
    opener: str
    place: Whereabouts
    right: bool


class Did(StrEnum):
    """What a portal says happened."""

    OFFERED = "offered"
    ALLOWED = "allowed"
    TRIED = "tried"
    OPENED = "opened"
    SEALED = "sealed"
    RECALLED = "recalled"
    EXPIRED = "expired"


class PackageEvent(Model):
    """One event of one package, numbered from 1 without gaps. `code` is why it was sealed; `sha256` (hex) that of the
    bytes that an opener was given."""

    number: int
    at: datetime
    did: Did
    code: str = ""
    opener: str = ""
    place: Whereabouts = Whereabouts()
    sha256: str = ""


class PackageRecord(Model):
    """A package as we know it. `sha256` (hex) is that of its bytes; `opener` who it is bound to; `code` why it was
    sealed, or taken back for good; `out` says that somebody was given what they should not have been; `seen` is the
    last event read."""

    id: str
    sha256: str
    expected: Expected
    offered_at: datetime
    expires_at: datetime
    state: PackageState = PackageState.OFFERED
    allowed_at: datetime | None = None
    tries: int = 0
    opened_at: datetime | None = None
    opener: str = ""
    ended_at: datetime | None = None
    code: str = ""
    out: bool = False
    seen: int = 0

    @property
    def reached(self) -> bool:
        """Whether it was given to whoever it was meant for, whatever somebody else tried with it afterwards."""
        return self.opened_at is not None and not self.out

    def ends(self, state: PackageState, at: datetime, code: str = "") -> PackageRecord:
        return self.model_copy(update={"state": state, "ended_at": at, "code": code})


class DeliveryPolicy(Model):
    """How long a package may lie unopened, how often we look (pauses double from the first to the longest), and how
    often after it was opened, when only a second opener can still come."""

    recall_after: timedelta = timedelta(hours=4)
    first_look: timedelta = timedelta(seconds=30)
    longest_look: timedelta = timedelta(minutes=5)
    after_opening: timedelta = timedelta(minutes=30)

    def pause(self, looks: int) -> timedelta:
        """The pause after so many looks."""
        return min(self.first_look * (1 << min(looks, 12)), self.longest_look)


# -- the rules ----------------------------------------------------------------------------------------------


def tried(record: PackageRecord, given: Try) -> tuple[PackageRecord, Verdict]:
    """The package after somebody typed a code.

    Whatever is suspicious seals before the code is looked at, so that nobody learns whether theirs was right.
    """
    record = expired(record, given.at)
    if record.state not in (PackageState.OFFERED, PackageState.OPENED) or given.at >= record.expires_at:
        return record, Verdict.GONE
    if record.allowed_at is None or given.at < record.allowed_at:
        return _sealed(record, given.at, Seal.BEFORE_CALL_BACK)
    if not record.expected.allows(given.place):
        return _sealed(record, given.at, Seal.UNEXPECTED_PLACE)
    if record.state is PackageState.OPENED and given.opener != record.opener:
        return _sealed(record, given.at, Seal.SECOND_OPENER)
    if not given.right:
        record = record.model_copy(update={"tries": record.tries + 1})
        if record.tries >= TRIES:
            return _sealed(record, given.at, Seal.CODE_GUESSED)
        return record, Verdict.WRONG_CODE
    if record.state is PackageState.OPENED:
        return record, Verdict.OPENS
    opened = {"state": PackageState.OPENED, "opened_at": given.at, "opener": given.opener}
    return record.model_copy(update=opened), Verdict.OPENS


def _sealed(record: PackageRecord, at: datetime, why: Seal) -> tuple[PackageRecord, Verdict]:
    return record.ends(PackageState.SEALED, at, why.value), Verdict.SEALS


def allowed(record: PackageRecord, at: datetime) -> PackageRecord:
    """From now on it may be opened: our caller has the agency on the line. A package that is over stays so."""
    if record.state is not PackageState.OFFERED or record.allowed_at is not None:
        return record
    return record.model_copy(update={"allowed_at": at})


def recalled(record: PackageRecord, at: datetime) -> PackageRecord:
    """Taken back, if nobody has opened it; what was opened stays opened, what was sealed stays sealed."""
    record = expired(record, at)
    return record.ends(PackageState.RECALLED, at) if record.state is PackageState.OFFERED else record


def expired(record: PackageRecord, at: datetime) -> PackageRecord:
    """Run out, if it lay unopened until its time."""
    late = record.state is PackageState.OFFERED and at >= record.expires_at
    return record.ends(PackageState.EXPIRED, record.expires_at) if late else record


# -- the portal's word --------------------------------------------------------------------------------------


def folded(record: PackageRecord, event: PackageEvent) -> PackageRecord:
    """The package after one more event of the portal. The stricter word counts: a seal of the portal is a seal, and
    what it opened against our rules is a seal of ours with `out`. An event that was read already changes nothing."""
    if event.number <= record.seen:
        return record
    record = record.model_copy(update={"seen": event.number})
    match event.did:
        case Did.OFFERED:
            return record
        case Did.ALLOWED:
            return allowed(record, event.at)
        case Did.RECALLED:
            return recalled(record, event.at)
        case Did.EXPIRED:
            return expired(record, event.at)
        case Did.SEALED:
            if record.state in (PackageState.RECALLED, PackageState.EXPIRED, PackageState.SEALED):
                return record
            return record.ends(PackageState.SEALED, event.at, event.code)
        case Did.TRIED:
            return tried(record, _try(event, right=False))[0]
        case Did.OPENED:
            return _opened(record, event)


def _opened(record: PackageRecord, event: PackageEvent) -> PackageRecord:
    after, verdict = tried(record, _try(event, right=True))
    if verdict is Verdict.OPENS and event.sha256 == record.sha256:
        return after
    if verdict is Verdict.OPENS:
        wrong = after.ends(PackageState.SEALED, event.at, Seal.WRONG_SCOPE.value)
    elif verdict is Verdict.SEALS:
        wrong = after
    else:
        wrong = after.ends(PackageState.SEALED, event.at, Seal.NOT_OPEN.value)
    return wrong.model_copy(update={"out": True, "opened_at": wrong.opened_at or event.at})


def _try(event: PackageEvent, *, right: bool) -> Try:
    return Try(at=event.at, opener=event.opener, place=event.place, right=right)


def contiguous(events: tuple[PackageEvent, ...], after: int) -> bool:
    """Whether these are the events that follow `after`, with none left out."""
    return [each.number for each in events] == list(range(after + 1, after + 1 + len(events)))


# -- what a seal opens --------------------------------------------------------------------------------------

_BREACH, _FRAUD = "data_access_incident", "impersonated_authority"


def suspected(record: PackageRecord) -> str:
    """The type of case that a sealed package opens: what left wrongly is an incident with data, a try to get at it is
    somebody who poses as an authority."""
    return _BREACH if record.out else _FRAUD


def consequence(record: PackageRecord) -> str:
    """What came of it for the review: `wrong-scope`, `wrong-recipient`, or empty where nothing left wrongly."""
    if not record.out:
        return ""
    return "wrong-scope" if record.code == Seal.WRONG_SCOPE else "wrong-recipient"
