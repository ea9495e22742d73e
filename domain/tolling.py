"""Stopping a legal clock for a time: the gate that decides it, and what its card says."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.cards import Card, Finding
from domain.clocks import ClockRecord, Toll
from domain.gates import Family, Gate, Ladder, Rung, Seat
from domain.people import Role

TOLL = Gate(
    name="toll-clock",
    family=Family.TOLL,
    title="Let this legal clock stand still?",
    press="Stop the clock for this reason",
    seats=(
        Seat(name="legal", roles=(Role.LEGAL, Role.GENERAL_COUNSEL)),
        Seat(name="second", roles=(Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER, Role.GENERAL_COUNSEL)),
    ),
    ladder=Ladder(
        rungs=(
            Rung(after=timedelta(0), page=(Role.LEGAL, Role.DUTY_MANAGER)),
            Rung(after=timedelta(minutes=15), page=(Role.GENERAL_COUNSEL, Role.INCIDENT_COMMANDER)),
            Rung(after=timedelta(minutes=30), page=(Role.LEGAL, Role.GENERAL_COUNSEL, Role.DUTY_MANAGER)),
        ),
    ),
    reasons=("no-ground-in-law", "too-long"),
)


def toll_key(record: ClockRecord) -> str:
    """The key of the gate that decides what was asked last."""
    return f"{record.key}/toll/{record.asked}"


def asked_in(record: ClockRecord) -> str:
    """How whoever asked took part: they may not decide it."""
    return f"asked/{toll_key(record)}"


def toll_gate(gate: Gate, record: ClockRecord) -> Gate:
    """The gate for what was asked last: it names the clock, and bars whoever asked."""
    title = f"Let the clock {record.rule.id} stand still?"
    return gate.model_copy(update={"title": title, "excludes": (*gate.excludes, asked_in(record))})


def toll_card(gate: Gate, record: ClockRecord) -> Card:
    """What the two people decide on: which clock, why, and until when."""
    asked, rule = record.asking, record.rule
    if asked is None:
        return Card(gate=gate.name, title=gate.title, press=gate.press)
    until = f"until:{asked.until.isoformat()}" if asked.until else f"days:{asked.days}" if asked.days else "open-ended"
    due = f"due:{record.due_at.isoformat()}" if record.due_at else "due:in-words"
    return Card(
        gate=gate.name,
        title=gate.title,
        press=gate.press,
        findings=(
            Finding(about="clock", verdict=rule.id, because=(due, f"counsel:{rule.counsel.standing.value}")),
            Finding(about="toll", verdict=asked.code, because=(until,), by=(asked.by,)),
        ),
    )


def toll_of(record: ClockRecord, gate: str, now: datetime) -> Toll:
    """What was asked, as it is when it is approved."""
    asked = record.asking
    if asked is None:
        raise ValueError(f"nobody asked to toll {record.key!r}")
    until = asked.until or (now + timedelta(days=asked.days) if asked.days else None)
    return Toll(code=asked.code, gate=gate, since=now, until=until)
