"""What a person sees when they decide: the card. Its digest is what they sign."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from domain.base import Model
from domain.canonical import digest


class CardItem(Model):
    """One thing that would leave or be done: a field's name (never its value), its tier and why it is needed.

    `sha256` is of the words, where the item is a letter.
    """

    id: str
    label: str
    tier: str = ""
    why: str = ""
    sha256: str = ""


class Finding(Model):
    """One conclusion with the codes that carry it: `identity` / `confirmed` / `call-back`."""

    about: str
    verdict: str
    because: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


class Card(Model):
    """Everything a decision rests on. Names of people and agencies are directory ids; the desk resolves them.

    `press` is the pattern of what the button says. `basis` names legal-basis rows; `basis_sha256` and
    `contact_sha256` bind their text and the recipient's whole directory entry, so that a change of either is noticed;
    `gate_sha256` binds seats, rungs and reasons, so that nobody can bend the gate around a genuine signature.
    """

    gate: str
    title: str
    press: str
    recipient: str = ""
    recipient_kind: str = ""
    items: tuple[CardItem, ...] = ()
    findings: tuple[Finding, ...] = ()
    basis: str = ""
    basis_sha256: str = ""
    contact_sha256: str = ""
    excluded: tuple[str, ...] = ()
    gate_sha256: str = ""

    @property
    def digest(self) -> str:
        return digest(self)

    @property
    def button(self) -> str:
        """What the button says: exactly what happens. Filled in here, so that narrowing changes the count only."""
        return self.press.format(count=len(self.items), recipient=self.recipient)

    @property
    def item_ids(self) -> frozenset[str]:
        return frozenset(item.id for item in self.items)

    def only(self, ids: frozenset[str]) -> Card:
        """The same card with fewer items."""
        return self.model_copy(update={"items": tuple(item for item in self.items if item.id in ids)})


class Change(StrEnum):
    """What happened to a card between two looks."""

    NONE = "none"
    NARROWED = "narrowed"
    VOIDED = "voided"


def compare(before: Card, after: Card) -> Change:
    """Less of the same keeps what was approved; anything else must be asked again."""
    if before.digest == after.digest:
        return Change.NONE
    same_but_items = before.model_copy(update={"items": ()}) == after.model_copy(update={"items": ()})
    more = Counter(after.items) - Counter(before.items)
    emptied = bool(before.items) and not after.items  # a yes to something is no yes to nothing
    return Change.NARROWED if same_but_items and not more and not emptied else Change.VOIDED
