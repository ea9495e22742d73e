"""Every time is told twice: in UTC, which is what the record says, and as the clock on the reader's wall has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Code, HoldfastError


def zone(name: str) -> tzinfo | None:
    """The zone of an IANA name; None for an empty one: a terminal then takes its machine's, a page tells UTC alone.

    Raises:
        HoldfastError: `invalid` if there is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise HoldfastError(Code.INVALID, f"there is no time zone {name!r}") from None


def here(name: str) -> tzinfo:
    """The zone that was asked for, else this machine's."""
    return zone(name) or _machine()


def _machine() -> tzinfo:
    found = datetime.now().astimezone().tzinfo
    return found if found is not None else UTC


def utc(at: datetime) -> str:
    """`2026-11-22 06:42:10`; whoever prints it says that it is UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def local(at: datetime, where: tzinfo | None) -> str:
    """The same moment on the reader's wall, with the zone; empty where the reader lives by UTC.

    `07:42:10 CET`, with the day where it is another one there.
    """
    if where is None:
        return ""
    there, moment = at.astimezone(where), at.astimezone(UTC)
    if there.utcoffset() == timedelta(0):
        return ""
    day = "" if there.date() == moment.date() else f"{there:%d %b} "
    return f"{day}{there:%H:%M:%S} {there:%Z}"


def cell(at: datetime, where: tzinfo | None) -> str:
    """For a column that says UTC: `2026-11-22 06:42:10 (07:42:10 CET)`."""
    there = local(at, where)
    return f"{utc(at)} ({there})" if there else utc(at)


def both(at: datetime, where: tzinfo | None) -> str:
    """`2026-11-22 06:42:10 UTC (07:42:10 CET)`."""
    there = local(at, where)
    return f"{utc(at)} UTC ({there})" if there else f"{utc(at)} UTC"


def span(value: timedelta) -> str:
    """How long, in two units at most: `40 s`, `2 h 5 min`, `3 d 4 h`; `-` in front of what is over."""
    seconds = int(abs(value).total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 60:
        text = f"{seconds} s"
    elif minutes < 60:
        text = f"{minutes} min"
    elif hours < 24:
        text = f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    else:
        text = f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"
    return f"-{text}" if value < timedelta(0) else text
