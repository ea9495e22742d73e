"""What codes mean, in the words of people at 3 a.m.; the pages say these and nothing is decided by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from console import times
from domain.errors import SENTENCES, Code
from domain.gates import SILENCE, AtTheEnd, Family
from domain.timeline import Kind

_SILENCE: dict[AtTheEnd, str] = {
    AtTheEnd.NOTHING_LEAVES: "While seats stay empty, nothing leaves. Calling never stops.",
    AtTheEnd.STAYS: "While seats stay empty, what was done stays as it is. Calling never stops.",
    AtTheEnd.FILES: "If the seats stay empty, the report is filed with what is known, the rest left blank.",
    AtTheEnd.GOES_ON: "While seats stay empty, the incident goes on.",
    AtTheEnd.RUNS_ON: "While seats stay empty, the clock goes on running.",
}
_FAMILY: dict[Family, str] = {
    Family.DEVOLVE: "While nobody chooses, nothing is done and nothing is taken back. Calling never stops.",
    Family.PROTECT: "While seats stay empty, nobody is told. Calling never stops; silence is never taken for a no.",
    Family.DISCLOSE: "While seats stay empty, nothing leaves. Whoever asked hears only that we are at work. "
    "Calling never stops.",
    Family.REFUSE: "While seats stay empty, no letter leaves. Calling never stops.",
}
KINDS: dict[Kind, str] = {
    Kind.DECLARED: "The case was declared",
    Kind.PHASE: "Phase began",
    Kind.STEP_DONE: "Step done",
    Kind.STEP_FAILED: "Step failed",
    Kind.EFFECT: "Step took effect",
    Kind.GATE_OPENED: "A decision was asked for",
    Kind.RUNG: "The next people were called",
    Kind.PAGED: "Somebody was paged",
    Kind.UNPAGED: "Nobody could be paged",
    Kind.DECISION: "Decided",
    Kind.REFUSAL: "Refused by the system",
    Kind.GATE_CHANGED: "The card changed",
    Kind.GATE_DECIDED: "The decision stands",
    Kind.SILENCE: "Nobody answered",
    Kind.TASK_OPENED: "Work was asked for",
    Kind.TASK_ENDED: "Work ended",
    Kind.QUESTION: "A question was asked first",
    Kind.INTERVENTION_OPENED: "A failed step asks for a person",
    Kind.INTERVENTION_ENDED: "A way out was chosen",
    Kind.AMENDED: "Facts were changed",
    Kind.OWNER: "Owner's seat",
    Kind.BRIEF: "Stakeholders were told",
    Kind.NOTE: "Note",
    Kind.DEVIATION: "Deviation from the procedure",
    Kind.FOLLOW_UP: "Time to look back",
    Kind.CANCEL_ASKED: "Somebody cancelled outside the desk",
    Kind.STANDING_DOWN: "Standing down",
    Kind.UNDONE: "Taken back",
    Kind.REVIEW: "Review",
    Kind.TOOL_FAULT: "A tool failed somebody",
    Kind.CONSEQUENCE: "What came of it",
    Kind.OVERDUE: "Overdue",
    Kind.TURNOVER: "The record was carried over",
    Kind.CLOCK: "Clock",
    Kind.ACKNOWLEDGED: "Somebody has seen it",
    Kind.HAND_OVER: "Handing over",
    Kind.ESCALATED: "The next person was asked for by hand",
    Kind.SEVERITY: "Severity was said anew",
    Kind.TRIGGER: "The review must look at this",
    Kind.RECOVERED: "Restarted from the store's copy",
    Kind.REOPENED: "Goes on as a linked case",
    Kind.PATCH: "Goes on under a newer version",
    Kind.EXPORTED: "The history was exported",
    Kind.DELIVERY: "The package",
    Kind.LINKED: "A linked case was opened",
    Kind.ATTACHMENT: "An attachment was examined",
    Kind.OPENED: "Somebody looked at what was sent",
    Kind.SEALED: "What was said in the room was sealed",
    Kind.CLOSED: "Closed",
}
SAID: dict[str, str] = {
    "approve": "You approved everything that the card showed.",
    "approve-less": "You approved less than the card showed.",
    "ask-first": "Your question was sent. The decision stays open, and calling goes on.",
    "deny": "You said no.",
    "withdraw": "Your decision was taken back.",
    "done": "The work is recorded as done.",
    "retry": "The step is to be tried again.",
    "by-hand": "What you did by hand is recorded.",
    "skip": "The step is to be skipped.",
    "cannot": "It is recorded that this cannot be done.",
    "accepted": "You took it over: it is yours now.",
    "declined": "You declined; the next person is called.",
    "withdrawn": "Your offer was taken back.",
    "move-asked": "A later date is asked for; somebody who signs reviews answers.",
}
LEAVE = {"allowed": "", "second-person": "A second person must choose the same.", "never": "Not possible here."}


def silence(family: str) -> str:
    """What nobody deciding means for a gate of this family."""
    known = Family(family)
    return _FAMILY.get(known, _SILENCE[SILENCE[known]])


def meaning(code: str) -> str:
    """The sentence of an error code; the code itself if it is not one of ours."""
    try:
        return SENTENCES[Code(code)]
    except ValueError:
        return plain(code)


def kind(entry_kind: Kind) -> str:
    return KINDS.get(entry_kind, plain(entry_kind.value))


def plain(code: object) -> str:
    """A code as words: `not-an-emergency` reads `not an emergency`."""
    return str(code).replace("-", " ").replace("_", " ")


def clock(at: datetime, now: datetime, where: tzinfo | None = None) -> str:
    """`06:42:10 UTC (07:42:10 CET)`, with the date if it is not today's; UTC alone for who has no zone."""
    moment = at.astimezone(UTC)
    day = "" if moment.date() == now.astimezone(UTC).date() else f"{moment:%d %b %Y} "
    there = times.local(at, where)
    return f"{day}{moment:%H:%M:%S} UTC{f' ({there})' if there else ''}"


def ago(at: datetime, now: datetime) -> str:
    """`3 min ago`, `in 2 h 5 min`."""
    span = now - at
    text = times.span(abs(span))
    if text == "0 s":
        return "now"
    return f"{text} ago" if span > timedelta(0) else f"in {text}"
