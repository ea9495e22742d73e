"""What a directory must satisfy beyond its fields: whoever is named exists, and nothing means two people."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from domain.people import Directory


def faults(directory: Directory) -> list[str]:
    """Which entries are wrong and why, without their values; empty for a good directory."""
    return [*_people(directory), *_agencies(directory), *_on_call(directory)]


def _people(directory: Directory) -> Iterator[str]:
    if not directory.people:
        yield "people (nobody)"  # what a file cut short in the middle of an edit looks like
    yield from _repeated("people", "id", (each.id for each in directory.people))
    yield from _repeated("people", "slack", (each.slack for each in directory.people))
    for place, person in enumerate(directory.people):
        if not person.id:
            yield f"people[{place}].id (empty)"
        if not person.roles:
            yield f"people[{place}].roles (empty)"
        if person.screened_until is not None and person.screened_until.tzinfo is None:
            yield f"people[{place}].screened_until (no zone)"
        if person.delegate_of and (person.delegate_of == person.id or directory.person(person.delegate_of) is None):
            yield f"people[{place}].delegate_of (nobody else)"


def _agencies(directory: Directory) -> Iterator[str]:
    yield from _repeated("agencies", "id", (each.id for each in directory.agencies))
    owned: set[str] = set()
    for place, agency in enumerate(directory.agencies):
        if not agency.id:
            yield f"agencies[{place}].id (empty)"
        for number, domain in enumerate(agency.domains):
            if not domain or domain != domain.strip().lower().rstrip(".") or not domain.isascii():
                yield f"agencies[{place}].domains[{number}] (not a plain lower-case domain)"
            if domain in owned:
                yield f"agencies[{place}].domains[{number}] (has an owner)"
            owned.add(domain)
        if agency.mailbox and agency.domains and agency.mailbox.rpartition("@")[2].lower() not in agency.domains:
            yield f"agencies[{place}].mailbox (not at one of its domains)"
        if agency.checked_on is not None and agency.checked_on.tzinfo is None:
            yield f"agencies[{place}].checked_on (no zone)"


def _on_call(directory: Directory) -> Iterator[str]:
    for role, people in directory.on_call.items():
        yield from _repeated(f"on_call.{role.value}", "", people)
        for place, person_id in enumerate(people):
            person = directory.person(person_id)
            if person is None or role not in person.roles:
                yield f"on_call.{role.value}[{place}] (nobody with this role)"


def _repeated(group: str, field: str, values: Iterable[Hashable]) -> Iterator[str]:
    """Empty values are absent ones and may repeat."""
    seen: dict[Hashable, int] = {}
    for place, value in enumerate(values):
        first = seen.setdefault(value, place)
        if value and first != place:
            yield f"{group}[{place}]{'.' + field if field else ''} (the same as {group}[{first}])"
