"""The clocks that we know, as data, with source and how well we know it; counsel's word on each is still to come.

A source or a copy of it was read: `source-read`; somebody's account: `second-hand`; neither: `from-memory`."""

from __future__ import annotations

from datetime import date, timedelta

from domain.clock_rules import (
    CALLS,
    FULL,
    ClockCall,
    ClockRule,
    Read,
    Span,
    Standing,
    TriggerKind,
    Unit,
)
from domain.people import Role

REVIEWED = date(2026, 11, 22)

_CHILD_SAFETY = tuple(
    each.model_copy(update={"page": (Role.CHILD_SAFETY, *each.page)}) if each.percent < FULL else each for each in CALLS
)
_PRIVACY = tuple(each.model_copy(update={"page": (Role.PRIVACY, *each.page)}) for each in CALLS)
# A term is long: its keeper hears of it near its end, not half a year before.
_KEEPERS = (ClockCall(percent=0, page=(Role.LEGAL, Role.PRIVACY)),)


def _row(
    id: str,
    duty: str,
    trigger: TriggerKind,
    source: str,
    authority: str,
    read: Read,
    *,
    where: str = "US",
    **more: object,
) -> ClockRule:
    given: dict[str, object] = {"jurisdiction": where, "reviewed": REVIEWED, **more}
    return ClockRule.model_validate(
        {"id": id, "duty": duty, "trigger": trigger, "source": source, "authority": authority, "read": read, **given}
    )


def _hours(count: int) -> Span:
    return Span(count=count, unit=Unit.HOURS)


def _days(count: int, zone: str = "America/New_York") -> Span:
    return Span(count=count, unit=Unit.CALENDAR_DAYS, zone=zone)


_EDR = "18 USC 2702(b)(8), (c)(4): voluntary, no time in law"
EDR_ACKNOWLEDGE = _row(
    "US-EDR-ACK",
    "Somebody of ours has an emergency request in hand",
    TriggerKind.RECEIPT_OF_REQUEST,
    _EDR,
    "none; our own target",
    Read.OURS,
    target=timedelta(minutes=5),
    warn=(75,),
    met_by=("owner",),
)
EDR_DECIDE = _row(
    "US-EDR-DECIDE",
    "Decide on an emergency request",
    TriggerKind.RECEIPT_OF_REQUEST,
    _EDR,
    "none; our own target",
    Read.OURS,
    target=timedelta(minutes=30),
)
_TRIAGE = "none in law: a case without a procedure of its own"
TRIAGE_TAKE = _row(
    "TRIAGE-TAKE",
    "Somebody of ours has a case in hand that has no procedure of its own",
    TriggerKind.AWARENESS,
    _TRIAGE,
    "none; our own target",
    Read.OURS,
    target=timedelta(minutes=10),
    warn=(75,),
    met_by=("owner",),
)
TRIAGE_DECIDE = _row(
    "TRIAGE-DECIDE",
    "Say what a case without a procedure is, and where it goes",
    TriggerKind.AWARENESS,
    _TRIAGE,
    "none; our own target",
    Read.OURS,
    target=timedelta(hours=1),
    met_by=("look-and-place",),
)
CSEA_REPORT = _row(
    "US-2258A-RPT",
    "Report an apparent child sexual exploitation offence to the CyberTipline",
    TriggerKind.ACTUAL_KNOWLEDGE,
    "18 USC 2258A(a)(1)(A)(i), (a)(2)(A)",
    "NCMEC",
    Read.SOURCE,
    words="as soon as reasonably possible",
    target=timedelta(hours=24),
    calls=_CHILD_SAFETY,
)
CSEA_REPORT_DANGER = CSEA_REPORT.model_copy(
    update={
        "id": "US-2258A-RPT-DANGER",
        "duty": "Report to the CyberTipline where a child is in danger",
        "target": timedelta(minutes=60),
    }
)
CSEA_HOLD = _row(
    "US-2258A-HOLD",
    "Preserve what was reported, and its context",
    TriggerKind.SUBMISSION,
    "18 USC 2258A(h)(1), (5), (6); PL 118-59 section 3",
    "NCMEC",
    Read.SOURCE,
    span=Span(count=1, unit=Unit.YEARS, zone="America/New_York"),
    term=True,
    warn=(90,),
    calls=_KEEPERS,
    doubt="The details of paragraphs (2) to (6) are from memory.",
)
NCMEC_OPEN = _row(
    "NCMEC-OPEN",
    "Finish a CyberTipline report that was opened, or it is deleted there",
    TriggerKind.OPENING,
    "CyberTipline reporting API documentation",
    "NCMEC",
    Read.SECOND_HAND,
    span=_hours(24),
    calls=_CHILD_SAFETY,
    doubt="In fact the later of 24 hours after opening and 1 hour after the last change; the shorter is watched.",
)
PRESERVATION_REQUEST = _row(
    "US-2703F",
    "Preserve records at a governmental entity's request",
    TriggerKind.RECEIPT_OF_REQUEST,
    "18 USC 2703(f)(2)",
    "requesting agency",
    Read.SECOND_HAND,
    span=_days(90),
    term=True,
    warn=(75, 90),
    calls=_KEEPERS,
    doubt="Renewable once for 90 days. Read in two providers' guidelines, not in the statute.",
)
NO_NOTICE = _row(
    "US-2705B",
    "Tell the user nothing until the order ends",
    TriggerKind.RECEIPT_OF_ORDER,
    "18 USC 2705(b)",
    "issuing court",
    Read.SECOND_HAND,
    words="until the day that the order names",
    term=True,
    warn=(90,),
    calls=_KEEPERS,
    doubt="The day comes from each order. Read in one provider's guidelines, not in the statute.",
)
TAKE_IT_DOWN = _row(
    "US-TIDA",
    "Remove reported intimate images, and make reasonable efforts to remove identical copies",
    TriggerKind.RECEIPT_OF_REQUEST,
    "TAKE IT DOWN Act section 3 (47 USC 223a)",
    "FTC",
    Read.SECOND_HAND,
    span=_hours(48),
    target=timedelta(hours=24),
    doubt="Where it is codified is from memory.",
)
_CA_1394 = "California Civil Code 3273.66 (AB 1394)"
CA_1394_RECEIPT = _row(
    "CA-1394-RECEIPT",
    "Confirm receipt of a report of material that depicts the reporter as a minor",
    TriggerKind.RECEIPT_OF_REPORT,
    _CA_1394,
    "California",
    Read.MEMORY,
    where="US-CA",
    span=_hours(36),
    calls=_CHILD_SAFETY,
)
CA_1394_UPDATE = _row(
    "CA-1394-UPDATE",
    "Give the reporter the next update",
    TriggerKind.CONFIRMATION,
    _CA_1394,
    "California",
    Read.MEMORY,
    where="US-CA",
    span=_days(7, "America/Los_Angeles"),
    calls=_CHILD_SAFETY,
)
CA_1394_FINAL = _row(
    "CA-1394-FINAL",
    "Give the reporter the final answer",
    TriggerKind.RECEIPT_OF_REPORT,
    _CA_1394,
    "California",
    Read.MEMORY,
    where="US-CA",
    span=_days(30, "America/Los_Angeles"),
    calls=_CHILD_SAFETY,
    doubt="60 days at most in circumstances beyond control; the shorter is watched.",
)
CA_1394_HASHES = _row(
    "CA-1394-HASHES",
    "Remove what the Take It Down hashes match, polled every 36 hours",
    TriggerKind.AWARENESS,
    "California Civil Code 3273.67",
    "California",
    Read.SOURCE,
    where="US-CA",
    span=_hours(36),
    calls=_CHILD_SAFETY,
    doubt="A safe harbour, not a duty.",
)
_CA_981 = "California Business and Professions Code 22671 (SB 981)"
CA_981_RECEIPT = _row(
    "CA-SB981-RECEIPT",
    "Confirm receipt of a report of sexually explicit digital identity theft",
    TriggerKind.RECEIPT_OF_REPORT,
    _CA_981,
    "California",
    Read.SOURCE,
    where="US-CA",
    span=_hours(48),
)
CA_981_UPDATE = _row(
    "CA-SB981-UPDATE",
    "Tell the reporter where the report stands",
    TriggerKind.CONFIRMATION,
    _CA_981,
    "California",
    Read.SOURCE,
    where="US-CA",
    span=_days(7, "America/Los_Angeles"),
)
CA_981_DECIDE = _row(
    "CA-SB981-DECIDE",
    "Decide on the report and tell the reporter",
    TriggerKind.CONFIRMATION,
    _CA_981,
    "California",
    Read.SOURCE,
    where="US-CA",
    span=_days(30, "America/Los_Angeles"),
    doubt="60 days from the first report where outside our control. The interim block is from memory.",
)
CA_BREACH = _row(
    "CA-BRCH",
    "Tell residents of a breach of their personal information",
    TriggerKind.DISCOVERY,
    "California Civil Code 1798.82 (SB 446)",
    "California residents",
    Read.SECOND_HAND,
    where="US-CA",
    span=_days(30, "America/Los_Angeles"),
    calls=_PRIVACY,
)
CA_BREACH_AG = _row(
    "CA-BRCH-AG",
    "Send the Attorney General the notice that went to more than 500 residents",
    TriggerKind.NOTICE_GIVEN,
    "California Civil Code 1798.82 (SB 446)",
    "California Attorney General",
    Read.SECOND_HAND,
    where="US-CA",
    span=_days(15, "America/Los_Angeles"),
    calls=_PRIVACY,
)


def _state(code: str, name: str, days: int, zone: str, doubt: str = "") -> ClockRule:
    return _row(
        f"US-{code}-BRCH",
        f"Tell people in {name} of a breach of their personal information",
        TriggerKind.DISCOVERY,
        f"Breach notification law of {name}, as an account of SB 446 gives it",
        name,
        Read.SECOND_HAND,
        where=f"US-{code}",
        span=_days(days, zone),
        calls=_PRIVACY,
        doubt=doubt,
    )


NY_BREACH = _state("NY", "New York", 30, "America/New_York")
CO_BREACH = _state("CO", "Colorado", 30, "America/Denver")
FL_BREACH = _state("FL", "Florida", 30, "America/New_York")
DE_BREACH = _state("DE", "Delaware", 60, "America/New_York")
TX_BREACH = _state(
    "TX",
    "Texas",
    30,
    "America/Chicago",
    doubt="CONFLICT: one account says 30 days; memory says 60 to people and 30 to the Attorney General.",
)

REGISTER: tuple[ClockRule, ...] = tuple(each for each in tuple(globals().values()) if isinstance(each, ClockRule))


def stale(rules: tuple[ClockRule, ...], today: date, after: timedelta) -> list[ClockRule]:
    """The rows that were not looked at for that long, or that counsel has not confirmed."""
    return [each for each in rules if today - each.reviewed > after or each.counsel.standing is not Standing.CONFIRMED]
