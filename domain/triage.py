"""What waits in triage: lines that opened no case of their own, each owned by a person and closed with a code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.base import Model, Strict
from domain.intake import (
    Budgets,
    Channel,
    Facets,
    IntakeLine,
    Requester,
    RequesterTrust,
    Ruling,
    SourceTrust,
    Verdict,
)
from domain.line_codes import MOST_LISTED, ClosingCode, LineState
from domain.people import Role

WORKS_TRIAGE = frozenset(
    {
        Role.LE_SPECIALIST,
        Role.LE_LIAISON,
        Role.ESCALATION_SPECIALIST,
        Role.CHILD_SAFETY,
        Role.DUTY_MANAGER,
        Role.INCIDENT_COMMANDER,
        Role.LEGAL,
    }
)
"""Who may read lines, take phone calls down, own and close."""
AGAIN = timedelta(minutes=15)  # a line that nobody owns calls again after so long; silence never closes one


class NewLine(Model):
    """A line for the store. `line` is its id (a keyed hash of source and key), `digest` a keyed hash of what was said,
    `body` the sealed `IntakeLine`. `forced` is a ruling that no budget can change."""

    line: str
    digest: str
    told: IntakeLine
    facets: Facets
    budgets: Budgets
    case: str
    body: bytes
    forced: Ruling | None = None


class Line(Model):
    """A line as a list shows it: ids and codes, nothing of what was said."""

    line: str
    source: str
    channel: Channel
    procedure: str
    source_trust: SourceTrust
    requester: Requester
    requester_trust: RequesterTrust
    lane: str
    verdict: Verdict
    why: str
    state: LineState
    case: str
    owner: str
    code: str
    received_at: datetime
    owned_at: datetime | None = None
    ended_at: datetime | None = None


class Taken(Model):
    """What became of a line, and whether this call brought it."""

    line: Line
    new: bool


class LineQuery(Strict):
    """Which lines; "" is any. `after` is the id of the last line of the page before. `domain`, `agency` and `target`
    are plain here: the desk hashes them."""

    state: str = ""
    source: str = ""
    case: str = ""
    why: str = ""
    domain: str = ""
    agency: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    limit: int = MOST_LISTED


class Closing(Strict):
    """Close these lines, or every open one that joined a case; `code` is a `ClosingCode`."""

    lines: tuple[str, ...] = ()
    case: str = ""
    code: ClosingCode


class Opening(Strict):
    """Open a case from a line; `identifier` where the line had none."""

    line: str
    identifier: str = ""


class Uncalled(Model):
    """Open lines that nobody owns and nobody was called for lately: how many, and since when the oldest waits."""

    source: str
    why: str
    lines: int
    oldest: datetime


class IntakeLines(Protocol):
    """The store's lines. Nothing is ever taken out."""

    async def take(self, new: NewLine) -> Taken:
        """Rule and write in one transaction, durably. The same id and digest again is answered as it was.

        Raises:
            HoldfastError: `duplicate-key` if the id is there with another digest, `transient`.
        """
        ...

    async def line(self, line: str) -> Line | None: ...

    async def body(self, line: str) -> bytes | None:
        """The sealed body."""
        ...

    async def find(self, query: LineQuery) -> Sequence[Line]:
        """Confirmed agencies first, then the oldest; `domain`, `agency` and `target` are hashes here."""
        ...

    async def starting(self, limit: int = 100) -> Sequence[Line]:
        """What has still to be started: confirmed agencies first, then in the order of arrival."""
        ...

    async def started(self, line: str, at: datetime) -> None: ...

    async def own(self, lines: Sequence[str], person: str, at: datetime) -> int:
        """Returns how many open lines are theirs now."""
        ...

    async def close(self, lines: Sequence[str], case: str, code: str, person: str, at: datetime) -> int:
        """By id, or all open ones of a case; returns how many were open."""
        ...

    async def opened(self, line: str, *, case: str, target: str, body: bytes, person: str, at: datetime) -> None:
        """An open line gets a case of its own after all; it is to be started."""
        ...

    async def uncalled(self, now: datetime, again: timedelta) -> Sequence[Uncalled]: ...

    async def called(self, source: str, why: str, now: datetime, again: timedelta) -> None:
        """Somebody was called for all of these."""
        ...

    async def counts(self) -> dict[str, int]:
        """How many lines are in each state."""
        ...


class LineView(Model):
    """A line opened for a person who works in triage: its row, and what was said."""

    line: Line
    told: IntakeLine
    missing: tuple[str, ...]


class TriageDesk(Protocol):
    """What people do in triage. All methods raise HoldfastError, and nothing is changed then."""

    async def lines(self, person: str, query: LineQuery) -> Sequence[Line]: ...

    async def look(self, person: str, line: str) -> LineView: ...

    async def own(self, person: str, lines: tuple[str, ...]) -> int: ...

    async def close(self, person: str, closing: Closing) -> int: ...

    async def open(self, person: str, opening: Opening) -> Line: ...
