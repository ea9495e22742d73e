"""What a case is at its first moment: the same for the run that begins it and for whoever looks before it wrote."""

from __future__ import annotations

from datetime import datetime

from domain.incident import OpenIncident
from domain.state import OWNER, OwnerRecord, State


def begun(given: OpenIncident, at: datetime) -> State:
    """The state that a case begins with. The owner's seat is there from the first moment: whoever takes the case may
    be faster than its first step."""
    return State(
        case=given.case,
        slug=given.slug,
        severity=given.severity,
        declared_at=given.declared_at,
        drill=given.drill,
        facts=given.facts,
        reopens=given.reopens,
        owner=OwnerRecord(key=OWNER, nonce=OWNER, opened_at=at, ladder=given.procedure.owner),
    )
