"""Synthetic entries and cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.timeline import Entry, Kind, Projection

CASE = "EDR-7K3QX-9VD42"
REVIEW = f"{CASE}/review"
START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def entry(number: int, **more: Any) -> Entry:
    """Entry `number` of a synthetic timeline, a minute after the one before."""
    values = {"id": f"{number:06d}", "at": START + timedelta(minutes=number), "kind": Kind.STEP_DONE}
    return Entry(**{**values, "subject": f"contain/snapshot/{number}", **more})


def entries(first: int, last: int) -> list[Entry]:
    return [entry(number) for number in range(first, last + 1)]


def projection(case: str = CASE, *, minute: int = 0, **more: Any) -> Projection:
    """An open P1, declared at `START`, as it stood some minutes later."""
    values = {"slug": "emergency_data_request", "phase": "contain", "severity": 1, "status": "open"}
    times = {"declared_at": START, "updated_at": START + timedelta(minutes=minute)}
    return Projection(case=case, **{**values, **times, **more})
