"""What a page shows of a case: plain values, drawn from the state, the card and the directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from activities.letters import LETTERS, letter
from domain.answers import CaseFacts, answer_of_item, draft
from domain.basis import Shown, rows_named
from domain.desk import Waiting
from domain.evidence import NEVER_OPENED, EvidenceKind, EvidenceRef
from domain.gates import Family
from domain.letters import Letter
from domain.people import Agency, Directory, Role
from domain.seats import seat_people
from domain.state import GateRecord, State, Vote
from domain.timeline import Entry, Kind, LedgerEntry

HAVE_THEIR_PAGE = NEVER_OPENED | {EvidenceKind.PAGE, EvidenceKind.PAGE_TEXT}
_YES = ("approve", "approve-less")
_LETTER = "letter:"


class Names:
    """Ids as people know them; whom the directory no longer knows is shown by id."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def person(self, person_id: str) -> str:
        found = self._directory.person(person_id)
        return found.name if found else person_id

    def roles(self, person_id: str) -> str:
        found = self._directory.person(person_id)
        return ", ".join(_words(role) for role in found.roles) if found else ""

    def agency(self, agency_id: str) -> Agency | None:
        return self._directory.agency(agency_id)


def _words(role: Role) -> str:
    return role.value.replace("-", " ")


@dataclass(frozen=True)
class SeatView:
    """A seat, who may take it, and who has (empty: still free)."""

    name: str
    roles: tuple[str, ...]
    taken_by: str = ""


@dataclass(frozen=True)
class Question:
    """A question that somebody asked before deciding."""

    by: str
    of: str
    minutes: int
    text: str
    at: Any


def seats_of(record: GateRecord) -> list[SeatView]:
    """Every seat with whoever's yes fills it: as many seats as the decisions so far can fill."""
    yes = {each.person: each.roles for each in record.votes if each.kind in _YES}
    roles = [seat.roles for seat in record.gate.seats]
    taken: dict[int, str] = {}
    for size in range(len(roles), 0, -1):
        for chosen in combinations(range(len(roles)), size):
            found = seat_people([roles[index] for index in chosen], yes)
            if found is not None:
                taken = {chosen[index]: person for index, person in found.items()}
                break
        if taken:
            break
    return [
        SeatView(seat.name, tuple(_words(role) for role in seat.roles), taken.get(index, ""))
        for index, seat in enumerate(record.gate.seats)
    ]


def vote_of(record: GateRecord | None, person: str) -> Vote | None:
    return next((each for each in record.votes if each.person == person), None) if record else None


def basis_rows(card: Mapping[str, Any]) -> list[Shown]:
    """The rows of the legal-basis table that a card names."""
    return rows_named(str(card.get("basis", "")))


def letters_of(card: Mapping[str, Any], case: str) -> dict[str, Letter]:
    """The exact words of every letter that a card would send, by item id."""
    ids = [str(item["id"]) for item in card.get("items", ())]
    names = {each: each.removeprefix(_LETTER) for each in ids if each.startswith(_LETTER)}
    found = {each: letter(name, case=case) for each, name in names.items() if name in LETTERS}
    answers = {each: answer for each in ids if (answer := answer_of_item(each)) is not None}
    return found | {each: draft(*answer, CaseFacts(case=case)) for each, answer in answers.items()}


def delivery_of(card: Mapping[str, Any], case: str) -> Letter | None:
    """The mail that tells the recipient of a disclosure where to fetch it; its link is made when it leaves."""
    if card.get("family") != Family.DISCLOSE.value or not card.get("items"):
        return None
    return letter("delivery", case=case, link="[link, opens once]", until="[24 hours later]")


def differences(card: Mapping[str, Any], items: Iterable[str], recipient: str) -> list[str]:
    """What is new on a card for someone who saw these item ids and this recipient."""
    before, after = set(items), {str(item["id"]) for item in card.get("items", ())}
    said = [f"No longer on the card: {', '.join(sorted(gone))}." for gone in [before - after] if gone]
    said += [f"New on the card: {', '.join(sorted(new))}." for new in [after - before] if new]
    if recipient and recipient != card.get("recipient", ""):
        said.append("It would go to somebody else.")
    return said or ["The items are the same; a finding, the legal basis or who is excluded has changed."]


def entries_of(written: Sequence[LedgerEntry], state: State | None) -> list[Entry]:
    """The timeline: what the ledger holds, then what the case has still to write."""
    known = [each.entry for each in written]
    ids = {each.id for each in known}
    return known + [each for each in (state.pending if state else ()) if each.id not in ids]


def said_by(entries: Sequence[Entry], subject: str, person: str) -> Entry | None:
    """The last thing this person decided on this subject."""
    kinds = (Kind.DECISION, Kind.TASK_ENDED, Kind.INTERVENTION_ENDED, Kind.HAND_OVER)
    mine = [each for each in entries if each.kind in kinds and each.subject == subject and each.who == person]
    return mine[-1] if mine else None


def documents_of(state: State) -> dict[str, EvidenceRef]:
    """Every document that the case's journal names, by id: a task may point to one. Attachments have a page of their
    own, and their originals none."""
    found: dict[str, EvidenceRef] = {}

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if value.keys() >= {"id", "kind", "sha256", "size"}:
                try:
                    ref = EvidenceRef.model_validate(value)
                except ValidationError:
                    return
                if ref.kind not in HAVE_THEIR_PAGE:
                    found[ref.id] = ref
            for each in value.values():
                walk(each)
        elif isinstance(value, list | tuple):
            for each in value:
                walk(each)

    walk(state.journal)
    return found


def by_danger(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The most severe first, then whom nobody could page, then the oldest."""
    return sorted(waiting, key=lambda each: (each.severity, not each.unpaged, each.opened_at))
