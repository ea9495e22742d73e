"""Durations in words."""

from __future__ import annotations

from datetime import timedelta


def span(value: timedelta) -> str:
    """A duration in the largest units that say it exactly: `6 h`, `1 day 2 h`, `90 s`; `at once` for none."""
    seconds = int(value.total_seconds())
    if value <= timedelta(0):
        return "at once"
    parts = []
    for size, name in ((86400, "day"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' if name == 'day' and count > 1 else ''}")
    return " ".join(parts) or f"{value.total_seconds():g} s"
