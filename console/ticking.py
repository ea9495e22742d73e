"""Running clocks as people look for them: over all cases, what is in danger first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.base import Model
from domain.clock_lines import ClockLine, line_of
from domain.clocks import ClockStatus, Face
from domain.state import State
from domain.timeline import Projection


class Ticking(Model):
    """One face of one owed clock. `left` is negative after its end; `percent` above 100 then. A clock in words
    without a target, or whose calendar has not answered, has no face: neither time nor percent."""

    case: str
    key: str
    clock: str
    duty: str
    kind: str
    status: str
    counsel: str
    statutory: bool
    drill: bool = False
    severity: int = 0
    due_at: datetime | None = None
    left: timedelta | None = None
    percent: int | None = None

    @property
    def said(self) -> str:
        """How it stands, in a word or two."""
        if self.status == ClockStatus.RUNNING.value and self.percent is not None and self.percent >= 100:
            return "missed"
        return self.status

    @property
    def gone(self) -> str:
        return "" if self.percent is None else f"{self.percent} %"


def ticking(cases: Iterable[Projection], now: datetime) -> list[Ticking]:
    """Every owed clock of these cases; law before our own targets where they are equally near."""
    found = [row for case in cases for line in case.clocks for row in _rows(line, case.case, now)]
    named = {case.case: case for case in cases}
    return in_danger_first(
        each.model_copy(update={"drill": named[each.case].drill, "severity": named[each.case].severity})
        for each in found
    )


def clocks_of(state: State, now: datetime) -> list[Ticking]:
    """The owed clocks of one case, from its state."""
    owed = [line_of(each) for each in state.clocks.values() if each.owed]
    return in_danger_first(row for line in owed for row in _rows(line, state.case, now))


def in_danger_first(rows: Iterable[Ticking]) -> list[Ticking]:
    """What has the least time left first; what stands still and what has no time after all that runs."""
    return sorted(
        rows,
        key=lambda each: (
            each.status == ClockStatus.TOLLED.value,
            each.left is None,
            each.left or timedelta(0),
            each.kind != Face.STATUTORY.value,
            each.case,
            each.key,
        ),
    )


def _rows(line: ClockLine, case: str, now: datetime) -> Iterable[Ticking]:
    plain = Ticking(
        case=case,
        key=line.key,
        clock=line.rule,
        duty=line.duty,
        kind="statutory" if line.statutory else "internal",
        status=line.status.value,
        counsel=line.counsel,
        statutory=line.statutory,
    )
    if not line.faces:
        yield plain
    for face in line.faces:
        yield plain.model_copy(
            update={
                "kind": face.face.value,
                "due_at": face.due_at,
                "left": face.left(line.still_since or now),
                "percent": line.percent(face, now),
            }
        )
