"""When a span of law ends: a step, because calendars change and a run must keep the answer that it was given."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from activities.step import Step, step
from domain.base import Model
from domain.clock_rules import Span
from domain.effects import Effect, Leave, Remedies


class Due(Model):
    """When it ends, UTC. `days_off` counts the days that were left out, `calendar` names the library and version."""

    due_at: datetime
    days_off: int = 0
    calendar: str = ""


@step
class DueDate(Step[Due]):
    """Count a span of days, months or years in its place's own time, business days without the days off there."""

    NAME: ClassVar[str] = "due_date"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Due
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.ALLOWED)

    span: Span
    trigger_at: datetime
