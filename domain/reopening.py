"""Why a closed case goes on, and what of it the new one begins with."""

from __future__ import annotations

from domain.errors import Code, HoldfastError

REASONS = {
    "new-harm": "the same harm, or harm to the same person, again",
    "appeal-upheld": "an appeal against what we did was upheld",
    "follow-up-by-authority": "the authority came back with more",
    "hash-reappeared": "material that we removed is there again",
}
"""Reason codes for reopening, with their words."""


def declare_key(of: str) -> str:
    """The key under which a case is reopened: the same for everybody and for ever, so that it is reopened once.
    What goes on after that goes on from the newer case."""
    return f"reopens\x00{of}"


def checked_reason(code: str) -> str:
    """The code itself.

    Raises:
        HoldfastError: `reason-required`, with the codes that there are.
    """
    if code not in REASONS:
        raise HoldfastError(Code.REASON_REQUIRED, ", ".join(REASONS))
    return code
