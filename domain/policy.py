"""A procedure's numbers and names as data: from it come the form, its validation, the document and the run."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import SerializerFunctionWrapHandler, model_serializer

from domain.acts import Facts, FactValue
from domain.base import Model
from domain.clock_faults import clock_faults
from domain.clock_rules import ClockRule
from domain.delivery import DeliveryPolicy
from domain.errors import Code, HoldfastError
from domain.evidence import ref_of
from domain.fitness import Fitness
from domain.gates import Family, Gate, Ladder, gate_faults, ladder_faults
from domain.ids import PREFIX
from domain.people import Role
from domain.rows import read_rows
from domain.tolling import TOLL

_Named = TypeVar("_Named")


class FieldKind(StrEnum):
    """How a field is filled in and checked. A `code` is two or three letters, as of a country or a language: where
    a country is asked for, free text would let an address into the case."""

    TEXT = "text"
    CHOICE = "choice"
    BOOL = "bool"
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    ACCOUNT = "account"
    LIST = "list"
    DOCUMENT = "document"
    ROWS = "rows"
    CODE = "code"


class FormField(Model):
    """One line of a form. An `identifying` field stays in the vault: it never becomes a fact of the workflow.

    A `document` is text that the surface seals first; its answer is the reference (`evidence.ref_text`). `rows` is a
    list of small forms of these `columns`; each row of its answer is JSON (`domain.rows`). `least` and `most` bound a
    number.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    identifying: bool = False
    help: str = ""
    columns: tuple[FormField, ...] = ()
    least: int | None = None
    most: int | None = None

    @model_serializer(mode="wrap")
    def _without_what_came_later(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields of before had none of these, and the digests that people signed were made without them."""
        plain: dict[str, Any] = handler(self)
        for name, absent in (("columns", ()), ("least", None), ("most", None)):
            if getattr(self, name) == absent:
                plain.pop(name, None)
        return plain

    def problem(self, value: object) -> str:
        """Why the value does not fit, naming the field and never the value; empty if it fits."""
        if value in (None, "") or (self.kind is FieldKind.LIST and value in ((), [])):
            return f"{self.name} is required" if self.required else ""
        match self.kind:
            case FieldKind.BOOL:
                return "" if isinstance(value, bool) else f"{self.name} must be true or false"
            case FieldKind.NUMBER:
                if not isinstance(value, int) or isinstance(value, bool):
                    return f"{self.name} must be a whole number"
                low = self.least is not None and value < self.least
                high = self.most is not None and value > self.most
                return f"{self.name} must be {self._bounds}" if low or high else ""
            case FieldKind.LIST:
                if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
                    return f"{self.name} must be a list"
                wrong = self.choices and not set(value) <= set(self.choices)
                return f"{self.name} must be among {', '.join(self.choices)}" if wrong else ""
            case FieldKind.DOCUMENT:
                return (
                    "" if isinstance(value, str) and ref_of(value) else f"{self.name} must be a document of the vault"
                )
            case FieldKind.ROWS:
                return self._row_problem(value)
            case FieldKind.CHOICE:
                return "" if value in self.choices else f"{self.name} must be one of {', '.join(self.choices)}"
            case FieldKind.CODE:
                fits = isinstance(value, str) and value.isascii() and value.isalpha() and len(value) in (2, 3)
                return "" if fits else f"{self.name} must be a code of two or three letters"
            case FieldKind.EMAIL:
                fits = isinstance(value, str) and value.count("@") == 1 and "." in value.rpartition("@")[2]
                return "" if fits and " " not in str(value) else f"{self.name} must be a mail address"
            case _:
                return "" if isinstance(value, str) else f"{self.name} must be text"

    @property
    def _bounds(self) -> str:
        least = f"at least {self.least}" if self.least is not None else ""
        most = f"at most {self.most}" if self.most is not None else ""
        return " and ".join(each for each in (least, most) if each)

    def _row_problem(self, value: object) -> str:
        rows = read_rows(value)
        if rows is None:
            return f"{self.name} must be rows"
        for number, row in enumerate(rows, 1):
            if problems := check_form(self.columns, row):
                return f"{self.name}, row {number}: {problems[0]}"
        return ""


class Script(Model):
    """What a person is told before they pick up the phone."""

    say: tuple[str, ...] = ()
    never_say: tuple[str, ...] = ()
    write_down: tuple[str, ...] = ()


class TaskPolicy(Model):
    """Work that a person does in the world. `records_as` is how the doer took part (`verifier`), which gates may
    exclude; `excludes` bars people from the task itself; `give_up` is after how much silence the procedure goes
    on without it (None: never)."""

    name: str
    title: str
    roles: tuple[Role, ...]
    ladder: Ladder
    script: Script = Script()
    form: tuple[FormField, ...] = ()
    reasons: tuple[str, ...] = ("nobody-answered",)
    records_as: str = ""
    excludes: tuple[str, ...] = ()
    artefact: bool = False
    give_up: timedelta | None = None


class FollowUp(Model):
    """A look back some time after: wait, then have the task done."""

    name: str
    after: timedelta
    task: TaskPolicy


class FullReview(Model):
    """What a review has beyond the first version of it. Days are business days of `calendar` (ISO 3166 country).

    `chase_before` is how long before its due date an action's owner is called again; `look_back` when it is asked
    whether it happened again, counted from the sign-off; `repeat_within` what makes a subject a repeated one.
    """

    short: TaskPolicy
    opinion: TaskPolicy
    agree_to_move: TaskPolicy
    wellbeing: TaskPolicy
    draft_days: int = 5
    owned_days: int = 10
    calendar: str = "US"
    chase_before: timedelta = timedelta(days=2)
    look_back: tuple[timedelta, ...] = (timedelta(days=30), timedelta(days=90))
    repeat_within: timedelta = timedelta(days=30)
    wellbeing_within: timedelta = timedelta(hours=72)
    wellbeing_again: timedelta = timedelta(days=14)

    @property
    def tasks(self) -> tuple[TaskPolicy, ...]:
        return (self.short, self.opinion, self.agree_to_move, self.wellbeing)


class ReviewPolicy(Model):
    """Who runs the review that starts by itself, and how long each part may take. Cases declared before there was
    `full` are reviewed as they were then."""

    privilege: TaskPolicy
    facilitate: TaskPolicy
    collect: TaskPolicy
    act: TaskPolicy
    sign_off: TaskPolicy
    full: FullReview | None = None

    @property
    def tasks(self) -> tuple[TaskPolicy, ...]:
        first = (self.privilege, self.facilitate, self.collect, self.act, self.sign_off)
        return first + (self.full.tasks if self.full else ())


class Procedure(Model):
    """Everything of a procedure that is data. A running incident obeys the copy in its own history.

    `hand_over` is whom an offer to the next shift calls, and who may answer it.
    `severity_rule` names the rule of `domain.assessing` by which a declaration is graded; none: nothing is known, P0.
    `prefix` begins the case id. `amend_roles` may change facts. `stand_down` is the gate of standing down, `toll` that
    of letting one of its `clocks` stand still. `fitness` is what people must be, beyond a seat, to be called to a gate.
    `delivery` is how long what it hands over may lie unopened, and how often that is looked at. `code_version` counts
    the workflows that were written for it: a case goes on by the one that it began with (docs/adr/0033).
    """

    slug: str
    prefix: str
    title: str
    version: int
    intake: tuple[FormField, ...]
    gates: tuple[Gate, ...]
    tasks: tuple[TaskPolicy, ...]
    owner: Ladder
    interventions: Ladder
    stand_down: Gate
    hand_over: Ladder | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    review: ReviewPolicy | None = None
    clocks: tuple[ClockRule, ...] = ()
    toll: Gate = TOLL
    severity_rule: str = ""
    amend_roles: tuple[Role, ...] = (Role.LE_SPECIALIST, Role.ESCALATION_SPECIALIST, Role.DUTY_MANAGER)
    fitness: Fitness = Fitness()
    delivery: DeliveryPolicy | None = None
    code_version: int = 1

    @property
    def workflow(self) -> str:
        """The name of the workflow type that plays it."""
        return f"sop.{self.slug}" if self.code_version == 1 else f"sop.{self.slug}.{self.code_version}"

    def gate(self, name: str) -> Gate:
        every = (*self.gates, self.stand_down, self.toll)
        return _find(every, name, "gate")

    def task(self, name: str) -> TaskPolicy:
        return _find(self.tasks, name, "task")


def _find(every: tuple[_Named, ...], name: str, what: str) -> _Named:
    found = next((each for each in every if getattr(each, "name", "") == name), None)
    if found is None:
        raise HoldfastError(Code.INVALID, f"the procedure names no {what} {name!r}")
    return found


def procedure_faults(procedure: Procedure) -> list[str]:
    """Every way in which a procedure is unsound, gates first; empty for one that may run."""
    gates = (*procedure.gates, procedure.stand_down, procedure.toll)
    faults = [fault for gate in gates for fault in gate_faults(gate)]
    tasks = (*procedure.tasks, *(each.task for each in procedure.follow_ups))
    faults += _twice("two things have this name", [each.name for each in gates] + [each.name for each in tasks])
    review = procedure.review
    if review is not None:
        tasks += review.tasks
    known = {"requester", "declarer", "decider"} | {task.records_as for task in tasks if task.records_as}
    excluding = [*((each.name, each.excludes) for each in gates), *((each.name, each.excludes) for each in tasks)]
    for name, excludes in excluding:
        faults += [f"{name}: nobody is ever recorded as {how!r}" for how in excludes if how not in known]
    faults += [fault for task in tasks for fault in _task_faults(task)]
    if procedure.hand_over is not None:
        faults += ladder_faults("hand-over", procedure.hand_over)
    faults += ladder_faults("owner", procedure.owner) + ladder_faults("interventions", procedure.interventions)
    if procedure.stand_down.family is not Family.STAND_DOWN:
        faults.append(f"{procedure.stand_down.name}: standing down needs a gate of its own family")
    if procedure.toll.family is not Family.TOLL:
        faults.append(f"{procedure.toll.name}: tolling a clock needs a gate of its own family")
    faults += clock_faults(procedure.clocks, [*(each.name for each in gates), *(each.name for each in tasks)])
    if not PREFIX.fullmatch(procedure.prefix):
        faults.append("prefix: two to five capital letters begin a case id")
    return faults + _twice("two fields of the intake have this name", [each.name for each in procedure.intake])


def _task_faults(task: TaskPolicy) -> list[str]:
    faults = ladder_faults(task.name, task.ladder)
    called = {role for rung in task.ladder.rungs for role in rung.page}
    if not called & set(task.roles):
        faults.append(f"{task.name}: nobody who may do this is ever called")
    why = "what a task answers enters history, so it may not identify anybody"
    return faults + [f"{task.name}/{each.name}: {why}" for each in task.form if each.identifying]


def _twice(fault: str, names: list[str]) -> list[str]:
    return [f"{name}: {fault}" for name in sorted({each for each in names if names.count(each) > 1})]


def checked(procedure: Procedure) -> Procedure:
    """The procedure itself if it is sound.

    Raises:
        HoldfastError: `broken-configuration`, with the first fault.
    """
    faults = procedure_faults(procedure)
    if faults:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"procedure {procedure.slug}: {faults[0]}")
    return procedure


def check_form(form: tuple[FormField, ...], answers: dict[str, object]) -> list[str]:
    """What is wrong with a filled-in form, by field name; empty if nothing is."""
    names = {each.name for each in form}
    unknown = [f"{name} is not a field here" for name in sorted(set(answers) - names)]
    return unknown + [problem for each in form if (problem := each.problem(answers.get(each.name)))]


def facts_of(form: tuple[FormField, ...], answers: dict[str, object]) -> Facts:
    """The answers that may enter history: those of the fields that identify nobody.

    Of an identifying mail address `x_email` the domain becomes the fact `x_domain`: it names an organisation.
    """
    facts: Facts = {}
    for each in form:
        value = answers.get(each.name)
        if each.identifying and each.kind is FieldKind.EMAIL and isinstance(value, str) and "@" in value:
            facts[each.name.replace("email", "domain")] = value.rpartition("@")[2].strip().lower()
        if value is None or each.identifying:
            continue
        facts[each.name] = _fact(value)
    return facts


def _fact(value: object) -> FactValue:
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    return value if isinstance(value, str | int | bool) else str(value)
