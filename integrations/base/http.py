"""One answer to "what does this HTTP status ask of us": try again, give up, or fetch a person.

Every adapter uses it, so the same status never means two things.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

MAX_RETRY_AFTER = 86_400.0  # seconds, one day: a longer answer is nonsense and would overflow a retry delay

TRANSIENT_STATUSES = frozenset({408, 425, 429})
CREDENTIAL_STATUSES = frozenset({401, 403})


class FailureKind(StrEnum):
    """Who must act next: the machine, the procedure, or an engineer."""

    TRANSIENT = "transient"
    PERMANENT = "permanent"
    NEEDS_HUMAN = "needs_human"


@dataclass(frozen=True, slots=True)
class Failure:
    """`retry_after`: seconds the other side asked us to wait (0 to one day); only ever set when transient."""

    kind: FailureKind
    retry_after: float | None = None


def classify(status: int | None, retry_after: str | None = None, *, now: datetime | None = None) -> Failure:
    """Classify a failed call.

    Args:
        status: the HTTP status; None when no answer came (refused, reset, timed out).
        retry_after: the Retry-After header as received, in seconds or as an HTTP date (RFC 9110, 10.2.3).
        now: what an HTTP date counts from, with a zone; the clock when None.

    Raises:
        ValueError: for a status below 300, which is no failure.
    """
    if status is not None and status < 300:
        raise ValueError(f"status {status!r} is not a failure")
    if status is None or status in TRANSIENT_STATUSES or 500 <= status <= 599:
        return Failure(FailureKind.TRANSIENT, _seconds(retry_after, now))
    if status in CREDENTIAL_STATUSES:
        return Failure(FailureKind.NEEDS_HUMAN)
    return Failure(FailureKind.PERMANENT)


def _seconds(header: str | None, now: datetime | None) -> float | None:
    """An unreadable header is no instruction: the caller falls back to its own retry policy."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if then.tzinfo is None:  # "-0000" and some old forms carry no zone; HTTP dates are always UTC
        then = then.replace(tzinfo=UTC)
    seconds = (then - (now or datetime.now(UTC))).total_seconds()
    return min(max(float(math.ceil(seconds)), 0.0), MAX_RETRY_AFTER)
