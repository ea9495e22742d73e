"""Legal and internal clocks that run beside a procedure: what they are, and every change to one as a pure function.

A clock has up to two faces: the span that the law sets, and the target that we set ourselves. Both are watched.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.base import Model
from domain.canonical import digest
from domain.clock_rules import FULL, ClockRule, Standing
from domain.evidence import EvidenceRef


class Face(StrEnum):
    STATUTORY = "statutory"
    INTERNAL = "internal"


class ClockStatus(StrEnum):
    RUNNING = "running"
    TOLLED = "tolled"
    MET = "met"
    STOPPED = "stopped"
    BREACHED = "breached"
    SUPERSEDED = "superseded"


class Toll(Model):
    """A time in which a clock stood still. `until` is when it resumes by itself; `gate` decided it."""

    code: str
    gate: str
    since: datetime
    until: datetime | None = None
    ended: datetime | None = None


class TollAsked(Model):
    """Somebody asked to toll a clock; a gate decides. `days` count from the approval."""

    code: str
    by: str
    at: datetime
    number: int
    until: datetime | None = None
    days: int = 0


class Mark(Model):
    """A point that a face reaches: a warning, or at 100 % its end."""

    face: Face
    percent: int
    at: datetime


class ClockRecord(Model):
    """A clock of a case. Times are UTC; `length` and `target` are what the faces span before any tolling.

    `due_at` is None while a calendar is being asked, and for ever where the law gives words only. `warned` and
    `warned_target` are the percentages that were given, 100 for the end. A breached clock that is met late keeps
    its status and has `met_at`.
    """

    key: str
    nonce: str
    rule: ClockRule
    trigger_at: datetime
    discovered_at: datetime
    armed_at: datetime
    due_at: datetime | None = None
    target_at: datetime | None = None
    length: timedelta | None = None
    status: ClockStatus = ClockStatus.RUNNING
    warned: tuple[int, ...] = ()
    warned_target: tuple[int, ...] = ()
    tolled: tuple[Toll, ...] = ()
    asking: TollAsked | None = None
    asked: int = 0
    met_at: datetime | None = None
    ended_at: datetime | None = None
    code: str = ""
    by: str = ""
    evidence: EvidenceRef | None = None
    superseded_by: str = ""

    @property
    def owed(self) -> bool:
        """Whether the duty still stands: neither met, stopped nor superseded. A breach ends no duty."""
        return self.ended_at is None

    @property
    def decisive(self) -> Face:
        """The face whose end is a breach of the clock itself."""
        return Face.STATUTORY if self.due_at is not None or self.rule.span is not None else Face.INTERNAL

    @property
    def late(self) -> bool:
        return self.status is ClockStatus.BREACHED and self.met_at is not None

    @property
    def standing_still(self) -> Toll | None:
        return next((each for each in self.tolled if each.ended is None), None)

    @property
    def tolled_for(self) -> timedelta:
        """All the time that it has stood still and resumed from."""
        return sum((each.ended - each.since for each in self.tolled if each.ended is not None), timedelta(0))

    @property
    def digest(self) -> str:
        """What an act on this clock binds to: the duty, its times, and whether it runs."""
        times = [each and each.isoformat() for each in (self.due_at, self.target_at)]
        return digest([self.key, self.nonce, self.rule.id, times, self.status.value])

    def end_of(self, face: Face) -> datetime | None:
        return self.due_at if face is Face.STATUTORY else self.target_at

    def given(self, face: Face) -> tuple[int, ...]:
        return self.warned if face is Face.STATUTORY else self.warned_target

    def span_of(self, face: Face) -> timedelta | None:
        return self.length if face is Face.STATUTORY else self.rule.target


def armed(
    rule: ClockRule,
    *,
    key: str,
    nonce: str,
    trigger_at: datetime,
    discovered_at: datetime,
    now: datetime,
    due_at: datetime | None = None,
) -> ClockRecord:
    """A clock that runs from its trigger, however long ago that was. `due_at` where the order itself names the day."""
    record = ClockRecord(
        key=key,
        nonce=nonce,
        rule=rule,
        trigger_at=trigger_at,
        discovered_at=discovered_at,
        armed_at=now,
        target_at=None if rule.target is None else trigger_at + rule.target,
    )
    exact = None if rule.span is None else rule.span.exact
    due = due_at or (None if exact is None else trigger_at + exact)
    return record if due is None else dated(record, due)


def dated(record: ClockRecord, due_at: datetime) -> ClockRecord:
    """The clock with the due time that a calendar gave, moved by what it has stood still meanwhile."""
    length = max(due_at - record.trigger_at, timedelta(0))
    return _timed(record.model_copy(update={"length": length, "due_at": due_at}))


def moment(record: ClockRecord, face: Face, percent: int) -> datetime | None:
    """When this face reaches this percentage; None if it has no end, or stands still before it."""
    length = record.span_of(face)
    if length is None:
        return None
    at = record.trigger_at + length * percent / FULL
    for toll in record.tolled:
        if toll.since >= at:
            continue
        if toll.ended is None:
            return None
        at += toll.ended - toll.since
    return at


def marks(record: ClockRecord) -> list[Mark]:
    """What a running clock has still to give, soonest first."""
    if record.status is not ClockStatus.RUNNING:
        return []
    found = [
        Mark(face=face, percent=percent, at=at)
        for face in Face
        for percent in (*record.rule.warn, FULL)
        if percent not in record.given(face) and (at := moment(record, face, percent)) is not None
    ]
    return sorted(found, key=lambda each: (each.at, -each.percent, each.face.value))


def next_change(record: ClockRecord) -> datetime | None:
    """When a clock must be looked at again by itself: its next mark, or the end of a toll that has one."""
    if (toll := record.standing_still) is not None:
        return toll.until
    return next((each.at for each in marks(record)), None)


def advanced(record: ClockRecord, now: datetime) -> tuple[ClockRecord, tuple[Mark, ...]]:
    """The clock at this time, and what it gives: of each face the highest mark passed, once; lower ones are spent."""
    passed = [each for each in marks(record) if each.at <= now]
    if not passed:
        return record, ()
    given: list[Mark] = []
    for face, field in ((Face.STATUTORY, "warned"), (Face.INTERNAL, "warned_target")):
        mine = [each for each in passed if each.face is face]
        if not mine:
            continue
        top = max(mine, key=lambda each: each.percent)
        given.append(top)
        spent = tuple(sorted({*record.given(face), *(each.percent for each in mine)}))
        record = record.model_copy(update={field: spent})
        if top.percent == FULL and face is record.decisive:
            record = _at_the_end(record, top.at)
    return record, tuple(given)


def _at_the_end(record: ClockRecord, at: datetime) -> ClockRecord:
    if record.rule.term:
        return record.model_copy(update={"status": ClockStatus.MET, "met_at": at, "ended_at": at, "code": "term-ended"})
    return record.model_copy(update={"status": ClockStatus.BREACHED})


def met(
    record: ClockRecord, at: datetime, *, evidence: EvidenceRef | None = None, by: str = "", code: str = ""
) -> ClockRecord:
    """The duty was done at this time. After its end that is late: the breach stays. An ended clock stays as it is."""
    if not record.owed:
        return record
    end = moment(record, record.decisive, FULL)
    late = record.status is ClockStatus.BREACHED or (
        record.status is ClockStatus.RUNNING and end is not None and end < at and not record.rule.term
    )
    return record.model_copy(
        update={
            "status": ClockStatus.BREACHED if late else ClockStatus.MET,
            "met_at": at,
            "ended_at": at,
            "evidence": evidence,
            "by": by,
            "code": code,
            "asking": None,
        }
    )


def stopped(record: ClockRecord, at: datetime, *, code: str, by: str = "") -> ClockRecord:
    """The duty is not owed, for this reason. What was breached stays breached."""
    if not record.owed:
        return record
    status = record.status if record.status is ClockStatus.BREACHED else ClockStatus.STOPPED
    return record.model_copy(update={"status": status, "ended_at": at, "code": code, "by": by, "asking": None})


def superseded(record: ClockRecord, at: datetime, *, by: str) -> ClockRecord:
    """Another clock took its place."""
    if not record.owed:
        return record
    status = record.status if record.status is ClockStatus.BREACHED else ClockStatus.SUPERSEDED
    return record.model_copy(update={"status": status, "ended_at": at, "superseded_by": by, "asking": None})


def tolled(record: ClockRecord, at: datetime, toll: Toll) -> ClockRecord:
    """The clock stands still: what is left is frozen. Only a running clock can be tolled."""
    if record.status is not ClockStatus.RUNNING:
        return record
    still = toll.model_copy(update={"since": at, "ended": None})
    update = {"status": ClockStatus.TOLLED, "tolled": (*record.tolled, still), "asking": None}
    return record.model_copy(update=update)


def resumed(record: ClockRecord, at: datetime) -> ClockRecord:
    """The clock goes on with what was left: each end moves by exactly the time that it stood still."""
    if record.status is not ClockStatus.TOLLED:
        return record
    spans = tuple(each if each.ended else each.model_copy(update={"ended": at}) for each in record.tolled)
    return _timed(record.model_copy(update={"status": ClockStatus.RUNNING, "tolled": spans}))


def _timed(record: ClockRecord) -> ClockRecord:
    """The ends as they are after all tolling so far; those that stand still keep what they said."""
    ends = {
        "due_at": moment(record, Face.STATUTORY, FULL) or record.due_at,
        "target_at": moment(record, Face.INTERNAL, FULL) or record.target_at,
    }
    return record.model_copy(update=ends)


def margin(record: ClockRecord, face: Face, now: datetime) -> timedelta | None:
    """What was left of a face when the clock ended, stood still, or now; negative when it was late."""
    end = record.end_of(face)
    if end is None:
        return None
    still = record.standing_still
    at = still.since if still is not None else record.met_at or record.ended_at or now
    return end - at


def percent_of(record: ClockRecord, face: Face, now: datetime) -> int | None:
    """How much of a face is gone, in whole percent, rounded down; above 100 after its end."""
    length, left = record.span_of(face), margin(record, face, now)
    if length is None or left is None:
        return None
    if length <= timedelta(0):
        return FULL
    return int((length - left) / length * FULL)


class Attainment(Model):
    """How duties were kept: counts over ended clocks. `uncounted` are those that counsel has not confirmed."""

    met: int = 0
    late: int = 0
    breached: int = 0
    uncounted: int = 0


def attainment(records: tuple[ClockRecord, ...]) -> Attainment:
    """Figures that may leave us. An unconfirmed clock runs and pages, but proves nothing to anybody."""
    counted = [each for each in records if each.rule.counsel.standing is Standing.CONFIRMED and not each.rule.term]
    return Attainment(
        met=sum(1 for each in counted if each.status is ClockStatus.MET),
        late=sum(1 for each in counted if each.late),
        breached=sum(1 for each in counted if each.status is ClockStatus.BREACHED and not each.late),
        uncounted=len(records) - len(counted),
    )
