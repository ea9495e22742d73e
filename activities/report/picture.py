"""The timeline as one SVG, A4 landscape: drawn from entries alone, with shapes that a browser and a PDF both know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from activities.report.axis import Axis
from activities.report.material import in_words
from activities.report.shapes import circle, label, line, polygon, rect
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

    name: str
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
    first, last = (f"{each.at:%d %B %Y, %H:%M:%S}" for each in (shown[0], shown[-1]))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="Timeline of {escape(case)}" font-family="Report">',
        rect(0, 0, WIDTH, HEIGHT, _PAPER),
        label(20, 34, f"Timeline of {case}", 20, _INK, bold=True),
        label(20, 56, f"{first} to {last} UTC. Grey gaps are hours or days in which nothing was recorded.", 11, _SOFT),
    ]
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
    for each in (e for e in entries if e.kind is Kind.CLOCK and e.code != "none"):
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
        x, right = axis.x(at), axis.x(begun[index + 1][0]) if index + 1 < len(begun) else float(_RIGHT)
        if right - x < 1:
            continue
        yield rect(x, _TOP, right - x, bottom - _TOP, _PHASES.get(code, "#f1f3f3"))
        if right - x > 6.2 * len(code):
            yield label(x + 5, _TOP + 14, code.upper(), 9, _SOFT, bold=True)


def _scale(axis: Axis, bottom: float) -> Iterator[str]:
    for left, right, gap in axis.gaps:
        yield rect(left, _TOP - 18, right - left, bottom - _TOP + 18, "#e9eded")
        yield label((left + right) / 2, _TOP - 24, span(int(gap.total_seconds())), 9, _SOFT, anchor="middle")
    for x, time in axis.ticks():
        yield line((x, _TOP - 4), (x, bottom), _LINE, 0.7)
        yield label(x, _TOP - 8, time, 9, _SOFT, anchor="middle")
    yield line((_LEFT, bottom), (_RIGHT, bottom), _INK)


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
    yield label(_LEFT - 10, y + 8, "what we did", 10, _INK, anchor="end")
    yield label(_LEFT - 10, y + 28, "deviations, faults", 10, _INK, anchor="end")
    free = 0.0
    for each in entries:
        x = axis.x(each.at)
        if each.kind in (Kind.EFFECT, Kind.UNDONE):
            colour = {"disclose": "#a4462f", "destroy": "#b3261e", "hide": "#b98a2f", "file": "#a4462f"}.get(
                each.code, "#1f7a5c"
            )
            yield polygon([(x, y - 3), (x + 6, y + 4), (x, y + 11), (x - 6, y + 4)], colour)
            what = each.code if each.kind is Kind.EFFECT else "undone"
            if x > free:
                yield label(x + 9, y + 8, what, 9, colour, bold=True)
                free = x + 14 + 5.4 * len(what)
        elif each.kind in (
            Kind.DEVIATION,
            Kind.TOOL_FAULT,
            Kind.CONSEQUENCE,
            Kind.REFUSAL,
            Kind.STEP_FAILED,
            Kind.CANCEL_ASKED,
        ):
            yield polygon([(x, y + 18), (x + 6, y + 29), (x - 6, y + 29)], "#b3261e")


def _bar(bar: Bar, entries: Sequence[Entry], axis: Axis, y: float, height: float) -> Iterator[str]:
    thick = min(height * 0.46, 16)
    x, right = axis.x(bar.start), max(axis.x(bar.end), axis.x(bar.start) + 3)
    colour, middle = _ENDED.get(bar.ended, "#5c716f"), y + thick / 2
    yield label(_LEFT - 10, y + thick - 2, in_words(bar.name)[:26], 10, _INK, anchor="end", bold=bar.kind == "gate")
    if bar.kind == "clock":
        yield line((x, middle), (right, middle), colour, 3)
        yield from _clock_marks(bar, entries, axis, y, thick)
    else:
        solid = 1 if bar.kind == "gate" else 0.55
        yield rect(x, y, right - x, thick, colour, round_=2, opacity=solid)
    for each in entries:
        if each.subject != bar.key:
            continue
        at = axis.x(each.at)
        if each.kind is Kind.RUNG:
            yield line((at, y + thick + 1), (at, y + thick + 6), _INK, 1.4)
        elif each.kind is Kind.SILENCE:
            yield circle(at, middle, thick / 2 + 1, _PAPER, "#b3261e")
        elif each.kind is Kind.DECISION:
            yield circle(at, middle, 2.6, _PAPER)
    said = in_words(bar.ended)
    after = right + 6
    if after + 5.2 * len(said) < _RIGHT + 20:
        yield label(after, y + thick - 2, said, 9, colour, bold=True)
    else:
        yield label(x - 6, y + thick - 2, said, 9, colour, anchor="end", bold=True)


def _clock_marks(bar: Bar, entries: Sequence[Entry], axis: Axis, y: float, thick: float) -> Iterator[str]:
    mine = [e for e in entries if e.kind is Kind.CLOCK and (str(e.detail.get("clock", "")) or e.subject) == bar.name]
    for each in mine:
        if each.code == "warned":
            yield circle(axis.x(each.at), y + thick / 2, 3, "#b98a2f")
    due = next((str(e.detail["due"]) for e in reversed(mine) if e.detail.get("due")), "")
    try:
        at = axis.x(datetime.fromisoformat(due))
    except ValueError:
        return
    yield line((at, y - 4), (at, y + thick + 4), "#b3261e", 1.6, dashed=True)
    yield label(at + 3, y - 1, "due", 8, "#b3261e")


def _legend(more: int) -> Iterator[str]:
    y = HEIGHT - 40
    x = 20.0
    items = (
        ("#1f7a5c", "approved, met"), ("#a4462f", "denied, cannot"), ("#3d6ea5", "work done"),
        ("#b98a2f", "given up, by hand"),         ("#8a979a", "open"),
    )  # fmt: skip
    for colour, means in items:
        yield rect(x, y - 9, 14, 9, colour, round_=2)
        yield label(x + 19, y - 1, means, 10, _SOFT)
        x += 34 + 6.0 * len(means)
    signs = (
        "strong bar: decision · pale bar: work · tick below: a rung was called · ring: silence to the end · "
        "diamond: effect · triangle: went otherwise"
    )
    yield label(20, y + 18, signs, 10, _SOFT)
    if more:
        yield label(_RIGHT, y - 1, f"{more} more pieces of work are in the appendix", 10, _SOFT, anchor="end")
