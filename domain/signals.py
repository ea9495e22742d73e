"""How a request looks beside earlier ones: over keyed hashes of who asked about whom, never over names or accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.base import Model

PER_OFFICER, PER_AGENCY = 3, 12  # earlier requests in a day: more than one officer's, than one duty desk's emergencies
WINDOW = timedelta(hours=24)
SAME_TARGET = timedelta(days=30)  # as long as a case is watched for a repeat of its subject
AGAIN_AND_AGAIN = 2  # earlier requests for one account by one requester: persistence, as a stalker's
KNOWN_SINCE = 3  # earlier requests before "never asked for this much" or "never at this hour" means anything
DAY = time(6), time(22)
LOOK_BACK = timedelta(days=365)


class Mark(Model):
    """What is remembered of one request: keyed hashes (24 hexadecimal characters), the agency's id in our list, the
    highest tier that was asked for, and its case. Empty where it was not known."""

    case: str
    at: datetime
    officer: str = ""
    sender: str = ""
    domain: str = ""
    agency: str = ""
    target: str = ""
    tier: str = "E1"


def signals(now: Mark, earlier: Sequence[Mark], zone: str = "") -> tuple[str, ...]:
    """The ticks of `domain.verification` that this request earns beside earlier ones, in a fixed order. A request is
    never compared with itself. `zone` is where the agency's hours are counted; without one they are not."""
    before = [each for each in earlier if each.case != now.case and each.at <= now.at]
    found = {
        "many-from-officer": len(_since(_same(before, now, "officer"), now.at - WINDOW)) >= PER_OFFICER,
        "many-from-agency": len(_since(_same(before, now, "agency"), now.at - WINDOW)) >= PER_AGENCY,
        "same-target-elsewhere": any(
            _asker(each) != _asker(now) for each in _since(_same(before, now, "target"), now.at - SAME_TARGET)
        ),
        "same-target-again": sum(
            _by_the_same(each, now) for each in _since(_same(before, now, "target"), now.at - LOOK_BACK)
        )
        >= AGAIN_AND_AGAIN,
        "unusual-tier": _unusual_tier(before, now),
        "odd-hours": _odd_hours(before, now, zone),
        "requester-changed": _changed(before, now),
    }
    return tuple(code for code, holds in found.items() if holds)


def _same(earlier: Sequence[Mark], now: Mark, field: str) -> list[Mark]:
    """Those that share this hash; an unknown one is shared with nobody."""
    wanted = getattr(now, field)
    return [each for each in earlier if wanted and getattr(each, field) == wanted]


def _since(marks: Sequence[Mark], start: datetime) -> list[Mark]:
    return [each for each in marks if each.at >= start]


def _asker(mark: Mark) -> str:
    """Which agency it was, as far as it is known: an unknown sender is an agency of its own."""
    return mark.agency or mark.domain or mark.sender


def _by_the_same(each: Mark, now: Mark) -> bool:
    return any(getattr(now, name) and getattr(each, name) == getattr(now, name) for name in ("officer", "sender"))


def _unusual_tier(before: Sequence[Mark], now: Mark) -> bool:
    """More than this officer, or else this agency, ever asked for."""
    known = _same(before, now, "officer") or _same(before, now, "agency")
    return len(known) >= KNOWN_SINCE and now.tier > max(each.tier for each in known)


def _odd_hours(before: Sequence[Mark], now: Mark, zone: str) -> bool:
    """At night where the agency is, if it never wrote at night. Emergencies have no office hours: an agency that
    writes at night is not odd."""
    known = _same(before, now, "agency")
    if not zone or len(known) < KNOWN_SINCE:
        return False
    return _night(now.at, zone) and not any(_night(each.at, zone) for each in known)


def _night(at: datetime, zone: str) -> bool:
    return not DAY[0] <= at.astimezone(ZoneInfo(zone)).time() < DAY[1]


def _changed(before: Sequence[Mark], now: Mark) -> bool:
    """The same officer wrote from one mailbox until now."""
    known = {each.sender for each in _same(before, now, "officer") if each.sender}
    return bool(now.sender) and bool(known) and now.sender not in known


class Quarantined(Model):
    """A sender (keyed hash) from whom nothing is taken on its word until somebody lifts it: since a case, as fraud."""

    sender: str
    case: str
    at: datetime


class Linked(Model):
    """An earlier case that a fraud makes doubtful, and why: closest first."""

    case: str
    why: tuple[str, ...]


CLOSEST = ("sender", "officer", "target", "domain")


def look_back(fraud: Mark, earlier: Sequence[Mark]) -> tuple[Linked, ...]:
    """Which cases of the twelve months before a fraud must be looked at again: the same sender, officer, target or
    domain, also where it is a genuine agency's, for a mailbox that was taken over is genuine. Closest and newest
    first; the fraud itself is not among them."""
    start = fraud.at - LOOK_BACK
    before = [each for each in earlier if each.case != fraud.case and start <= each.at <= fraud.at]
    found = []
    for each in before:
        shared = (name for name in CLOSEST if getattr(fraud, name) and getattr(each, name) == getattr(fraud, name))
        why = tuple(f"same-{name}" for name in shared)
        if why:
            found.append((CLOSEST.index(why[0].removeprefix("same-")), -each.at.timestamp(), each.case, why))
    return tuple(Linked(case=case, why=why) for _, _, case, why in sorted(found))
