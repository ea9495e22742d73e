"""What the timeline says of a clock, in a form from which an auditor outside can tell what should have happened."""

from __future__ import annotations

from datetime import datetime

from domain.clocks import ClockRecord, Face, margin, next_change, percent_of
from domain.settling import settle_key
from domain.state import State, Status
from domain.timeline import Kind
from domain.tolling import toll_key


def noted_clock(
    state: State,
    now: datetime,
    code: str,
    record: ClockRecord,
    *,
    face: Face | None = None,
    percent: int | None = None,
    who: str = "",
    reason: str = "",
) -> State:
    """The state with an entry on this clock: which, how far, when due, and when its next warning or breach is."""
    face = face or record.decisive
    detail: dict[str, str | int | bool] = {
        "clock": record.rule.id,
        "kind": face.value,
        "statutory": record.rule.statutory,
        "counsel": record.rule.counsel.standing.value,
    }
    gone = percent if percent is not None else percent_of(record, face, now)
    if gone is not None:
        detail["percent"] = gone
    if (end := record.end_of(face)) is not None:
        detail["due"] = end.isoformat()
    if (left := margin(record, face, now)) is not None:
        detail["margin_s"] = int(left.total_seconds())
    if record.owed and (due := next_change(record)) is not None:
        detail["next_due"] = due.isoformat()
    if reason:
        detail["reason"] = reason
    evidence = (record.evidence,) if record.evidence is not None and code == "met" else ()
    return state.noted(now, Kind.CLOCK, record.key, code=code, who=who, detail=detail, evidence=evidence)


def noted_end(state: State, now: datetime, ended: ClockRecord, code: str) -> State:
    """The state with a clock that has ended, and the entry that says how. What still asked about it asks no more."""
    reason = ended.superseded_by or ended.code
    closing = {"status": Status.CLOSED, "ended_at": now}
    if (task := state.tasks.get(settle_key(ended))) is not None and task.open:
        state = state.with_task(task.model_copy(update=closing))
    if (gate := state.gates.get(toll_key(ended))) is not None and gate.open:
        state = state.with_gate(gate.model_copy(update=closing))
    return noted_clock(state.with_clock(ended), now, code, ended, who=ended.by, reason=reason)
