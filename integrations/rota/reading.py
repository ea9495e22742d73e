"""From the words of a rota file to a checked `Rota`: local times get their zone here, holidays their dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import ValidationError

from domain.people import Directory
from domain.rota import WEEKDAYS, Rota, rota_faults
from integrations.rota.marked import Marked, Path

_CHANGES = ("swaps", "cover", "leave", "overrides")
_SECTIONS = ("offices", "shifts", "duties", "always", "holidays", "schedules", *_CHANGES)
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no field of a rota",
    "enum": "is none of the known words",
    "time_parsing": "is no time such as 22:00",
    "date_from_datetime_parsing": "is no date such as 2026-12-24",
    "datetime_from_date_parsing": "is no moment such as 2026-12-24T18:00Z",
    "int_parsing": "is no whole number",
    "bool_parsing": "is neither true nor false",
}


def read_rota(marked: Marked, directory: Directory, years: Iterable[int], revision: str) -> Rota:
    """The rota that a file describes, with the holidays of these years.

    Raises:
        HoldfastError: `broken-configuration`, naming the place and the line of the first mistake.
    """
    content = {name: value for name, value in marked.content.items() if value != ""}
    for name in content:
        if name not in (*_SECTIONS, "revision"):
            raise marked.broken((name,), "is no section of a rota")
    zones = _zones(marked, content)
    given: dict[str, Any] = {
        **content,
        "revision": f"{content.get('revision', '')}+{revision}".lstrip("+"),
        "holidays": _holidays(marked, content, list(years)),
        "shifts": _shifts(marked, content),
    }
    for kind in _CHANGES:
        given[kind] = [
            _change(marked, (kind, number), each, zones) for number, each in enumerate(_list(marked, content, kind))
        ]
    try:
        rota = Rota.model_validate(given)
    except ValidationError as error:
        every = error.errors(include_input=False, include_context=False, include_url=False)
        # A misspelt field is also a missing one: it is named by what stands there.
        first = min(every, key=lambda each: each["type"] != "extra_forbidden")
        broken = marked.broken(_place(first["loc"]), _WORDS.get(first["type"], "is not what is wanted there"))
    else:
        found = rota_faults(rota, directory)
        if not found:
            return rota
        broken = marked.broken(*found[0])
    raise broken


def _place(location: tuple[int | str, ...]) -> Path:
    renamed = {"start": "from", "end": "to"} if location and location[0] in _CHANGES else {}
    return tuple(renamed.get(str(part), part) for part in location if part != "[key]")


def _mapping(marked: Marked, content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        raise marked.broken((name,), "a mapping is wanted")
    return found


def _list(marked: Marked, content: dict[str, Any], name: str) -> list[Any]:
    found = content.get(name, [])
    if not isinstance(found, list):
        raise marked.broken((name,), "a list is wanted")
    return found


def _zones(marked: Marked, content: dict[str, Any]) -> dict[str, ZoneInfo]:
    zones = {}
    for name, office in _mapping(marked, content, "offices").items():
        if not isinstance(office, dict) or "zone" not in office:
            raise marked.broken(("offices", name), "an office needs zone and country")
        zone = _zone(str(office["zone"]))
        if zone is None:
            raise marked.broken(("offices", name, "zone"), "no such time zone")
        zones[name] = zone
    return zones


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _shifts(marked: Marked, content: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, shift in _mapping(marked, content, "shifts").items():
        if not isinstance(shift, dict):
            raise marked.broken(("shifts", name), "a shift needs office, days, start and end")
        found[name] = {**shift, "days": _days(marked, ("shifts", name, "days"), shift.get("days", "mon-sun"))}
    return found


def _days(marked: Marked, path: Path, given: Any) -> tuple[int, ...]:
    """`tue-sat`, `sun-thu` (over the end of the week), or any list of days."""
    days: list[int] = []
    for part in given if isinstance(given, list) else [given]:
        first, dash, last = str(part).strip().lower().partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise marked.broken(path, "days are mon, tue, wed, thu, fri, sat, sun, or from-to such as tue-sat")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return tuple(sorted(set(days)))


def _change(marked: Marked, path: Path, given: Any, zones: dict[str, ZoneInfo]) -> dict[str, Any]:
    """`from` and `to` are moments with a zone, or local to the office that `clock` names; a date in `to` is the last
    day that counts."""
    if not isinstance(given, dict):
        raise marked.broken(path, "a mapping with from and to is wanted")
    rest = {name: value for name, value in given.items() if name not in ("from", "to", "clock")}
    clock = given.get("clock", "")
    if clock and clock not in zones:
        raise marked.broken((*path, "clock"), "no such office")
    for name, field in (("from", "start"), ("to", "end")):
        if name not in given:
            raise marked.broken(path, f"`{name}` is missing")
        rest[field] = _moment(marked, (*path, name), str(given[name]), zones.get(clock), last=name == "to")
    return rest


def _moment(marked: Marked, path: Path, text: str, zone: ZoneInfo | None, *, last: bool) -> datetime:
    found = _read_moment(text, last=last)
    if found is None:
        raise marked.broken(path, "is no moment such as 2026-12-24T18:00Z or 2026-12-24")
    if found.tzinfo is None:
        if zone is None:
            raise marked.broken(path, "needs a zone (2026-12-24T18:00Z), or `clock:` with an office")
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def _read_moment(text: str, *, last: bool) -> datetime | None:
    """None for what is no moment: raised here, the error would carry the text."""
    try:
        if len(text) == len("2026-12-24"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1 if last else 0), time(0))
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _holidays(marked: Marked, content: dict[str, Any], years: list[int]) -> dict[str, tuple[date, ...]]:
    """Public holidays of each office's country, with what the file adds and drops."""
    said = _mapping(marked, content, "holidays")
    found = {}
    for name, office in _mapping(marked, content, "offices").items():
        country, part = str(office.get("country", "")), str(office.get("part", "")) or None
        dates = _of_country(country, part, years)
        if dates is None:
            raise marked.broken(("offices", name, "country"), "no holidays are known there")
        own = said.get(name, {})
        if not isinstance(own, dict) or set(own) - {"add", "drop"}:
            raise marked.broken(("holidays", name), "only `add` and `drop`, lists of dates")
        dates |= set(_dates(marked, ("holidays", name, "add"), own.get("add", [])))
        dates -= set(_dates(marked, ("holidays", name, "drop"), own.get("drop", [])))
        found[name] = tuple(sorted(dates))
    for name in said:
        if name not in found:
            raise marked.broken(("holidays", name), "no such office")
    return found


def _dates(marked: Marked, path: Path, given: Any) -> list[date]:
    found = [_read_moment(str(each), last=False) for each in given] if isinstance(given, list) else [None]
    dates = [each.date() for each in found if each is not None]
    if len(dates) < len(found):
        raise marked.broken(path, "is no list of dates such as [2026-12-24]")
    return dates


def _of_country(country: str, part: str | None, years: list[int]) -> set[date] | None:
    try:
        return set(holidays.country_holidays(country, subdiv=part, years=years))
    except (NotImplementedError, AttributeError):
        return None
