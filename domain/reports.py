"""Presses that a review lives on: reports on a case, and asking for a later date of an action."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import acts
from domain.codes import REPORTS
from domain.errors import Code
from domain.people import Role
from domain.policy import FieldKind, FormField
from domain.refusal import Refused
from domain.state import State, TaskRecord
from domain.timeline import Kind

_KINDS = {"deviation": Kind.DEVIATION, "tool-fault": Kind.TOOL_FAULT, "consequence": Kind.CONSEQUENCE}
_LATEST = timedelta(days=180)  # an action that waits for longer is a project, and belongs into another list


def reported(state: State, said: acts.Statement, report: acts.Report, now: datetime) -> State | Refused:
    """A deviation, a tool fault or a consequence, by anybody who acts here; an auditor only reads."""
    if not set(said.authority.roles) - {Role.AUDITOR}:
        return Refused(code=Code.NOT_SEATED)
    if report.code not in REPORTS[report.what]:
        return Refused(code=Code.REASON_REQUIRED, detail=", ".join(REPORTS[report.what]))
    return state.noted(now, _KINDS[report.what], who=said.person, code=report.code)


def move_asked(state: State, task: TaskRecord, said: acts.Statement, move: acts.Move, now: datetime) -> State | Refused:
    """A later date is asked for, once; the task stays due as it was until somebody who signs off agrees."""
    due = due_of(task)
    if due is None:
        return Refused(code=Code.NOT_ALLOWED)
    if task.move_to is not None or task.moved:
        return Refused(code=Code.NOT_OPEN, detail="this date was asked to be moved before")
    if move.to.tzinfo is None or not due < move.to <= now + _LATEST:
        return Refused(code=Code.INVALID, detail="the new date must be later, and within 180 days")
    if not move.code:
        return Refused(code=Code.REASON_REQUIRED)
    asked = task.model_copy(update={"move_to": move.to, "move_by": said.person})
    detail: dict[str, str | int | bool] = {"from": due.isoformat(), "to": move.to.isoformat(), "reason": move.code}
    return state.with_task(asked).noted(now, Kind.REVIEW, task.key, who=said.person, code="move-asked", detail=detail)


def due_of(task: TaskRecord) -> datetime | None:
    """When a task is due; None for one without a date."""
    due = task.about.get("due")
    return datetime.fromisoformat(due) if isinstance(due, str) and due else None


def chosen(form: tuple[FormField, ...], answers: acts.Facts) -> dict[str, str | int | bool]:
    """The codes that were chosen: what of a form's answers a timeline may say."""
    found: dict[str, str | int | bool] = {}
    for each in form:
        value = answers.get(each.name)
        if each.kind is FieldKind.CHOICE and isinstance(value, str):
            found[each.name] = value
    return found
