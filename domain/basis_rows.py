"""The legal bases that we know, as data, with source and how well we know it; counsel's word on each is still to come.

`second-hand` rows were read in providers' guidelines, not in the statute; `from-memory` rows were read nowhere."""

from __future__ import annotations

from datetime import date

from domain.basis_terms import Closed, Instead, LegalBasis, Need, RecipientKind, Tier
from domain.clock_rules import Read
from domain.places import Location

REVIEWED = date(2026, 11, 22)

RECORDS, CONTENT = (Tier.E1, Tier.E2), (Tier.E3,)
ANYTHING = tuple(Tier)
R = RecipientKind
AGENCIES = (R.AGENCY_US, R.AGENCY_UK, R.AGENCY_EU, R.AGENCY_AU, R.AGENCY_OTHER)
DESKS = (R.DESK_US, R.DESK_UK, R.DESK_EU, R.DESK_AU, R.DESK_OTHER)
AUTHORITIES = (*AGENCIES, *DESKS)
EVERYBODY = tuple(RecipientKind)
OUTSIDE_US = (Location.UK, Location.EU, Location.AU, Location.OTHER)

_ABROAD = (Need.SECOND_CHANNEL, Need.REGIONAL_COUNSEL)
_OUR_CALL = (Instead.OWN_POLICE, Instead.CALL_DESK)
_TRANSFER = "Written down for counsel; until it is confirmed the requester goes through the police of the user's place."


def _but(everybody: tuple[RecipientKind, ...], *left_out: RecipientKind) -> tuple[RecipientKind, ...]:
    return tuple(each for each in everybody if each not in left_out)


def _row(
    id: str,
    recipients: tuple[RecipientKind, ...],
    user: Location,
    entity: str,
    tiers: tuple[Tier, ...],
    text: str,
    source: str,
    read: Read,
    **more: object,
) -> LegalBasis:
    given = {"recipients": recipients, "users": (user,), "entity": entity, "tiers": tiers, "text": text}
    return LegalBasis.model_validate({"id": id, "source": source, "read": read, "reviewed": REVIEWED, **given, **more})


_US = (
    _row(
        "us-agency-records",
        (R.AGENCY_US,),
        Location.US,
        "us",
        RECORDS,
        "Records to a US governmental entity on a good-faith belief in an emergency involving danger of death or "
        "serious physical injury that requires disclosure without delay",
        "18 USC 2702(c)(4)",
        Read.SECOND_HAND,
        needs=(Need.GOOD_FAITH,),
    ),
    _row(
        "us-agency-content",
        (R.AGENCY_US,),
        Location.US,
        "us",
        CONTENT,
        "Contents to a US governmental entity on the same belief",
        "18 USC 2702(b)(8)",
        Read.SECOND_HAND,
        needs=(Need.GOOD_FAITH, Need.SECOND_CHANNEL, Need.LEGAL_AND_DUTY_MANAGER),
    ),
    _row(
        "us-desk-records",
        (R.DESK_US,),
        Location.US,
        "us",
        RECORDS,
        "Records to a public-safety desk of a US governmental entity, on our own initiative, on the same belief",
        "18 USC 2702(c)(4)",
        Read.SECOND_HAND,
        needs=(Need.GOOD_FAITH,),
    ),
    _row(
        "us-foreign-agency-records",
        (R.AGENCY_UK, R.AGENCY_EU, R.AGENCY_AU),
        Location.US,
        "us",
        RECORDS,
        "Records, never contents, to somebody other than a US governmental entity",
        "18 USC 2702(c)(6)",
        Read.MEMORY,
        needs=_ABROAD,
        doubt="That a foreign government is somebody other than a governmental entity follows from a definition that "
        "nobody has read here; one provider's guidelines say that it gives so much and no more.",
    ),
    _row(
        "us-foreign-desk-records",
        (R.DESK_UK, R.DESK_EU, R.DESK_AU),
        Location.US,
        "us",
        RECORDS,
        "Records, never contents, to a public-safety desk abroad, on our own initiative",
        "18 USC 2702(c)(6)",
        Read.MEMORY,
        doubt="As for a foreign agency.",
    ),
    _row(
        "us-other-authority-records",
        (R.AGENCY_OTHER, R.DESK_OTHER),
        Location.US,
        "us",
        RECORDS,
        "Records, never contents, to an authority of any other country, after a look at what it may do with them",
        "18 USC 2702(c)(6)",
        Read.MEMORY,
        needs=(*_ABROAD, Need.HUMAN_RIGHTS),
        once_confirmed=True,
        instead=(Instead.LEGAL_PROCESS, Instead.CALL_DESK),
        doubt="Which countries counsel accepts is a list that only counsel can make.",
    ),
    _row(
        "us-ncmec-records",
        (R.NCMEC,),
        Location.US,
        "us",
        RECORDS,
        "Records to NCMEC in connection with a report that we submitted to it",
        "18 USC 2702(c)(5)",
        Read.MEMORY,
        needs=(Need.REPORT_FIRST,),
        once_confirmed=True,
        instead=(Instead.REPORT,),
    ),
    _row(
        "us-ncmec-content",
        (R.NCMEC,),
        Location.US,
        "us",
        CONTENT,
        "Contents to NCMEC in connection with a report that we submitted to it",
        "18 USC 2702(b)(6)",
        Read.MEMORY,
        needs=(Need.REPORT_FIRST, Need.LEGAL_AND_DUTY_MANAGER),
        once_confirmed=True,
        instead=(Instead.REPORT,),
    ),
    _row(
        "us-partner-subscriber",
        (R.PARTNER,),
        Location.US,
        "us",
        (Tier.E1,),
        "Subscriber records to a private partner with whom we have an agreement",
        "18 USC 2702(c)(6)",
        Read.MEMORY,
        needs=(Need.AGREEMENT, Need.REGIONAL_COUNSEL),
        once_confirmed=True,
        instead=_OUR_CALL,
        doubt="Privacy law of the states and our own terms may forbid what this statute permits.",
    ),
)
_UK = (
    _row(
        "uk-agency-records",
        (R.AGENCY_UK,),
        Location.UK,
        "uk",
        RECORDS,
        "Processing necessary to protect vital interests; crime-prevention exemption",
        "UK GDPR Art 6(1)(d); DPA 2018 Sch 2 para 2",
        Read.MEMORY,
        doubt="Police are expected to come through their single point of contact.",
    ),
    _row(
        "uk-desk-records",
        (R.DESK_UK,),
        Location.UK,
        "uk",
        RECORDS,
        "Processing, of health data too, necessary to protect the vital interests of the person",
        "UK GDPR Art 6(1)(d) and 9(2)(c)",
        Read.MEMORY,
    ),
    _row(
        "uk-foreign-authority-records",
        _but(AUTHORITIES, R.AGENCY_UK, R.DESK_UK),
        Location.UK,
        "uk",
        RECORDS,
        "Transfer abroad necessary to protect the vital interests of a person who cannot consent",
        "UK GDPR Art 6(1)(d) and 49(1)(f)",
        Read.MEMORY,
        needs=_ABROAD,
        once_confirmed=True,
        instead=_OUR_CALL,
        doubt=_TRANSFER,
    ),
)
_EU = (
    _row(
        "eu-agency-records",
        (R.AGENCY_EU,),
        Location.EU,
        "ie",
        RECORDS,
        "Processing necessary to protect the vital interests of the person or of another",
        "GDPR Art 6(1)(d)",
        Read.MEMORY,
        doubt="An emergency European Production Order (Reg (EU) 2023/1543) is an order, not a request: legal process. "
        "Swiss users and authorities are under Swiss law, which nobody has read.",
    ),
    _row(
        "eu-desk-records",
        (R.DESK_EU,),
        Location.EU,
        "ie",
        RECORDS,
        "Processing, of health data too, necessary to protect the vital interests of the person",
        "GDPR Art 6(1)(d) and 9(2)(c)",
        Read.MEMORY,
        doubt="Where an offence is suspected, DSA Art 18 makes telling the authorities a duty of its own.",
    ),
    _row(
        "eu-foreign-authority-records",
        _but(AUTHORITIES, R.AGENCY_EU, R.DESK_EU),
        Location.EU,
        "ie",
        RECORDS,
        "Transfer to a third country necessary to protect the vital interests of a person who cannot consent",
        "GDPR Art 6(1)(d) and 49(1)(f)",
        Read.MEMORY,
        needs=_ABROAD,
        once_confirmed=True,
        instead=_OUR_CALL,
        doubt=_TRANSFER,
    ),
)
_AU = (
    _row(
        "au-agency-records",
        (R.AGENCY_AU,),
        Location.AU,
        "au",
        RECORDS,
        "Disclosure to lessen or prevent a serious threat to life, health or safety; a written note is kept",
        "Privacy Act 1988 (Cth) s 16A; APP 6.2(c)",
        Read.MEMORY,
        needs=(Need.WRITTEN_NOTE,),
    ),
    _row(
        "au-desk-records",
        (R.DESK_AU,),
        Location.AU,
        "au",
        RECORDS,
        "Disclosure to lessen or prevent a serious threat to life, health or safety; a written note is kept",
        "Privacy Act 1988 (Cth) s 16A; APP 6.2(c)",
        Read.MEMORY,
        needs=(Need.WRITTEN_NOTE,),
    ),
    _row(
        "au-foreign-authority-records",
        _but(AUTHORITIES, R.AGENCY_AU, R.DESK_AU),
        Location.AU,
        "au",
        RECORDS,
        "Disclosure abroad to lessen or prevent a serious threat to life, health or safety; a written note is kept",
        "Privacy Act 1988 (Cth) s 16A; APP 6.2(c) and 8.2(d)",
        Read.MEMORY,
        needs=(*_ABROAD, Need.WRITTEN_NOTE),
        once_confirmed=True,
        instead=_OUR_CALL,
        doubt=_TRANSFER,
    ),
)
_ELSEWHERE = (
    _row(
        "elsewhere-authority-records",
        AUTHORITIES,
        Location.OTHER,
        "ie",
        RECORDS,
        "Processing, and transfer out of the Union, necessary to protect the vital interests of a person",
        "GDPR Art 6(1)(d) and 49(1)(f)",
        Read.MEMORY,
        needs=(*_ABROAD, Need.HUMAN_RIGHTS),
        once_confirmed=True,
        instead=_OUR_CALL,
        doubt="The law of the user's own country was not looked at, and each has its own.",
    ),
)
ROWS: tuple[LegalBasis, ...] = (*_US, *_UK, *_EU, *_AU, *_ELSEWHERE)

CLOSED: tuple[Closed, ...] = (
    Closed(
        recipients=_but(AUTHORITIES, R.AGENCY_US),
        users=(Location.US,),
        tiers=CONTENT,
        why="Contents have no door but to a US governmental entity that asks, without order, agreement or consent",
        source="18 USC 2702(b)",
        instead=(Instead.LEGAL_PROCESS, Instead.CALL_DESK),
    ),
    Closed(
        recipients=AUTHORITIES,
        users=OUTSIDE_US,
        tiers=CONTENT,
        why="Contents leave on an order of the user's place alone: a rule of our own, stricter than the law may be",
        source="Our own rule",
        instead=(Instead.LEGAL_PROCESS, Instead.CALL_DESK),
    ),
    Closed(
        recipients=(R.NCMEC,),
        users=OUTSIDE_US,
        tiers=ANYTHING,
        why="NCMEC receives reports that a procedure of their own makes, not answers to emergencies",
        source="18 USC 2258A; our own rule",
        instead=(Instead.REPORT,),
    ),
    Closed(
        recipients=(R.PARTNER,),
        users=(Location.US,),
        tiers=(Tier.E2, Tier.E3),
        why="A private partner never needs log-ins, and contents have no door to one",
        source="18 USC 2702(b); for log-ins our own rule",
        instead=_OUR_CALL,
    ),
    Closed(
        recipients=(R.PARTNER,),
        users=OUTSIDE_US,
        tiers=ANYTHING,
        why="Nothing of a user outside the United States leaves to a private partner in an emergency",
        source="Our own rule",
        instead=_OUR_CALL,
    ),
    Closed(
        recipients=EVERYBODY,
        users=(Location.UNKNOWN,),
        tiers=ANYTHING,
        why="Nobody knows which law protects this user",
        source="Our own rule",
        instead=(Instead.FIND_RESIDENCY, Instead.CALL_DESK),
    ),
)
