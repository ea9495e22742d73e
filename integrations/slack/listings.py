"""Lists in chat: codes, counts and links; every time as Slack shows it on the reader's own clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.desk import Tonight, Waiting
from domain.timeline import Entry, LedgerEntry
from integrations.slack.words import at, case_link, decide_link, drill_mark, escaped, subject_name

_MOST = 20  # lines of a list in chat; the desk has the rest


def timeline(entries: Sequence[LedgerEntry], case: str, desk_url: str) -> str:
    """The newest lines, oldest first. Details stay at the desk: a list in chat needs what, who and when."""
    shown = [_entry(each.entry) for each in entries[-_MOST:]]
    more = [f"… {len(entries) - _MOST} earlier"] if len(entries) > _MOST else []
    return "\n".join([f"*{case}*", *more, *shown, f"<{case_link(desk_url, case)}|The whole timeline>"])


def _entry(entry: Entry) -> str:
    parts = [entry.kind.value.replace("-", " "), subject_name(entry.subject) if entry.subject else ""]
    parts += [escaped(entry.code), f"by {escaped(entry.who)}" if entry.who else ""]
    return f"• {at(entry.at)} " + " · ".join(each for each in parts if each)


def links(case: str, mine: Iterable[Waiting], desk_url: str) -> str:
    """Where to go: the case, and what waits there for the person asking."""
    waits = [f"• {_named(each, desk_url)}" for each in mine]
    return "\n".join(
        [f"<{case_link(desk_url, case)}|{case} at the desk>", *(waits or ["Nothing there waits for you."])]
    )


def tasks(mine: Sequence[Waiting], desk_url: str) -> str:
    """Work that waits for the person asking, with its reasons for the ways out that chat has."""
    lines = [f"• P{each.severity} {escaped(each.case)}: {_named(each, desk_url)}" for each in mine[:_MOST]]
    more = [f"… and {len(mine) - _MOST} more"] if len(mine) > _MOST else []
    return "\n".join([*lines, *more]) or "No work waits for you."


def _named(each: Waiting, desk_url: str) -> str:
    link = decide_link(desk_url, each.case, each.key)
    since = f"waits since {at(each.opened_at)}"
    return f"{drill_mark(each.drill)}<{link}|{escaped(each.title)}> (`{escaped(each.key)}`), {since}"


def tonight(found: Tonight) -> str:
    """Every span in which a gate could not be met, and who stands alone."""
    days = max((found.end - found.start).days, 1)
    lines = [
        f"• {at(each.start)} to {at(each.end)}: {escaped(each.procedure)} / {escaped(each.gate)} "
        f"({escaped(each.because)}; missing: {escaped(', '.join(each.missing) or 'nobody named')})"
        for each in found.holes[:_MOST]
    ]
    head = f"{len(found.holes)} hole(s) in {days} day(s)." if lines else f"Every gate can be met for {days} day(s)."
    alone = [
        f"• {at(each.start)} to {at(each.end)}: {each.role.value} is {escaped(each.person)} alone"
        for each in found.alone[: _MOST - len(lines)]
    ]
    notes = [] if found.rota else ["No rota is kept: everybody of the directory counts as on duty."]
    notes += [f"The rota may be old ({escaped(found.fault)})."] if found.fault else []
    more = len(found.holes) - _MOST
    return "\n".join([head, *lines, *([f"… and {more} more: `holdfast tonight`"] if more > 0 else []), *alone, *notes])
