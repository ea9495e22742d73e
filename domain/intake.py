"""What comes in before there is a case: one line and one identifier are enough, and no line is ever dropped.

Whether the way in can be trusted and whether the requester can are two questions, and two fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.acts import Facts
from domain.base import Model, Strict
from domain.evidence import EvidenceRef
from domain.policy import FieldKind, FormField

LONGEST_TEXT = 4000  # characters of what somebody wrote; a mail in full is in the vault
MOST_JOINED = 100  # lines that one case collects; what comes after stays in triage, so that the case can be read
MISSING = "missing_facts"  # the fact of a case that began with less than its form asks for
_WORDS = frozenset({FieldKind.TEXT, FieldKind.CHOICE, FieldKind.EMAIL, FieldKind.CODE})
NARRATIVE = "narrative"  # the field of a form that takes the one line, where a form has it


class Channel(StrEnum):
    """How a line reached us."""

    MAIL = "mail"
    PHONE = "phone"
    FORM = "form"
    WEBHOOK = "webhook"


class SourceTrust(StrEnum):
    """What the way in proves of itself. None of them says that the request is genuine."""

    OPEN = "open"  # anybody could have sent this
    AUTHENTICATED = "authenticated"  # the domain that it names has signed it
    SIGNED = "signed"  # only a holder of this source's key could have sent it
    PERSON = "person"  # one of us took it down


class Requester(StrEnum):
    """Who asks, as they say themselves."""

    LAW_ENFORCEMENT = "law-enforcement"
    OTHER = "other"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class RequesterTrust(StrEnum):
    """What we know of who asks. `listed`: the domain is an agency's of our directory, which anybody may write down;
    `confirmed`: the way in proves that domain as well. A call-back is due for every one of them."""

    UNKNOWN = "unknown"
    CLAIMED = "claimed"
    LISTED = "listed"
    CONFIRMED = "confirmed"


class Proof(Model):
    """One DKIM signature of a mail: the domain that signed, its selector, and the result (`pass`, `fail`,
    `partial` for one that covers only the beginning of the body, `temperror`, `permerror`). RFC 6376, RFC 8601."""

    domain: str
    selector: str
    result: str


class MailEvidence(Model):
    """What a mail proved when it came in. `dmarc` is `pass`, `fail`, `none`, `temperror` or `permerror` (RFC 7489),
    `policy` what the domain asks to be done. It is kept as evidence and decides nothing alone."""

    from_domain: str
    dkim: tuple[Proof, ...] = ()
    dmarc: str = "none"
    policy: str = ""
    original: EvidenceRef | None = None

    @property
    def authenticated(self) -> bool:
        """Whether the domain in From has signed this: by DMARC, or where it has no DMARC by its own name."""
        own = any(each.result == "pass" and each.domain == self.from_domain for each in self.dkim)
        return bool(self.from_domain) and (self.dmarc == "pass" or (self.dmarc == "none" and own))


class IntakeLine(Strict):
    """One request as it came in. `key` is the source's own name for it: the same key is the same line, for ever.

    `identifier` is whom or what it is about (an account), `text` the line itself, `answers` whatever else is known of
    the procedure's form. `taken_by` is the directory id of whoever took a call. `attachments` lie in the vault as they
    came, under `scope`; nobody opens them.
    """

    key: str
    source: str
    channel: Channel
    procedure: str
    source_trust: SourceTrust
    requester: Requester = Requester.UNKNOWN
    requester_trust: RequesterTrust = RequesterTrust.UNKNOWN
    agency: str = ""
    domain: str = ""
    text: str = ""
    identifier: str = ""
    answers: dict[str, Any] = {}
    attachments: tuple[EvidenceRef, ...] = ()
    scope: str = ""
    mail: MailEvidence | None = None
    taken_by: str = ""
    received_at: datetime


def requester_trust(trust: SourceTrust, requester: Requester, domain: str, agency: str, vouched: str) -> RequesterTrust:
    """`agency` is the directory's agency of this domain; `vouched` the agency that a signed source stands for."""
    proven = trust is SourceTrust.AUTHENTICATED or (trust is SourceTrust.SIGNED and agency == vouched != "")
    if agency:
        return RequesterTrust.CONFIRMED if proven else RequesterTrust.LISTED
    said = domain or requester is Requester.LAW_ENFORCEMENT
    return RequesterTrust.CLAIMED if said else RequesterTrust.UNKNOWN


# -- what is missing ----------------------------------------------------------------------------------------


def missing_facts(line: IntakeLine, form: tuple[FormField, ...]) -> tuple[str, ...]:
    """The fields of the form that the line does not answer, or not in a way that fits; required ones first.

    A case that began with less than its form asks for has to chase these.
    """
    known = answers_of(line, form)
    absent = [each for each in form if each.name not in known]
    return tuple(each.name for each in sorted(absent, key=lambda each: not each.required))


def answers_of(line: IntakeLine, form: tuple[FormField, ...]) -> dict[str, Any]:
    """The answers that the line gives to this form: the identifier in the field for an account, the text in the
    narrative, the rest as it came. An answer that does not fit its field is left out, so it counts as missing."""
    given = dict(line.answers)
    account = next((each.name for each in form if each.kind is FieldKind.ACCOUNT), "")
    if account and line.identifier:
        given[account] = line.identifier
    if line.text:
        given.setdefault(NARRATIVE, line.text)
    fields = {each.name: each for each in form}
    return {
        name: value
        for name, value in given.items()
        if name in fields and value not in (None, "", (), []) and not fields[name].problem(value)
    }


def partial_form(form: tuple[FormField, ...]) -> tuple[FormField, ...]:
    """The form of a case that may begin with what is known: only whom it is about is required still."""
    return tuple(
        each if each.kind is FieldKind.ACCOUNT else each.model_copy(update={"required": False}) for each in form
    )


def unknown_facts(form: tuple[FormField, ...], answers: dict[str, Any]) -> Facts:
    """What a case that began with less than its form asks for says of the rest: each required fact as "", which no
    directory, place or account is called, and in `missing_facts` the names of all that was not answered."""
    absent = [each for each in form if answers.get(each.name) in (None, "", (), [])]
    if not absent:
        return {}
    blank: Facts = {}
    for each in absent:
        if each.required and each.kind in _WORDS and (not each.identifying or each.kind is FieldKind.EMAIL):
            # Of an identifying mail address the domain is the fact, see `facts_of`.
            blank[each.name.replace("email", "domain") if each.identifying else each.name] = ""
    return {**blank, MISSING: tuple(each.name for each in absent)}


# -- budgets ------------------------------------------------------------------------------------------------


class Budget(Strict):
    """At most so many new cases in a time; each start takes a token, which comes back when the time is over."""

    cases: int
    per: timedelta


class Budgets(Strict):
    """The budgets of one lane; None is without limit."""

    target: Budget | None = None
    agency: Budget | None = None
    domain: Budget | None = None
    source: Budget | None = None

    @property
    def longest(self) -> timedelta:
        """How far back starts matter."""
        return max((each.per for _, each in self.limits()), default=timedelta(0))

    def limits(self) -> list[tuple[str, Budget]]:
        """Those that are set, the narrowest first: a line joins the case that is most like it."""
        named = (("target", self.target), ("agency", self.agency), ("domain", self.domain), ("source", self.source))
        return [(name, each) for name, each in named if each is not None]


def _per_minute(cases: int) -> Budget:
    return Budget(cases=cases, per=timedelta(minutes=1))


ONE_AN_HOUR = Budget(cases=1, per=timedelta(hours=1))  # the same account again within the hour is the same danger
BUDGETS: dict[SourceTrust, Budgets] = {
    # Anybody can send a thousand of these, each from a domain of its own: one case a minute, the rest joins it.
    SourceTrust.OPEN: Budgets(
        target=ONE_AN_HOUR, domain=Budget(cases=1, per=timedelta(minutes=10)), source=_per_minute(1)
    ),
    # A domain costs its owner something, and a thousand of them still cost little.
    SourceTrust.AUTHENTICATED: Budgets(
        target=ONE_AN_HOUR, domain=Budget(cases=2, per=timedelta(minutes=10)), source=_per_minute(3)
    ),
    SourceTrust.SIGNED: Budgets(target=ONE_AN_HOUR, source=_per_minute(30)),
    SourceTrust.PERSON: Budgets(target=ONE_AN_HOUR),
}
"""How many cases each kind of source may open; a deployment may say otherwise for a source."""
CONFIRMED = Budgets(target=ONE_AN_HOUR, agency=_per_minute(10))
"""The lane of a confirmed agency. A stolen mailbox of an agency fills this lane and no other."""


def lane_of(source: str, trust: SourceTrust, requester: RequesterTrust, agency: str) -> str:
    """Lines compete for budgets only with those of their own lane. `agency` is a keyed hash.

    Within one source lines that prove their domain do not compete with those that prove nothing.
    """
    if requester is RequesterTrust.CONFIRMED and agency:
        return f"agency:{agency}"
    return f"source:{source}:{trust.value}"


def budgets_of(trust: SourceTrust, requester: RequesterTrust, own: Budgets | None = None) -> Budgets:
    """Which budgets hold; `own` are those that a deployment gives this source."""
    if requester is RequesterTrust.CONFIRMED:
        return CONFIRMED
    return own or BUDGETS[trust]


class Facets(Model):
    """By what a line is counted and found again: keyed hashes, so that the store names nobody. "" is not known."""

    lane: str
    target: str = ""
    agency: str = ""
    domain: str = ""

    def like(self, name: str, other: Facets) -> bool:
        """Whether both are the same in this dimension of a budget. Within a lane, the source always is."""
        if name == "source":
            return True
        mine: str = getattr(self, name)
        return mine != "" and mine == getattr(other, name)


class Start(Model):
    """A line that opened a case."""

    facets: Facets
    case: str
    at: datetime


class Verdict(StrEnum):
    """What becomes of a line. Whatever it is, the line stays and can be found."""

    START = "start"
    JOIN = "join"
    OVERFLOW = "overflow"
    TRIAGE = "triage"


class Ruling(Model):
    """A verdict, why (a budget's name, or a code), and the case that the line opens or joins."""

    verdict: Verdict
    why: str = ""
    case: str = ""


NOT_LAW_ENFORCEMENT, NO_IDENTIFIER, KEY_REUSED = "not-law-enforcement", "no-identifier", "key-reused"
REDIRECT = (
    "If somebody is in danger now, call your local emergency number: we cannot send help. "
    "Only law enforcement can ask us for a user's data. A person reads what you wrote."
)
"""What somebody is told who is not law enforcement. TikTok, Meta and Pinterest redirect likewise."""


def redirected(line: IntakeLine) -> bool:
    """Whether the requester is sent to the local emergency services, and a person looks at the line."""
    return line.requester is Requester.OTHER


def ruling(line: IntakeLine, case: str, facets: Facets, budgets: Budgets, starts: Sequence[Start]) -> Ruling:
    """What becomes of a line. `case` is the one that it would open; `starts` those of its lane as far as its budgets
    look back. Beyond a budget it joins the latest case that is like it."""
    if redirected(line):
        return Ruling(verdict=Verdict.TRIAGE, why=NOT_LAW_ENFORCEMENT)
    if not line.identifier.strip():
        return Ruling(verdict=Verdict.TRIAGE, why=NO_IDENTIFIER)
    for name, budget in budgets.limits():
        since = line.received_at - budget.per
        alike = [each for each in starts if each.at > since and facets.like(name, each.facets)]
        counts = name == "source" or getattr(facets, name) != ""
        if counts and len(alike) >= budget.cases:
            latest = max(alike, key=lambda each: each.at, default=None)
            if latest is None:
                return Ruling(verdict=Verdict.OVERFLOW, why=name)
            return Ruling(verdict=Verdict.JOIN, why=name, case=latest.case)
    return Ruling(verdict=Verdict.START, case=case)


def bounded(found: Ruling, joined: int) -> Ruling:
    """A case that has collected its fill takes no more: the line stays in triage, and names the case all the same."""
    full = found.verdict is Verdict.JOIN and joined >= MOST_JOINED
    return found.model_copy(update={"verdict": Verdict.OVERFLOW}) if full else found
