"""What a case's ledger says is due: each entry that arms something names the time by which the next must follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from domain.base import Model
from domain.gates import AtTheEnd
from domain.timeline import Entry, Kind

NEXT_DUE = "next_due"
OWNER = "owner"
_ENDS = frozenset({Kind.GATE_DECIDED, Kind.TASK_ENDED, Kind.INTERVENTION_ENDED})
# After these silences somebody goes on being called; after any other nobody is.
_CALLS_ON = frozenset({AtTheEnd.NOTHING_LEAVES.value, AtTheEnd.STAYS.value})
# A clock, a wait or a hand-over speaks for itself: its newest entry arms it, or, without a time, ends it.
_OWN_WORD = frozenset({"clock", Kind.FOLLOW_UP.value, "hand-over"})


class Armed(Model):
    """Something that must be followed by an entry before `due` (UTC).

    `kind` is what waits: gate, task, intervention, owner, hand-over, clock, follow-up.
    """

    subject: str
    kind: str
    due: datetime
    sequence: int


class Track(Model):
    """A case's ledger, read up to `sequence`. Grows by `after`, so that no entry is read twice.

    `dated` says whether any entry named a due time: a case begun by an older version has none, and silence in it
    proves nothing.
    """

    sequence: int = 0
    last_at: datetime | None = None
    dated: bool = False
    closed: bool = False
    erased: bool = False
    armed: tuple[Armed, ...] = ()

    def after(self, entries: Iterable[tuple[int, Entry]]) -> Track:
        """With these entries, in the order of their sequence numbers."""
        track = self
        for sequence, entry in entries:
            track = track._after(sequence, entry)
        return track

    def _after(self, sequence: int, entry: Entry) -> Track:
        due = due_of(entry)
        subject = subject_of(entry)
        armed = {each.subject: each for each in self.armed}
        if ends_everything(entry):
            armed.clear()
        elif due is not None:
            armed[subject] = Armed(subject=subject, kind=_waiting(entry), due=due, sequence=sequence)
        elif _ended(entry):
            armed.pop(subject, None)
        return self.model_copy(
            update={
                "sequence": sequence,
                "last_at": entry.at,
                "dated": self.dated or due is not None,
                "closed": entry.kind is Kind.CLOSED or self.closed,
                "erased": (entry.kind, entry.code) == (Kind.NOTE, "erased") or self.erased,
                "armed": tuple(armed.values()),
            }
        )


def _waiting(entry: Entry) -> str:
    """What it is that waits; a call says it in its code."""
    return entry.code if entry.kind is Kind.RUNG else entry.kind.value.removesuffix("-opened")


def due_of(entry: Entry) -> datetime | None:
    """The time that an entry names for what must follow it, in UTC; None if it names none that can be read."""
    text = entry.detail.get(NEXT_DUE)
    if not isinstance(text, str):
        return None
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        return None
    return due.astimezone(UTC) if due.tzinfo is not None else None


def subject_of(entry: Entry) -> str:
    """What an entry is about; whoever takes the case answers for the owner's seat."""
    return OWNER if entry.kind is Kind.OWNER else entry.subject


def ends_everything(entry: Entry) -> bool:
    """Closing ends every wait. Unwinding cancels the procedure; what still climbs beside it arms itself anew."""
    return entry.kind is Kind.CLOSED or (entry.kind, entry.code) == (Kind.STANDING_DOWN, "unwinding")


def _ended(entry: Entry) -> bool:
    if entry.kind in _ENDS or entry.kind is Kind.OWNER or entry.kind.value in _OWN_WORD:
        return True
    return entry.kind is Kind.SILENCE and entry.code not in _CALLS_ON
