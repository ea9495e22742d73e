"""A duty with its time, as data: what starts it, what the law gives, what we set ourselves, and what counsel says."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from domain.base import Model
from domain.people import Role

FULL = 100


class TriggerKind(StrEnum):
    """What starts a clock in law. It is seldom the moment at which somebody opens a case."""

    ACTUAL_KNOWLEDGE = "actual-knowledge"
    RECEIPT_OF_REQUEST = "receipt-of-request"
    RECEIPT_OF_REPORT = "receipt-of-report"
    RECEIPT_OF_ORDER = "receipt-of-order"
    CONFIRMATION = "confirmation-sent"
    NOTICE_GIVEN = "notice-given"
    AWARENESS = "awareness"
    DISCOVERY = "discovery"
    SUBMISSION = "submission"
    OPENING = "report-opened"


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar-days"
    BUSINESS_DAYS = "business-days"
    MONTHS = "months"
    YEARS = "years"


_EXACT = {Unit.MINUTES: timedelta(minutes=1), Unit.HOURS: timedelta(hours=1)}


class Span(Model):
    """A span of law. Days, months and years are counted in `zone` (IANA name); business days leave out the days off
    of `country` (ISO 3166, two letters) and `region`. `pace` below 1 plays a drill faster."""

    count: int
    unit: Unit
    zone: str = "UTC"
    country: str = ""
    region: str = ""
    pace: float = 1.0

    @property
    def exact(self) -> timedelta | None:
        """The duration, or None where a calendar must be asked."""
        each = _EXACT.get(self.unit)
        return None if each is None else each * self.count * self.pace

    @property
    def words(self) -> str:
        where = f" ({self.country})" if self.country else ""
        name = self.unit.value.replace("-", " ")
        return f"{self.count} {name if self.count != 1 else name[:-1]}{where}"


class Standing(StrEnum):
    """What counsel says of a rule."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    NOT_IN_FORCE = "not-in-force"


class Read(StrEnum):
    """How the people who wrote a row down know what it says."""

    SOURCE = "source-read"
    SECOND_HAND = "second-hand"
    MEMORY = "from-memory"
    OURS = "our-own-target"


class Counsel(Model):
    """Counsel's word on a rule: the day and the role of whoever confirmed it. Without it, a rule is unconfirmed."""

    standing: Standing = Standing.UNCONFIRMED
    on: date | None = None
    by: Role | None = None


class ClockCall(Model):
    """From this percentage on these roles are called."""

    percent: int
    page: tuple[Role, ...]


CALLS = (
    ClockCall(percent=0, page=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)),
    ClockCall(percent=75, page=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST, Role.DUTY_MANAGER)),
    ClockCall(percent=90, page=(Role.DUTY_MANAGER, Role.LEGAL, Role.INCIDENT_COMMANDER)),
    ClockCall(percent=FULL, page=(Role.DUTY_MANAGER, Role.LEGAL, Role.INCIDENT_COMMANDER, Role.GENERAL_COUNSEL)),
)


class ClockRule(Model):
    """One duty with its time. `span` is the statute's, `words` what it says where it gives none ("as soon as
    reasonably possible"), `target` ours. A `term` is something to be kept until its end; reaching it is no breach.
    `met_by` names gates and tasks (or `owner`) whose end meets it; `doubt` says where sources disagree."""

    id: str
    duty: str
    trigger: TriggerKind
    jurisdiction: str
    authority: str
    source: str
    reviewed: date
    read: Read
    span: Span | None = None
    words: str = ""
    target: timedelta | None = None
    term: bool = False
    counsel: Counsel = Counsel()
    doubt: str = ""
    warn: tuple[int, ...] = (50, 75, 90)
    calls: tuple[ClockCall, ...] = CALLS
    met_by: tuple[str, ...] = ()

    @property
    def statutory(self) -> bool:
        """Whether a law asks for it; else it is a target of ours alone."""
        return self.span is not None or bool(self.words)

    def roles(self, percent: int) -> tuple[Role, ...]:
        """Who is called at this percentage: the last call that it has reached."""
        return next((each.page for each in reversed(self.calls) if each.percent <= percent), ())

    def met_at(self, *names: str) -> ClockRule:
        """The same rule in a procedure in which the end of one of these gates or tasks meets it."""
        return self.model_copy(update={"met_by": names})

    def paced(self, factor: float) -> ClockRule:
        """The same rule for a drill that is played faster."""
        if self.span is None:
            return self
        return self.model_copy(update={"span": self.span.model_copy(update={"pace": self.span.pace * factor})})
