"""The timeline as one SVG, A4 landscape: drawn from entries alone, with shapes that a browser and a PDF both know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from activities.report.axis import Axis
from activities.report.material import in_words
from activities.report.text import span
from domain.timeline import Entry, Kind

WIDTH, HEIGHT = 1120, 770
_LEFT, _RIGHT, _TOP = 176, 1096, 92
_INK, _SOFT, _LINE, _PAPER = "#16302e", "#5c716f", "#d5dedd", "#ffffff"
_PHASES = {
    "contain": "#dcebea", "investigate": "#e6eef7", "notify": "#f3ecdf", "review": "#eee7f3", "declared": "#f1f3f3",
}  # fmt: skip
_ENDED = {
    "approved": "#1f7a5c", "denied": "#a4462f", "done": "#3d6ea5", "open": "#8a979a", "cannot": "#a4462f",
    "given-up": "#b98a2f", "retry": "#3d6ea5", "by-hand": "#b98a2f", "skip": "#b98a2f", "breached": "#b3261e",
    "met": "#1f7a5c", "running": "#8a979a",
}  # fmt: skip
_ROWS = 15  # bars beyond this number would be too thin to read; the rest is counted in words


class Bar(NamedTuple):
    """Something that was open for a while."""

    label: str
    kind: str
    start: datetime
    end: datetime
    ended: str
    key: str


def picture(case: str, entries: Sequence[Entry]) -> str:
    """The SVG's text. Empty for a case without entries."""
    shown = sorted((each for each in entries), key=lambda each: each.at)
    if not shown:
        return ""
    axis = Axis([each.at for each in shown], _LEFT, _RIGHT)
    bars = _bars(shown)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="Timeline of {escape(case)}" font-family="Report">',
        f'<rect x="0" y="0" width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>',
        _text(20, 34, f"Timeline of {case}", 20, _INK, bold=True),
        _text(20, 56, f"{shown[0].at:%d %B %Y, %H:%M:%S} to {shown[-1].at:%d %B %Y, %H:%M:%S} UTC. Grey gaps are hours or "
              "days in which nothing was recorded.", 11, _SOFT),
    ]  # fmt: skip
    bottom = HEIGHT - 76
    parts += _phases(shown, axis, bottom)
    parts += _scale(axis, bottom)
    parts += _rows(shown, bars, axis, bottom)
    parts += _legend(max(len(bars) - _ROWS, 0))
    return "\n".join([*parts, "</svg>"])


# -- what there is to draw ----------------------------------------------------------------------------------


def _bars(entries: Sequence[Entry]) -> list[Bar]:
    ends = {
        Kind.GATE_OPENED: (Kind.GATE_DECIDED,),
        Kind.TASK_OPENED: (Kind.TASK_ENDED,),
        Kind.INTERVENTION_OPENED: (Kind.INTERVENTION_ENDED,),
    }
    last = entries[-1].at
    found: list[Bar] = []
    for each in entries:
        if each.kind not in ends:
            continue
        closing = next((e for e in entries if e.kind in ends[each.kind] and e.subject == each.subject), None)
        quiet = next(
            (e for e in entries if e.kind is Kind.SILENCE and e.subject == each.subject and e.code == "task"), None
        )
        kind = each.kind.value.partition("-")[0]
        end = closing or quiet
        ended = "open" if end is None else "given-up" if closing is None else _result(kind, closing)
        name = each.subject.split("/")[1] if each.subject.count("/") else each.subject
        found.append(Bar(name.split(".")[-1], kind, each.at, end.at if end else last, ended, each.subject))
    return found + _clock_bars(entries)


def _result(kind: str, closing: Entry) -> str:
    if kind == "task":
        return "done" if closing.code == "done" else "cannot"
    return closing.code


def _clock_bars(entries: Sequence[Entry]) -> list[Bar]:
    found: dict[str, Bar] = {}
    for each in (e for e in entries if e.kind is Kind.CLOCK):
        name = str(each.detail.get("clock", "")) or each.subject
        before = found.get(name)
        ended = {"armed": "running", "warned": "running", "resumed": "running"}.get(each.code, each.code)
        start = before.start if before else each.at
        end = each.at if ended != "running" else entries[-1].at
        if before is not None and before.ended == "breached" and ended != "met":
            continue
        found[name] = Bar(name, "clock", start, end, ended, each.subject)
    return list(found.values())


# -- drawing ------------------------------------------------------------------------------------------------


def _phases(entries: Sequence[Entry], axis: Axis, bottom: float) -> Iterator[str]:
    begun = [(each.at, each.code) for each in entries if each.kind is Kind.PHASE]
    for index, (at, code) in enumerate(begun):
        end = begun[index + 1][0] if index + 1 < len(begun) else axis.end
        x, right = axis.x(at), axis.x(end)
        if right - x < 1:
            continue
        yield f'<rect x="{x:.1f}" y="{_TOP}" width="{right - x:.1f}" height="{bottom - _TOP:.1f}" fill="{_PHASES.get(code, "#f1f3f3")}"/>'
        if right - x > 6.2 * len(code):
            yield _text(x + 5, _TOP + 14, code.upper(), 9, _SOFT, bold=True)


def _scale(axis: Axis, bottom: float) -> Iterator[str]:
    for left, right, gap in axis.gaps:
        yield f'<rect x="{left:.1f}" y="{_TOP - 18}" width="{right - left:.1f}" height="{bottom - _TOP + 18:.1f}" fill="#e9eded"/>'
        yield _text((left + right) / 2, _TOP - 24, span(int(gap.total_seconds())), 9, _SOFT, anchor="middle")
    for x, label in axis.ticks():
        yield f'<line x1="{x:.1f}" y1="{_TOP - 4}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="{_LINE}" stroke-width="0.7"/>'
        yield _text(x, _TOP - 8, label, 9, _SOFT, anchor="middle")
    yield f'<line x1="{_LEFT}" y1="{bottom:.1f}" x2="{_RIGHT}" y2="{bottom:.1f}" stroke="{_INK}" stroke-width="1"/>'


def _rows(entries: Sequence[Entry], bars: Sequence[Bar], axis: Axis, bottom: float) -> Iterator[str]:
    ranks = {"clock": 0, "gate": 1, "intervention": 2, "task": 3}
    kept = sorted(bars, key=lambda bar: (ranks[bar.kind], bar.start))[:_ROWS]
    kept.sort(key=lambda bar: (bar.kind == "clock", bar.start))
    height = min((bottom - _TOP - 84) / max(len(kept), 1), 62)
    y = _TOP + 26.0
    yield from _marks(entries, axis, y)
    y += 44
    for bar in kept:
        yield from _bar(bar, entries, axis, y, height)
        y += height


def _marks(entries: Sequence[Entry], axis: Axis, y: float) -> Iterator[str]:
    """What took effect, above the bars; what went otherwise, below it."""
    yield _text(_LEFT - 10, y + 8, "what we did", 10, _INK, anchor="end")
    yield _text(_LEFT - 10, y + 28, "deviations, faults", 10, _INK, anchor="end")
    free = 0.0
    for each in entries:
        x = axis.x(each.at)
        if each.kind in (Kind.EFFECT, Kind.UNDONE):
            colour = {"disclose": "#a4462f", "destroy": "#b3261e", "hide": "#b98a2f", "file": "#a4462f"}.get(
                each.code, "#1f7a5c"
            )
            yield f'<path d="M {x:.1f} {y - 3:.1f} L {x + 6:.1f} {y + 4:.1f} L {x:.1f} {y + 11:.1f} L {x - 6:.1f} {y + 4:.1f} Z" fill="{colour}"/>'
            label = each.code if each.kind is Kind.EFFECT else "undone"
            if x > free:
                yield _text(x + 9, y + 8, label, 9, colour, bold=True)
                free = x + 14 + 5.4 * len(label)
        elif each.kind in (
            Kind.DEVIATION,
            Kind.TOOL_FAULT,
            Kind.CONSEQUENCE,
            Kind.REFUSAL,
            Kind.STEP_FAILED,
            Kind.CANCEL_ASKED,
        ):
            yield f'<path d="M {x:.1f} {y + 18:.1f} L {x + 6:.1f} {y + 29:.1f} L {x - 6:.1f} {y + 29:.1f} Z" fill="#b3261e"/>'


def _bar(bar: Bar, entries: Sequence[Entry], axis: Axis, y: float, height: float) -> Iterator[str]:
    thick = min(height * 0.46, 16)
    x, right = axis.x(bar.start), max(axis.x(bar.end), axis.x(bar.start) + 3)
    colour = _ENDED.get(bar.ended, "#5c716f")
    yield _text(_LEFT - 10, y + thick - 2, in_words(bar.label)[:26], 10, _INK, anchor="end", bold=bar.kind == "gate")
    if bar.kind == "clock":
        yield f'<line x1="{x:.1f}" y1="{y + thick / 2:.1f}" x2="{right:.1f}" y2="{y + thick / 2:.1f}" stroke="{colour}" stroke-width="3"/>'
        yield from _clock_marks(bar, entries, axis, y, thick)
    else:
        solid = "1" if bar.kind == "gate" else "0.55"
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{right - x:.1f}" height="{thick:.1f}" rx="2" fill="{colour}" fill-opacity="{solid}"/>'
    for each in entries:
        if each.subject != bar.key:
            continue
        at = axis.x(each.at)
        if each.kind is Kind.RUNG:
            yield f'<line x1="{at:.1f}" y1="{y + thick + 1:.1f}" x2="{at:.1f}" y2="{y + thick + 6:.1f}" stroke="{_INK}" stroke-width="1.4"/>'
        elif each.kind is Kind.SILENCE:
            yield f'<circle cx="{at:.1f}" cy="{y + thick / 2:.1f}" r="{thick / 2 + 1:.1f}" fill="{_PAPER}" stroke="#b3261e" stroke-width="1.6"/>'
        elif each.kind is Kind.DECISION:
            yield f'<circle cx="{at:.1f}" cy="{y + thick / 2:.1f}" r="2.6" fill="{_PAPER}"/>'
    label = in_words(bar.ended)
    after = right + 6
    if after + 5.2 * len(label) < _RIGHT + 20:
        yield _text(after, y + thick - 2, label, 9, colour, bold=True)
    else:
        yield _text(x - 6, y + thick - 2, label, 9, colour, anchor="end", bold=True)


def _clock_marks(bar: Bar, entries: Sequence[Entry], axis: Axis, y: float, thick: float) -> Iterator[str]:
    mine = [e for e in entries if e.kind is Kind.CLOCK and (str(e.detail.get("clock", "")) or e.subject) == bar.label]
    for each in mine:
        if each.code == "warned":
            at = axis.x(each.at)
            yield f'<circle cx="{at:.1f}" cy="{y + thick / 2:.1f}" r="3" fill="#b98a2f"/>'
    due = next((str(e.detail["due"]) for e in reversed(mine) if e.detail.get("due")), "")
    try:
        at = axis.x(datetime.fromisoformat(due))
    except ValueError:
        return
    yield f'<line x1="{at:.1f}" y1="{y - 4:.1f}" x2="{at:.1f}" y2="{y + thick + 4:.1f}" stroke="#b3261e" stroke-width="1.6" stroke-dasharray="3 2"/>'
    yield _text(at + 3, y - 1, "due", 8, "#b3261e")


def _legend(more: int) -> Iterator[str]:
    y = HEIGHT - 40
    x = 20.0
    items = (
        ("#1f7a5c", "approved, met"), ("#a4462f", "denied, cannot"), ("#3d6ea5", "work done"), ("#b98a2f", "given up, by hand"),
        ("#8a979a", "open"),
    )  # fmt: skip
    for colour, label in items:
        yield f'<rect x="{x:.1f}" y="{y - 9}" width="14" height="9" rx="2" fill="{colour}"/>'
        yield _text(x + 19, y - 1, label, 10, _SOFT)
        x += 34 + 6.0 * len(label)
    signs = "strong bar: decision · pale bar: work · tick below: a rung was called · ring: silence to the end · diamond: effect · triangle: went otherwise"
    yield _text(20, y + 18, signs, 10, _SOFT)
    if more:
        yield _text(_RIGHT, y - 1, f"{more} more pieces of work are in the appendix", 10, _SOFT, anchor="end")


def _text(x: float, y: float, words: str, size: int, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'
