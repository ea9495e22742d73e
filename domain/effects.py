"""What a step does to the world, and which safeguard each effect demands."""

from __future__ import annotations

from enum import StrEnum

from domain.base import Model


class Effect(StrEnum):
    """Each step declares one. Observe and preserve tell nobody anything."""

    OBSERVE = "observe"
    PRESERVE = "preserve"
    HIDE = "hide"
    DESTROY = "destroy"
    DISCLOSE = "disclose"
    FILE = "file"
    TELL = "tell"
    UNDO = "undo"


NEEDS_APPROVAL = frozenset({Effect.DISCLOSE, Effect.FILE})
NEEDS_WRITE_AHEAD = frozenset({Effect.DISCLOSE, Effect.FILE, Effect.DESTROY})
NEEDS_PRESERVATION = frozenset({Effect.DESTROY})


class Leave(StrEnum):
    """Who may choose a way out of a failed step."""

    ALLOWED = "allowed"
    SECOND = "second-person"
    NEVER = "never"


class Remedies(Model):
    """The three ways out of a failed step. Skipping exists only where the step declares what it then yields."""

    retry: Leave = Leave.ALLOWED
    by_hand: Leave = Leave.SECOND
    skip: Leave = Leave.NEVER


# Verification, preservation, disclosure and statutory reports are never skipped, whatever a step says.
NEVER_SKIPPED = frozenset({Effect.PRESERVE, Effect.DISCLOSE, Effect.FILE, Effect.DESTROY})
NEVER_BY_HAND = frozenset({Effect.DISCLOSE})  # by hand it would need a fresh decision


def ways_out(effect: Effect, remedies: Remedies) -> dict[str, Leave]:
    """Which way out of a failed step of this effect is open to whom; what no step may allow is `never`."""
    return {
        "retry": remedies.retry,
        "by-hand": Leave.NEVER if effect in NEVER_BY_HAND else remedies.by_hand,
        "skip": Leave.NEVER if effect in NEVER_SKIPPED else remedies.skip,
    }
