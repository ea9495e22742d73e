"""What work by people comes to: one closed set, which `match` must exhaust."""

from __future__ import annotations

from datetime import datetime

from domain.acts import Facts
from domain.base import Model
from domain.evidence import EvidenceRef


class WorkDone(Model):
    """A task was done: its form, the record in the vault, and by whom."""

    result: Facts = {}
    artefact: EvidenceRef | None = None
    by: str


class WorkCannot(Model):
    """A task could not be done, and why (a code of the task)."""

    code: str
    by: str


class NoAnswer(Model):
    """Nobody did the task in the time that the procedure gives it."""

    rungs: int


class Paused(Model):
    """A pause is over: when (UTC), and the code of why it was cut short; empty if it was not."""

    at: datetime
    why: str = ""
