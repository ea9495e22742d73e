"""Figures of one case, from its timeline: how long each part took, by gate and role and never by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from domain.base import Model
from domain.review import margin
from domain.severity import Severity
from domain.timeline import Entry, Kind

# What a team aims at, in minutes: acknowledge, contain, decide. Configurable practice, not law.
TARGETS: dict[Severity, tuple[int, int, int]] = {
    Severity.P0: (10, 15, 30),
    Severity.P1: (60, 120, 240),
    Severity.P2: (240, 1440, 1440),
}


class Span(Model):
    """From the declaration to a milestone, in seconds; None if it was not reached. `target` in seconds or None."""

    name: str
    seconds: int | None
    target: int | None = None

    @property
    def late(self) -> bool:
        return self.seconds is not None and self.target is not None and self.seconds > self.target


class GateFigure(Model):
    """One decision: how it ended (`open` if it has not), after how many seconds, over how many rungs."""

    key: str
    code: str
    seconds: int | None
    rungs: int
    silent: bool
    alone: bool


class RoleFigure(Model):
    """How fast a role decided at a gate, in seconds from the gate's opening."""

    gate: str
    role: str
    decisions: int
    median: int
    longest: int


class ClockFigure(Model):
    """One clock. `share` is the share of its time left at its end; `counted` says whether it enters attainment:
    statutory, and confirmed by counsel."""

    clock: str
    kind: str
    counsel: str
    code: str
    due: str
    share: float | None
    counted: bool


class Figures(Model):
    """All figures of a case. `attained` is (met in time, ended) of the counted clocks."""

    spans: tuple[Span, ...]
    gates: tuple[GateFigure, ...]
    roles: tuple[RoleFigure, ...]
    clocks: tuple[ClockFigure, ...]
    attained: tuple[int, int]
    counts: dict[str, int]


def figures(entries: Sequence[Entry], role_of: Mapping[str, str], severity: Severity) -> Figures:
    """`role_of` names the role of a person's id; nobody's id is in the result."""
    clocks = _clocks(entries)
    ended = [each for each in clocks if each.counted and each.code in ("met", "breached")]
    return Figures(
        spans=_spans(entries, severity),
        gates=_gates(entries),
        roles=_roles(entries, role_of),
        clocks=clocks,
        attained=(sum(each.code == "met" for each in ended), len(ended)),
        counts=_counts(entries),
    )


def _spans(entries: Sequence[Entry], severity: Severity) -> tuple[Span, ...]:
    begun = next((each.at for each in entries if each.kind is Kind.DECLARED), None)
    if begun is None:
        return ()
    aims: tuple[int | None, int | None, int | None] = TARGETS.get(severity, (None, None, None))
    acknowledge, contain, decide = (None if each is None else each * 60 for each in aims)

    def span(name: str, at: datetime | None, target: int | None = None) -> Span:
        return Span(name=name, seconds=None if at is None else _seconds(begun, at), target=target)

    def first(kind: Kind, *codes: str) -> datetime | None:
        return next((each.at for each in entries if each.kind is kind and (not codes or each.code in codes)), None)

    seen = [e.at for e in entries if e.kind is Kind.ACKNOWLEDGED or (e.kind is Kind.OWNER and e.code == "taken")]
    checked = [e.at for e in entries if e.kind is Kind.TASK_ENDED and e.subject.startswith("investigate/")]
    decided = [e.at for e in entries if e.kind is Kind.GATE_DECIDED and e.subject.startswith("notify/")]
    return (
        span("acknowledge", min(seen, default=None), acknowledge),
        span("preserve", first(Kind.EFFECT, "preserve")),
        span("contain", first(Kind.EFFECT, "hide", "preserve"), contain),
        span("verify", max(checked, default=None)),
        span("decide", min(decided, default=None), decide),
        span("disclose", first(Kind.EFFECT, "disclose")),
        span("close", first(Kind.CLOSED)),
    )


def _seconds(start: datetime, end: datetime) -> int:
    return max(int((end - start).total_seconds()), 0)


def _gates(entries: Sequence[Entry]) -> tuple[GateFigure, ...]:
    opened = {each.subject: each for each in entries if each.kind is Kind.GATE_OPENED}
    decided = {each.subject: each for each in entries if each.kind is Kind.GATE_DECIDED}
    silent = {each.subject for each in entries if each.kind is Kind.SILENCE}
    rungs = Counter(each.subject for each in entries if each.kind is Kind.RUNG)
    return tuple(
        GateFigure(
            key=key,
            code=decided[key].code if key in decided else "open",
            seconds=_seconds(start.at, decided[key].at) if key in decided else None,
            rungs=rungs[key],
            silent=key in silent,
            alone=key in decided and decided[key].detail.get("alone") is True,
        )
        for key, start in opened.items()
    )


def _roles(entries: Sequence[Entry], role_of: Mapping[str, str]) -> tuple[RoleFigure, ...]:
    opened = {each.subject: each.at for each in entries if each.kind is Kind.GATE_OPENED}
    took: dict[tuple[str, str], list[int]] = {}
    for each in entries:
        if each.kind is Kind.DECISION and each.subject in opened:
            key = (each.subject, role_of.get(each.who, "unknown role"))
            took.setdefault(key, []).append(_seconds(opened[each.subject], each.at))
    return tuple(
        RoleFigure(gate=gate, role=role, decisions=len(all_), median=int(median(all_)), longest=max(all_))
        for (gate, role), all_ in took.items()
    )


def _clocks(entries: Sequence[Entry]) -> tuple[ClockFigure, ...]:
    armed: dict[str, Entry] = {}
    # A clock may have a statutory end and an earlier one of our own: each is told by itself.
    last: dict[tuple[str, str], Entry] = {}
    for each in entries:
        if each.kind is not Kind.CLOCK:
            continue
        name = str(each.detail.get("clock", "")) or each.subject
        armed.setdefault(name, each)
        if each.code != "warned":
            last[name, str(each.detail.get("kind", ""))] = each
    return tuple(_clock(name, armed[name], end) for (name, _), end in last.items())


def _clock(name: str, armed: Entry, end: Entry) -> ClockFigure:
    said = {**armed.detail, **end.detail}
    kind, counsel = str(said.get("kind", "internal")), str(said.get("counsel", "unconfirmed"))
    over = end.code in ("met", "breached", "stopped")
    return ClockFigure(
        clock=name,
        kind=kind,
        counsel=counsel,
        code="running" if end.code in ("armed", "resumed") else end.code,
        due=str(said.get("due", "")),
        share=margin(end, armed) if over else None,
        counted=kind == "statutory" and counsel.startswith("confirmed"),
    )


def _counts(entries: Sequence[Entry]) -> dict[str, int]:
    kinds = Counter(each.kind for each in entries)
    return {
        "decisions": kinds[Kind.DECISION],
        "gates that met silence": sum(e.kind is Kind.SILENCE and e.code != "task" for e in entries),
        "tasks that met silence": sum(e.kind is Kind.SILENCE and e.code == "task" for e in entries),
        "rungs climbed": kinds[Kind.RUNG],
        "calls that reached nobody": kinds[Kind.UNPAGED],
        "interventions": kinds[Kind.INTERVENTION_OPENED],
        "retries by people": sum(e.kind is Kind.INTERVENTION_ENDED and e.code == "retry" for e in entries),
        "done by hand": sum(e.kind is Kind.INTERVENTION_ENDED and e.code == "by-hand" for e in entries),
        "refusals": kinds[Kind.REFUSAL],
        "deviations": kinds[Kind.DEVIATION],
        "tool faults": kinds[Kind.TOOL_FAULT],
        "hand-overs": kinds[Kind.HAND_OVER],
    }
