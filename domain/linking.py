"""A case that another one opens at once: which it is, and of what type until its own procedure exists."""

from __future__ import annotations

TRIAGE = "triage"  # the procedure of whatever has no procedure of its own yet


def linked_key(of: str, verb_key: str) -> str:
    """The declare key of a case that `of` opened by this verb: the same for every retry, so that it is opened once."""
    return f"linked\x00{of}\x00{verb_key}"
