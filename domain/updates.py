"""What a case's room is told by itself, and how often: news in codes, coalesced, and nothing where nothing is new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.base import Model
from domain.severity import Severity
from domain.state import Phase, Status
from domain.timeline import Entry, Kind, LedgerEntry

CADENCE: Mapping[Severity, timedelta] = {
    Severity.P0: timedelta(minutes=15),  # as long as one rung of most ladders
    Severity.P1: timedelta(hours=1),
    Severity.P2: timedelta(hours=4),
    Severity.P3: timedelta(days=1),
}
"""The least time between two updates of one case."""

MOST_NEWS = 8  # lines of one update; the desk has the rest
_STEP = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


class News(StrEnum):
    """Everything that an update can say. Each has one sentence, which the surface keeps."""

    PHASE = "phase"
    SEVERITY = "severity"
    OWNER = "owner"
    HANDED_OVER = "handed-over"
    ASKED = "asked"
    DECIDED = "decided"
    WORK_DONE = "work-done"
    CONTAINED = "effect-hide"
    RELEASED = "effect-disclose"
    FILED = "effect-file"
    UNDONE = "undone"
    FAILED = "step-failed"
    GOES_ON = "failure-ended"
    UNREACHED = "unreached"
    STANDING_DOWN = "standing-down"
    CLOCK = "clock"


_PLAIN: Mapping[Kind, News] = {
    Kind.PHASE: News.PHASE,
    Kind.SEVERITY: News.SEVERITY,
    Kind.OWNER: News.OWNER,
    Kind.HAND_OVER: News.HANDED_OVER,
    Kind.GATE_OPENED: News.ASKED,
    Kind.GATE_DECIDED: News.DECIDED,
    Kind.TASK_ENDED: News.WORK_DONE,
    Kind.UNDONE: News.UNDONE,
    Kind.INTERVENTION_OPENED: News.FAILED,
    Kind.INTERVENTION_ENDED: News.GOES_ON,
    Kind.UNPAGED: News.UNREACHED,
    Kind.STANDING_DOWN: News.STANDING_DOWN,
}
_EFFECTS: Mapping[str, News] = {"hide": News.CONTAINED, "disclose": News.RELEASED, "file": News.FILED}
# The codes that may be said to a room, for each kind of news; any other says nothing there.
_CODED: Mapping[News, frozenset[str]] = {
    News.PHASE: frozenset(each.value for each in Phase),
    News.OWNER: frozenset({"open", "taken"}),
    News.DECIDED: frozenset({*(each.value for each in Status), "goes-on"}),
    News.HANDED_OVER: frozenset({"offered", "accepted", "declined", "withdrawn", "climbed"}),
    News.STANDING_DOWN: frozenset({"asked", "unwinding"}),
    News.CLOCK: frozenset({"warned", "breached"}),
}
_NAMED = frozenset({News.ASKED, News.DECIDED, News.WORK_DONE, News.FAILED, News.GOES_ON, News.CLOCK})


class Line(Model):
    """One piece of news: `code` and `subject` are codes and step names, "" where they say nothing. `count` is how
    often it happened since the last update."""

    news: News
    code: str = ""
    subject: str = ""
    count: int = 1


class RoomUpdate(Model):
    """What a room is told once: everything new up to `sequence` of the case's ledger."""

    case: str
    sequence: int
    severity: int
    drill: bool = False
    lines: tuple[Line, ...]
    more: int = 0


class Told(Model):
    """How far the last update of a room went, and when that was."""

    case: str
    sequence: int
    at: datetime


class Updates(Protocol):
    """What is remembered of updates. Raises HoldfastError (`transient`)."""

    async def told(self, case: str) -> Told | None: ...

    async def tell(self, told: Told) -> None:
        """Note it; what is older than what stands changes nothing."""
        ...


def due(severity: Severity, last: datetime, now: datetime) -> bool:
    """Whether a case of this severity may be told of again. A graver severity is due sooner at once."""
    return now >= last + CADENCE[severity]


def news_of(entries: Iterable[Entry]) -> tuple[Line, ...]:
    """What these entries say to a room, in order; the same twice is one line that says how often."""
    found: dict[tuple[News, str, str], int] = {}
    for each in entries:
        line = _line(each)
        if line is not None:
            key = (line.news, line.code, line.subject)
            found[key] = found.pop(key, 0) + 1  # the last time that it happened gives it its place
    return tuple(Line(news=news, code=code, subject=name, count=n) for (news, code, name), n in found.items())


def update_of(
    case: str, entries: Iterable[LedgerEntry], *, severity: Severity, drill: bool
) -> tuple[RoomUpdate | None, int]:
    """The update over these entries (None: nothing in them is news), and up to where they were read."""
    read = list(entries)
    last = max((each.sequence for each in read), default=0)
    lines = news_of(each.entry for each in read)
    if not lines:
        return None, last
    shown = lines[-MOST_NEWS:]
    made = RoomUpdate(
        case=case, sequence=last, severity=severity, drill=drill, lines=shown, more=len(lines) - len(shown)
    )
    return made, last


def _line(entry: Entry) -> Line | None:
    news = _PLAIN.get(entry.kind)
    if entry.kind is Kind.EFFECT:
        news = _EFFECTS.get(entry.code)
    elif entry.kind is Kind.CLOCK:
        news = News.CLOCK if entry.code in _CODED[News.CLOCK] else None
    if news is None:
        return None
    code = entry.code if entry.code in _CODED.get(news, ()) else ""
    return Line(news=news, code=code, subject=_name(entry.subject) if news in _NAMED else "")


def _name(key: str) -> str:
    """`notify/release/1` is `release`; what is no verb key has no name here."""
    parts = key.split("/")
    name = parts[1] if len(parts) > 1 else ""
    return name if _STEP.fullmatch(name) else ""
