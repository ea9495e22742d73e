"""Who asks, as a ladder of eight steps: each leaves its record, and no talking turns a stop into a release."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from domain.base import Model
from domain.cards import Finding
from domain.emergency import Identity, Known
from domain.evidence import EvidenceRef


class Check(StrEnum):
    """The steps, in the order of the ladder."""

    CHANNEL = "channel"
    DOMAIN = "domain"
    AGENCY = "agency"
    PERSON = "person"
    SUPERVISOR = "supervisor"
    CONTENT = "content"
    BEHAVIOUR = "behaviour"
    PEERS = "peers"


MEANS: dict[Check, str] = {
    Check.CHANNEL: "How it reached us: a portal account, an official mailbox whose sender checks pass, a phone.",
    Check.DOMAIN: "The sender's domain belongs to an agency of our own list, exactly.",
    Check.AGENCY: "The agency exists and is the one that is named.",
    Check.PERSON: "The agency, called at our own number, says that the officer is theirs and asked.",
    Check.SUPERVISOR: "A supervisor says so over a second way that we knew before.",
    Check.CONTENT: "What is asked fits the law that is cited, the place, the person and what we see ourselves.",
    Check.BEHAVIOUR: "How often, whom, when and how much, beside earlier requests.",
    Check.PEERS: "What other platforms know of this sender.",
}
NEEDED = (Check.DOMAIN, Check.AGENCY, Check.PERSON)  # without each of these nobody is confirmed
SECOND_NUMBER = "second-number"  # how a supervisor was reached, where it was over our second number

# A stop is final for this request, whatever else is said for it: no colour but red, and nothing leaves.
STOPS: dict[str, str] = {
    "nobody-answered": "The call-back failed: nobody answered at our number.",
    "declined": "The call-back was declined.",
    "no-number": "There is no number of ours to call.",
    "agency-denies": "The agency says that it did not ask.",
    "officer-unknown": "The agency does not know this officer.",
    "domain-mismatch": "The sender's domain is not that of the agency that is named.",
    "look-alike-domain": "The sender's domain imitates an agency's.",
    "personal-domain": "The request came from a personal mailbox.",
    "sender-quarantined": "This sender was reported for a forged request.",
    "blocks-verification": "The requester will not let us check.",
    "other-address": "The requester wants the answer sent to another address.",
    "acquaintance": "The person asked about is an acquaintance of the requester.",
    "forged-papers": "The papers are forged: a pasted seal, another law, a case that there is not.",
    "peer-saw-fraud": "Another platform knows this sender's request as forged.",
    "number-from-request": "Our number for the agency is new and is the one that the request quotes.",
}
# What the world itself says against the requester. Only these may become fraud; other stops are merely no.
CONTRADICTIONS = frozenset(
    {"agency-denies", "officer-unknown", "look-alike-domain", "sender-quarantined", "forged-papers", "peer-saw-fraud"}
)
# What makes it amber at the least: a supervisor must say so, counsel must sit, and no content leaves.
TICKS: dict[str, str] = {
    "pressed": "Somebody pressed us not to check.",
    "channel-phone": "It came by phone alone.",
    "mail-not-proven": "The sender checks of the mail (SPF, DKIM, DMARC) did not pass.",
    "number-overdue": "Our number for the agency was not checked for 90 days.",
    "newly-listed": "The agency is in our list for less than a day.",
    "law-does-not-fit": "The law that is cited is not that of the place.",
    "case-number-odd": "The agency's case number has an unusual form.",
    "contact-data-of-a-person": "What is asked for would find a creator, a rival or a former partner.",
    "evidence-disagrees": "What we see on the platform speaks against the account given.",
    "many-from-officer": "This officer asks unusually often.",
    "many-from-agency": "This agency asks unusually often.",
    "same-target-elsewhere": "Another agency asked about the same account.",
    "same-target-again": "The same requester asks about the same account again and again.",
    "unusual-tier": "This requester never asked for this much before.",
    "odd-hours": "It was sent at an hour at which this agency does not write.",
    "requester-changed": "The agency's officer writes from another mailbox than before.",
}


class Colour(StrEnum):
    """Green: two people may release. Amber: with a supervisor's word and counsel. Red: nothing leaves."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class StepResult(Model):
    """What one step came to: `missing` and `against` carry codes, `ticks` what makes it amber, `how` the way that it
    was confirmed; `artefact` is its record in the vault."""

    check: Check
    known: Known = Known.UNCONFIRMED
    missing: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()
    how: str = ""
    by: str = ""
    artefact: EvidenceRef | None = None

    @property
    def confirmed(self) -> bool:
        return self.known is Known.CONFIRMED

    @property
    def finding(self) -> Finding:
        """For the card: what this step says, on what, by whom."""
        because = self.against or self.missing or ((self.how,) if self.how else ())
        by = (self.by,) if self.by else ()
        return Finding(
            about=f"identity-{self.check.value}", verdict=self.known.value, because=because + self.ticks, by=by
        )


class Requester(Model):
    """What our own list says of a requester's domain: the agency's id, or that nobody owns it and whom it imitates.

    `contact` is the hash of the agency's whole entry. `cool` when the entry is old enough to carry content, `overdue`
    when its numbers were not checked in time, `quoted` when its number is new and the request quotes it.
    """

    agency: str = ""
    country: str = ""
    contact: str = ""
    looks_like: str = ""
    call_back: bool = False
    second_number: bool = False
    cool: bool = True
    overdue: bool = False
    quoted: bool = False

    @property
    def known(self) -> bool:
        return bool(self.agency)


class Verified(Identity):
    """An identity with the ladder behind it. `tiers` are what it can carry at the most (E1, E2, E3); `counsel` says
    that counsel must have a seat at the decision; `imitates` is the agency of our list whose domain was imitated."""

    colour: Colour = Colour.RED
    ticks: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    counsel: bool = False
    foreign: bool = False
    imitates: str = ""
    steps: tuple[StepResult, ...] = ()

    @property
    def real_agency(self) -> str:
        """Whose name was used: whom we tell of a forged request, at their own address."""
        return self.agency or self.imitates

    @property
    def stopped(self) -> tuple[str, ...]:
        """The stops that were met."""
        return tuple(each for each in self.against if each in STOPS)

    @property
    def finding(self) -> Finding:
        because = self.against or self.missing or ("call-back",)
        by = tuple(dict.fromkeys(each.by for each in self.steps if each.by))
        return Finding(
            about="identity", verdict=f"{self.known.value}, {self.colour.value}", because=(*because, *self.ticks), by=by
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The whole ladder for the card, its sum first."""
        return (self.finding, *(each.finding for each in self.steps))


def scored(steps: Iterable[StepResult], found: Requester | None = None, *, foreign: bool = False) -> Verified:
    """What the steps that were taken come to. More of them can make it worse at any time; better only where a needed
    step was missing. `foreign`: the requester is not of the country whose person is in danger.

    Green carries E1 and E2, and E3 where a supervisor said so and the entry is a day old or was reached over its
    second number. Amber, and whoever is foreign, need a supervisor and counsel, and carry no content.
    """
    taken, found = _merged(steps), found or Requester()
    against = _codes(each.against for each in taken)
    ticks = _codes(each.ticks for each in taken)
    supervised = next((each for each in taken if each.check is Check.SUPERVISOR and each.confirmed), None)
    lacking = tuple(check.value for check in NEEDED if not any(e.check is check and e.confirmed for e in taken))
    missing = _codes(each.missing for each in taken if each.check in NEEDED)
    guarded = bool(ticks) or foreign
    if guarded and supervised is None:
        missing = (*missing, Check.SUPERVISOR.value)
    colour = Colour.RED if against else Colour.AMBER if ticks or lacking or missing else Colour.GREEN
    known = Known.UNCONFIRMED
    if set(against) & CONTRADICTIONS or any(each.known is Known.CONTRADICTED for each in taken):
        known = Known.CONTRADICTED
    elif not against and not lacking and not missing:
        known = Known.CONFIRMED
    tiers: tuple[str, ...] = ()
    if known is Known.CONFIRMED:
        reached = supervised is not None and (found.cool or (supervised.how == SECOND_NUMBER and found.second_number))
        tiers = ("E1", "E2", "E3") if reached and not guarded else ("E1", "E2")
    last = next((each for each in taken if each.check is Check.PERSON), None)
    return Verified(
        known=known,
        agency=found.agency,
        country=found.country,
        contact=found.contact,
        imitates=found.looks_like,
        missing=missing if known is not Known.CONFIRMED else (),
        against=against,
        by=last.by if last else "",
        artefact=last.artefact if last else None,
        colour=Colour.RED if known is Known.CONTRADICTED else colour,
        ticks=ticks,
        tiers=tiers,
        counsel=known is Known.CONFIRMED and guarded,
        foreign=foreign,
        steps=taken,
    )


def doubted(identity: Verified, findings: tuple[Finding, ...]) -> tuple[Verified, tuple[Finding, ...]]:
    """What those who decided would not take for confirmed: unconfirmed from here on, on the card too."""
    return _no_more(identity, findings, known=Known.UNCONFIRMED, missing=("decided-unverified",))


def denied(identity: Verified, findings: tuple[Finding, ...]) -> tuple[Verified, tuple[Finding, ...]]:
    """Confirmed by the first call and denied by the agency at the second one: contradicted from here on."""
    return _no_more(identity, findings, known=Known.CONTRADICTED, against=("agency-denies",), colour=Colour.RED)


def _no_more(
    identity: Verified, findings: tuple[Finding, ...], **found: object
) -> tuple[Verified, tuple[Finding, ...]]:
    less = identity.model_copy(update={**found, "tiers": (), "counsel": False})
    return less, tuple(less.finding if each == identity.finding else each for each in findings)


def _merged(steps: Iterable[StepResult]) -> tuple[StepResult, ...]:
    """One result per check, in the ladder's order. What spoke against it, or was ticked, in an earlier try stays: a
    second call cannot talk the first one away."""
    found: dict[Check, StepResult] = {}
    for each in steps:
        before = found.get(each.check)
        if before is None:
            found[each.check] = each
            continue
        kept: dict[str, object] = {
            "against": _codes((before.against, each.against)),
            "ticks": _codes((before.ticks, each.ticks)),
        }
        if before.known is Known.CONTRADICTED:
            kept["known"] = before.known
        found[each.check] = each.model_copy(update=kept)
    return tuple(found[check] for check in Check if check in found)


def _codes(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for group in groups for code in group))
