"""The rota as an iCalendar file (RFC 5545), and changes to it out of one: what people plan with is a calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from domain.base import Model
from domain.duty import OnDuty, Stand
from domain.errors import Code, HoldfastError
from domain.people import Directory, Person, Role
from domain.rota import Cover, Leave, LeaveCode, Override, Rota, Swap

_MAKER = "-//Holdfast//Rota//EN"
_AWAY = {"leave": "leave", "sick": "sick", "training": "training", "rest": "rest"}
_ALSO_AWAY = ("vacation", "annual leave", "pto", "ooo", "out of office", "holiday")
_LARGEST = 2 << 20  # bytes


class Skipped(Model):
    """An event that changes nothing: its summary's place in the file (from 1), and why."""

    number: int
    why: str


class Imported(Model):
    """What a calendar asks for: changes of the rota, and what was left out."""

    changes: Rota
    skipped: tuple[Skipped, ...] = ()


def calendar_of(spans: Sequence[OnDuty], made_at: datetime) -> bytes:
    """An event for every span that has an end. An unchanged file imported again changes nothing."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for each in spans:
        if each.since is None or each.until is None:
            continue
        event = icalendar.Event()
        name = f"{each.role.value}|{each.person.id}|{each.stand.value}|{each.since.isoformat()}"
        event.add("uid", f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@holdfast")
        event.add("dtstamp", made_at)
        event.add("dtstart", each.since)
        event.add("dtend", each.until)
        event.add("summary", f"{each.role.value}: {each.person.id} ({each.stand.value})")
        event.add("description", each.reason)
        if each.person.email:
            event.add("attendee", f"mailto:{each.person.email}")
        event.add("x-holdfast-role", each.role.value)
        event.add("x-holdfast-person", each.person.id)
        event.add("x-holdfast-stand", each.stand.value)
        event.add("x-holdfast-span", f"{_stamp(each.since)}/{_stamp(each.until)}")
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def changes_in(data: bytes, rota: Rota, directory: Directory) -> Imported:
    """What the events ask for. An exported duty whose attendee was changed is a cover; one that was cancelled is a
    leave. Others say what they are: `Leave: leg-fay`, `Cover: leg-fay by leg-gus`, `Swap: leg-fay with leg-gus`,
    `Override: legal-counsel = leg-gus, leg-fay`; people by id or mail address, or as the event's attendee.

    Raises:
        HoldfastError: `invalid` if this is no calendar.
    """
    if len(data) > _LARGEST:
        raise HoldfastError(Code.INVALID, "the calendar is larger than 2 MiB")
    try:
        events = icalendar.Calendar.from_ical(data).walk("VEVENT")
    except (ValueError, IndexError, KeyError):
        broken = HoldfastError(Code.INVALID, "this is no iCalendar file")
    else:
        return _read(events, rota, directory)
    raise broken


class _No(Exception):
    """Why an event changes nothing."""


class _AsItWas(_No):
    """An event of ours that nobody changed: not worth a word."""


def _read(events: Sequence[Any], rota: Rota, directory: Directory) -> Imported:
    found: dict[str, list[Any]] = {"swaps": [], "cover": [], "leave": [], "overrides": []}
    skipped = []
    for number, event in enumerate(events, start=1):
        try:
            kind, change = _Event(event, rota, directory).change()
        except _AsItWas:
            continue
        except _No as no:
            skipped.append(Skipped(number=number, why=str(no)))
            continue
        if change not in found[kind] and change not in getattr(rota, kind):
            found[kind].append(change)
    return Imported(changes=Rota.model_validate(found), skipped=tuple(skipped))


class _Event:
    def __init__(self, event: Any, rota: Rota, directory: Directory) -> None:
        self._event = event
        self._rota = rota
        self._directory = directory

    def change(self) -> tuple[str, Any]:
        if self._event.get("rrule"):
            raise _No("it repeats; write its dates one by one")
        if self._event.get("x-holdfast-person"):
            return self._duty()
        if self._text("status").upper() == "CANCELLED":
            raise _No("it was cancelled")
        word, _, rest = self._text("summary").partition(":")
        word = word.strip().lower()
        match word:
            case "cover":
                first, _, second = rest.partition(" by ")
                who, by = self._person(first), self._person(second)
                return "cover", Cover.model_validate({"person": who.id, "by": by.id, **self._span(who)})
            case "swap":
                first, _, second = rest.partition(" with ")
                one, other = self._person(first), self._person(second)
                return "swaps", Swap.model_validate({"one": one.id, "other": other.id, **self._span(one)})
            case "override":
                role, _, names = rest.partition("=")
                people = tuple(self._person(each).id for each in names.split(","))
                span = self._span(self._person(people[0]))
                return "overrides", Override.model_validate(
                    {"role": self._role(role.strip()), "people": people, **span}
                )
        categories = self._categories()
        code = next((_AWAY[each] for each in (word, *categories) if each in _AWAY), "")
        if not code and any(each in _ALSO_AWAY for each in (word, *categories)):
            code = "leave"
        if not code:
            raise _No("it says neither Leave, Cover, Swap nor Override")
        who = self._person(rest) if rest.strip() else self._attendee()
        return "leave", Leave.model_validate({"person": who.id, "code": LeaveCode(code), **self._span(who)})

    def _duty(self) -> tuple[str, Any]:
        """An event that we made ourselves, as it came back."""
        was = self._person(self._text("x-holdfast-person"))
        role = self._role(self._text("x-holdfast-role"))
        span = self._span(was)
        if f"{_stamp(span['start'])}/{_stamp(span['end'])}" != self._text("x-holdfast-span"):
            raise _No("its time was moved; write a Cover or a Leave for the hours in question")
        if self._text("status").upper() == "CANCELLED":
            return "leave", Leave.model_validate({"person": was.id, "roles": (role,), **span})
        now = self._attendee() if self._event.get("attendee") else was
        if now.id == was.id:
            raise _AsItWas
        if self._text("x-holdfast-stand") == Stand.ALWAYS.value:
            raise _No("who is always on call is changed in the rota itself")
        return "cover", Cover.model_validate({"person": was.id, "by": now.id, "roles": (role,), **span})

    def _text(self, name: str) -> str:
        value = self._event.get(name)
        if isinstance(value, list):
            raise _No(f"it has more than one {name}")
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return "" if value is None else str(value)

    def _categories(self) -> list[str]:
        found = self._event.get("categories")
        every = found if isinstance(found, list) else [found] if found is not None else []
        return [str(word).strip().lower() for each in every for word in getattr(each, "cats", [])]

    def _person(self, text: str) -> Person:
        wanted = text.strip().removeprefix("mailto:").lower()
        for each in self._directory.people:
            if wanted and wanted in (each.id.lower(), each.email.lower(), each.name.lower()):
                return each
        raise _No("the directory does not know somebody whom it names")

    def _attendee(self) -> Person:
        text = self._text("attendee") or self._text("organizer")
        return self._person(text[len("mailto:") :] if text.lower().startswith("mailto:") else text)

    def _role(self, text: str) -> Role:
        try:
            return Role(text)
        except ValueError:
            raise _No("it names no role") from None

    def _span(self, who: Person) -> dict[str, datetime]:
        start, end = self._event.get("dtstart"), self._event.get("dtend")
        if start is None or end is None:
            raise _No("it has no beginning or no end")
        begins, ends = self._moment(start.dt, who), self._moment(end.dt, who)
        if begins >= ends:
            raise _No("it ends before it begins")
        return {"start": begins, "end": ends}

    def _moment(self, value: date | datetime, who: Person) -> datetime:
        """Whole days and floating times are local to the office where the person stands."""
        found = value if isinstance(value, datetime) else datetime.combine(value, time(0))
        if found.tzinfo is None:
            found = found.replace(tzinfo=self._zone(who))
        return found.astimezone(UTC)

    def _zone(self, who: Person) -> ZoneInfo:
        stands = [duty for duty in self._rota.duties if who.id in duty.people]
        first = next(iter(sorted(stands, key=lambda duty: duty.people.index(who.id))), None)
        if first is None:
            raise _No("it has no time zone, and this person no office")
        return ZoneInfo(self._rota.offices[self._rota.shifts[first.shift].office].zone)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
