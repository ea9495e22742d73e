"""The table of legal bases, our companies, and why a field is released, as a page that counsel can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from console.clock_words import READ
from domain.basis import Verdict, ground
from domain.basis_rows import CLOSED, ROWS
from domain.basis_terms import LegalBasis, RecipientKind, Tier
from domain.entities import ENTITIES, entity_for
from domain.least import ANSWERS, ASKS, ONLY_WITHOUT, WHY
from domain.places import Location

_PROSE = Path(__file__).with_name("basis.md")


def basis_page() -> Iterator[str]:
    """The page on legal bases, with every row, every shut door and every pair."""
    yield from _PROSE.read_text(encoding="utf-8").splitlines()
    yield from ("", "| Row | To | Users in | We are | Data | Ground | Source | Needs | How we know | Counsel | Opens |")
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for each in ROWS:
        yield _line(
            f"`{each.id}`",
            _codes(each.recipients),
            _codes(each.users),
            f"`{each.entity}`",
            _codes(each.tiers),
            each.text,
            each.source,
            _codes(each.needs),
            READ[each.read],
            f"{each.counsel.standing.value}, looked at {each.reviewed.isoformat()}",
            _opens(each),
        )
    yield from ("", "Doubts:", "")
    yield from (f"- `{each.id}`: {each.doubt}" for each in ROWS if each.doubt)
    yield from _closed()
    yield from _pairs()
    yield from _entities()
    yield from _fields()


def _closed() -> Iterator[str]:
    yield from (
        "",
        "## What is shut",
        "",
        "| To | Users in | Data | Why | Source | Instead |",
        "|---|---|---|---|---|---|",
    )
    for each in CLOSED:
        yield _line(
            _codes(each.recipients),
            _codes(each.users),
            _codes(each.tiers),
            each.why,
            each.source,
            _codes(each.instead),
        )


def _pairs() -> Iterator[str]:
    """Each recipient against each place, as the code that decides answers it."""
    yield from ("", "## Every pair", "")
    yield "What may leave today to the recipient on the left, by where the user is; *waits*: there is a row that"
    yield "counsel has not confirmed. Always by the one company that answers for the place."
    yield from ("", f"| To | {' | '.join(each.value for each in Location)} |", f"|---|{'---|' * len(Location)}")
    for recipient in RecipientKind:
        yield _line(f"`{recipient.value}`", *(_pair(recipient, user) for user in Location))


def _pair(recipient: RecipientKind, user: Location) -> str:
    answering = entity_for(user)
    here = answering.id if answering is not None else ""
    found = {tier: ground(recipient, tier, user, here).verdict for tier in Tier}
    said = [f"`{tier.value}`" for tier in Tier if found[tier] is Verdict.OPEN]
    waits = [f"`{tier.value}`" for tier in Tier if found[tier] is Verdict.AWAITS_COUNSEL]
    return ", ".join((*said, *(f"{each} waits" for each in waits))) or "nothing"


def _entities() -> Iterator[str]:
    yield from ("", "## Our companies", "")
    yield "A request goes on in the company that answers for the place where the user is. What passes to a sister"
    yield "company is the request in the requester's words and what we know of the requester: nothing that we hold"
    yield "about the user."
    yield from ("", "| Company | Name | Seat | Users in | Source | Counsel |", "|---|---|---|---|---|---|")
    for each in ENTITIES:
        yield _line(
            f"`{each.id}`",
            each.name,
            each.country,
            _codes(each.serves),
            each.source,
            f"{each.counsel.standing.value}, looked at {each.reviewed.isoformat()}",
        )
    yield from ("", *(f"- `{each.id}`: {each.doubt}" for each in ENTITIES if each.doubt))


def _fields() -> Iterator[str]:
    yield from ("", "## Why a field leaves", "")
    yield "A basis opens a class of data; it is no reason to release a field. A field leaves only if it answers a"
    yield "question that this kind of emergency asks and that the request does not answer itself. Its reason stands on"
    yield "the card. A field of the platform that is not in this table answers nothing, and stays."
    yield from ("", "| Question | Asked where the emergency is | Fields that answer it |", "|---|---|---|")
    for question, words in WHY.items():
        kinds = ", ".join(f"`{kind}`" for kind, asks in ASKS.items() if question in asks)
        fields = ", ".join(f"`{name}`" for name, answers in ANSWERS.items() if question in answers)
        yield _line(f"`{question.value}`: {words}", kinds, fields)
    yield ""
    for name, better in ONLY_WITHOUT.items():
        yield f"`{name}` leaves only where `{better}` is not held, or where it was asked for by name."


def _opens(row: LegalBasis) -> str:
    if row.opens:
        return "yes"
    return "once confirmed" if row.once_confirmed else "no"


def _codes(codes: Iterable[StrEnum]) -> str:
    return ", ".join(f"`{each.value}`" for each in codes) or "none"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
