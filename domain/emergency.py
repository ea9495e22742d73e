"""What an emergency data request comes down to: who asks, whether it is an emergency, and what would resolve it."""

from __future__ import annotations

from enum import StrEnum

from domain.base import Model
from domain.basis import basis_digest
from domain.cards import Card, CardItem, Finding
from domain.evidence import EvidenceRef
from domain.gates import Gate
from domain.state import State


class Known(StrEnum):
    """Not verified is three things; only a contradiction may become fraud."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    CONTRADICTED = "contradicted"


class AgencyCheck(Model):
    """What our own directory says of the requester's domain: the agency's id, or that nobody owns it. `contact` is the
    hash of the agency's whole entry."""

    agency: str = ""
    country: str = ""
    call_back: bool = False
    domain_known: bool = False
    looks_like: str = ""
    contact: str = ""


class Identity(Model):
    """Whether the requester is who they say: `missing` or `against` carry codes, `by` who verified."""

    known: Known
    agency: str = ""
    country: str = ""
    contact: str = ""
    missing: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    by: str = ""
    artefact: EvidenceRef | None = None

    @property
    def recipient(self) -> Recipient:
        return Recipient(id=self.agency, country=self.country, contact=self.contact)

    @property
    def confirmed(self) -> bool:
        return self.known is Known.CONFIRMED

    @property
    def contradicted(self) -> bool:
        return self.known is Known.CONTRADICTED

    @property
    def finding(self) -> Finding:
        because = self.against or self.missing or ("call-back",)
        return Finding(about="identity", verdict=self.known.value, because=because, by=(self.by,) if self.by else ())


class Emergency(Model):
    """Whether life is in danger without delay, and on what that rests. `answered` are the questions of
    `domain.least.Question` that the request answers itself."""

    real: bool
    category: str = ""
    because: tuple[str, ...] = ()
    by: str = ""
    answered: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """The code of the refusal of what is no emergency: there was no danger, or process is the way."""
        return "redirected" if {"past-event", "process-is-fast-enough"} & set(self.because) else "not-an-emergency"

    @property
    def finding(self) -> Finding:
        verdict = "emergency" if self.real else "no-emergency"
        because = tuple(each for each in (self.category, *self.because) if each)
        return Finding(about="emergency", verdict=verdict, because=because, by=(self.by,) if self.by else ())


class Recipient(Model):
    """Somebody of our directory, by id, and the hash of their entry as it was when we looked."""

    id: str = ""
    country: str = ""
    contact: str = ""


class Scope(Model):
    """The least that would resolve the emergency: fields by tier, and the legal basis of each tier."""

    items: tuple[CardItem, ...] = ()
    basis: dict[str, str] = {}
    residency: str = ""

    def only(self, fields: tuple[str, ...]) -> Scope:
        """The same ground, with these fields at most."""
        return self.model_copy(update={"items": tuple(item for item in self.items if item.id in fields)})

    def tier(self, *tiers: str) -> tuple[CardItem, ...]:
        return tuple(item for item in self.items if item.tier in tiers)


def release_card(
    state: State, gate: Gate, recipient: Recipient, scope: Scope, tiers: tuple[str, ...], findings: tuple[Finding, ...]
) -> Card:
    """The card of a release: what would leave, to whom, on which basis, and both findings."""
    wanted = state.facts.get("data_wanted") or ()
    asked = set(wanted) if isinstance(wanted, tuple) else {str(wanted)}
    items = tuple(item for item in scope.tier(*tiers) if not asked or item.id in asked)
    basis = ",".join(sorted({scope.basis[item.tier] for item in items if item.tier in scope.basis}))
    return Card(
        gate=gate.name,
        title=gate.title,
        press=gate.press,
        recipient=recipient.id,
        recipient_kind="agency",
        contact_sha256=recipient.contact,
        items=items,
        findings=findings,
        basis=basis,
        basis_sha256=basis_digest(basis),
    )
