"""Where a review stands, for every screen: its kind and depth, its versions, its actions, and who is waited for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.base import Model
from domain.evidence import EvidenceRef
from domain.reports import due_of
from domain.state import State, TaskRecord

REVIEW, WELLBEING = "review", "wellbeing"
_DEPTH = "said/depth/"


class Version(Model):
    """One version of the report. Reviews of the first kind have Markdown only."""

    number: int
    version: str
    entries: int
    report: EvidenceRef
    html: EvidenceRef | None = None
    pdf: EvidenceRef | None = None

    def form(self, name: str) -> EvidenceRef | None:
        """`md`, `html` or `pdf`."""
        return {"md": self.report, "html": self.html, "pdf": self.pdf}.get(name)


class ActionLine(Model):
    """An action: its task's key, what it changes, who owns it, when it is due, how it stands."""

    key: str
    what: str
    owner: str
    due: datetime
    status: str
    system: str = ""
    moved: bool = False
    asked_for: datetime | None = None


class Wait(Model):
    """Something that waits for people: who may do it, since when, and when the next of them is called."""

    key: str
    title: str
    roles: tuple[str, ...]
    since: datetime
    next_call: datetime


class Standing(Model):
    """A review as it stands. `depth` is empty before the record was read. Until Legal has chosen, and after silence,
    it is `privileged`."""

    privileged: bool = True
    depth: str = ""
    triggers: tuple[str, ...] = ()
    draft_due: datetime | None = None
    owned_due: datetime | None = None
    signed: bool = False
    versions: tuple[Version, ...] = ()
    actions: tuple[ActionLine, ...] = ()
    waits: tuple[Wait, ...] = ()
    looks: tuple[datetime, ...] = ()


def tail_of(case: str) -> str:
    """`review` or `wellbeing` for what stands beside a case, empty for the case itself."""
    return case.partition("/")[2]


def privileged(state: State) -> bool:
    """Whether a review is directed by counsel: unless an ordinary one was chosen."""
    chosen: dict[str, Any] = next((value for key, value in state.journal.items() if "/choose-privilege/" in key), {})
    return bool(chosen.get("result", {}).get("kind") != "ordinary")


def standing(state: State) -> Standing:
    """Drawn from the state alone."""
    depths = [key.removeprefix(_DEPTH) for key in state.journal if key.startswith(_DEPTH)]
    names = tuple(each for each in (depths[-1] if depths else "").split(",") if each not in ("", "none"))
    plan: dict[str, Any] = next((value for key, value in state.journal.items() if "/plan_review/" in key), {})
    return Standing(
        privileged=privileged(state),
        depth=("full" if names else "short") if depths else "",
        triggers=names,
        draft_due=plan.get("draft_due"),
        owned_due=plan.get("owned_due"),
        signed="said/signed" in state.journal or any(_signed(each) for each in state.tasks.values()),
        versions=_versions(state),
        actions=tuple(_action(each) for each in state.tasks.values() if each.task.name.startswith("action-")),
        waits=tuple(_wait(each) for each in state.tasks.values() if each.open),
        looks=tuple(at for key, at in state.deadlines.items() if "/recurrence-" in key),
    )


def _signed(task: TaskRecord) -> bool:
    return task.task.name == "sign-off" and task.status.value == "done"


def _versions(state: State) -> tuple[Version, ...]:
    drafts = [value for key, value in state.journal.items() if "/draft_review/" in key]
    return tuple(
        Version.model_validate({"version": "", **each, "number": number}) for number, each in enumerate(drafts, 1)
    )


def _action(task: TaskRecord) -> ActionLine:
    return ActionLine(
        key=task.key,
        what=str(task.about.get("what", "")),
        owner=task.task.roles[0].value,
        due=due_of(task) or task.opened_at,
        status=task.status.value,
        system=str(task.about.get("system", "")),
        moved=task.moved,
        asked_for=None if task.moved else task.move_to,
    )


def _wait(task: TaskRecord) -> Wait:
    return Wait(
        key=task.key,
        title=task.task.title,
        roles=tuple(each.value for each in task.task.roles),
        since=task.opened_at,
        next_call=task.opened_at + task.ladder.at(task.rungs),
    )
