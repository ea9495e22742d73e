"""Small rotas and directories that the tests of the rota share. Everybody in them is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from domain.people import Directory, Person, Role
from domain.rota import Duty, Office, Rota, Shift
from integrations.directory.file import DirectoryFile
from integrations.rota.file import RotaFile

EXAMPLE = Path("integrations/rota/example.yaml")
PEOPLE = Path("integrations/directory/example.yaml")
WEEK = tuple(range(7))
OFFICES = {
    "us": Office(zone="America/New_York", country="US"),
    "uk": Office(zone="Europe/London", country="GB"),
    "au": Office(zone="Australia/Sydney", country="AU"),
}


def utc(*when: int) -> datetime:
    year, month, day, *rest = when
    return datetime(year, month, day, *rest, tzinfo=UTC)


def person(name: str, *roles: Role, **more: object) -> Person:
    return Person.model_validate({"id": name, "name": name.title(), "roles": roles or (Role.LEGAL,), **more})


def directory(*people: Person) -> Directory:
    return Directory(revision="test", people=people)


ABC = directory(person("ada"), person("ben"), person("cleo"))


def shift(office: str, start: int, end: int, days: tuple[int, ...] = WEEK, **more: object) -> Shift:
    given = {"office": office, "days": days, "start": time(start), "end": time(end), **more}
    return Shift.model_validate(given)


def rota(shifts: dict[str, Shift], *duties: Duty, **more: object) -> Rota:
    return Rota.model_validate({"offices": OFFICES, "shifts": shifts, "duties": duties, **more})


def duty(name: str, *people: str, role: Role = Role.LEGAL, every: int = 0, since: date | None = None) -> Duty:
    return Duty(role=role, shift=name, people=people, every=every, since=since)


async def example() -> tuple[Rota, Directory]:
    """The example rota with the example directory."""
    people = DirectoryFile(PEOPLE)
    known = await RotaFile(EXAMPLE, people, lambda: utc(2026, 11, 22)).current()
    assert known.rota is not None
    return known.rota, await people.current()


def hours(span: timedelta) -> float:
    return span / timedelta(hours=1)
