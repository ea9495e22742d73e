"""The steps of a review and of what stands beside it: their inputs and results. How they are done: `reviewing`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from activities.step import OUTWARD, Patience, Step, step
from domain.base import Model
from domain.codes import Depth, Factor
from domain.effects import Effect
from domain.evidence import EvidenceRef
from domain.incident import OpenIncident
from domain.people import Role
from domain.review import Action, Fired
from domain.severity import Severity


class Opinion(Model):
    """What somebody of a role said: the factors they coded and their sealed words. Never who."""

    role: Role
    factors: tuple[str, ...] = ()
    words: EvidenceRef | None = None


class ActionState(Model):
    """An action and how it stands: open, overdue, done, cannot; `moved` says that its date was moved once."""

    action: Action
    status: str
    due: datetime
    moved: bool = False
    code: str = ""


class Recurrence(Model):
    """Whether it happened again by `at`: other cases on the same subject, later reviews with the same factors."""

    at: datetime
    after_days: int
    subject_cases: int = 0
    factors: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        return bool(self.subject_cases or self.factors)


class Draft(Model):
    """A version of the report in the vault, and the record that it rests on: how many entries, and the hash of the
    last. `added` counts the entries that came after the version before; `agrees` says whether the record under that
    version is still the same."""

    report: EvidenceRef
    entries: int
    version: str = ""
    at: datetime | None = None
    head: str = ""
    html: EvidenceRef | None = None
    pdf: EvidenceRef | None = None
    added: int = 0
    agrees: bool = True


@step
class DraftReview(Step[Draft]):
    """Write a version of the report into the vault: facts from the ledger, opinions from people, each marked."""

    NAME: ClassVar[str] = "draft_review"
    WAITS: ClassVar[bool] = True
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Draft
    PATIENCE: ClassVar[Patience] = OUTWARD

    of: str
    version: str
    privileged: bool = True
    actions: tuple[str, ...] = ()  # roles, as the first version of the review listed them
    title: str = ""
    severity: Severity = Severity.P1
    depth: Depth | None = None
    fired: tuple[Fired, ...] = ()
    draft_due: datetime | None = None
    owned_due: datetime | None = None
    opinions: tuple[Opinion, ...] = ()
    agreed: tuple[str, ...] = ()
    done: tuple[ActionState, ...] = ()
    earlier: tuple[Draft, ...] = ()
    outcome: str = ""
    recurrences: tuple[Recurrence, ...] = ()


class Plan(Model):
    """When the draft and the ownership of its actions fall due, UTC."""

    draft_due: datetime
    owned_due: datetime


@step
class PlanReview(Step[Plan]):
    """Business days, counted once and recorded: holidays are nothing that a workflow may look up."""

    NAME: ClassVar[str] = "plan_review"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Plan

    since: datetime
    draft_days: int
    owned_days: int
    calendar: str


class Assessed(Model):
    """What the record says: triggers, who decided (ids, for exclusions only), which roles took part."""

    fired: tuple[Fired, ...]
    deciders: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()


@step
class AssessReview(Step[Assessed]):
    """Read the triggers of a review from the ledger."""

    NAME: ClassVar[str] = "assess_review"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Assessed
    PATIENCE: ClassVar[Patience] = OUTWARD

    of: str
    severity: Severity
    repeat_within: timedelta


@step
class LookForRecurrence(Step[Recurrence]):
    """Look in the record for the same subject (by its keyed hash) and the same contributing factors since then."""

    NAME: ClassVar[str] = "look_for_recurrence"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Recurrence
    PATIENCE: ClassVar[Patience] = OUTWARD

    of: str
    since: datetime
    after_days: int
    factors: tuple[Factor, ...] = ()


class Started(Model):
    """Whether this call began it, or an earlier one had."""

    new: bool


@step
class StartReview(Step[Started]):
    """Begin the review of a case as a workflow of its own, which outlives it."""

    NAME: ClassVar[str] = "start_review"
    WAITS: ClassVar[bool] = True
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Started

    given: OpenIncident


@step
class StartWellbeing(Step[Started]):
    """Begin the check on the people who were exposed, apart from case and review."""

    NAME: ClassVar[str] = "start_wellbeing"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Started

    given: OpenIncident


class Exposed(Model):
    """How many people were exposed, how many of them are new, and the sealed list of who they are."""

    people: int
    new: int
    names: EvidenceRef


@step
class FindExposed(Step[Exposed]):
    """List who took part in a case, for the wellbeing lead alone."""

    NAME: ClassVar[str] = "find_exposed"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Exposed
    PATIENCE: ClassVar[Patience] = OUTWARD

    of: str
    known: int = 0
