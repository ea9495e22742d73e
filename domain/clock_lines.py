"""A running clock as a list shows it: one line for each face, enough to tell how far it is without asking the case."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.base import Model
from domain.clocks import ClockRecord, ClockStatus, Face


class FaceLine(Model):
    """One face: when it is due, and what it spans without tolling, in seconds."""

    face: Face
    due_at: datetime
    span_s: int

    def left(self, now: datetime) -> timedelta:
        return self.due_at - now


class ClockLine(Model):
    """An owed clock. `still_since` is when it was tolled; `counsel` what counsel says of its rule."""

    key: str
    rule: str
    duty: str
    status: ClockStatus
    counsel: str
    statutory: bool
    faces: tuple[FaceLine, ...] = ()
    still_since: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.status is ClockStatus.RUNNING

    @property
    def due_at(self) -> datetime | None:
        """The first of its faces to end."""
        return min((each.due_at for each in self.faces), default=None)

    def percent(self, face: FaceLine, now: datetime) -> int:
        """How much of the face is gone; above 100 after its end."""
        if face.span_s <= 0:
            return 100
        left = face.left(self.still_since or now).total_seconds()
        return int((face.span_s - left) / face.span_s * 100)


def line_of(record: ClockRecord) -> ClockLine:
    """The line of a clock, drawn so that it stays the same until the clock itself changes."""
    still = record.standing_still
    return ClockLine(
        key=record.key,
        rule=record.rule.id,
        duty=record.rule.duty,
        status=record.status,
        counsel=record.rule.counsel.standing.value,
        statutory=record.rule.statutory,
        faces=tuple(
            FaceLine(face=face, due_at=end, span_s=int(span.total_seconds()))
            for face in Face
            if (end := record.end_of(face)) is not None and (span := record.span_of(face)) is not None
        ),
        still_since=still.since if still else None,
    )
