"""Work with a due date: chased before and after it, side by side, marked when overdue, moved once by agreement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow

with workflow.unsafe.imports_passed_through():
    from domain.acts import Facts
    from domain.gates import Ladder, Rung
    from domain.people import Role
    from domain.policy import TaskPolicy
    from domain.reports import due_of
    from domain.state import Status, TaskRecord, next_due
    from domain.timeline import Kind

_CHASERS = (Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER)  # they are called across teams once it is late
_LATE = timedelta(days=3)


class Chasing(IncidentWorkflow):
    """Tasks with due dates."""

    def open_due(self, policy: TaskPolicy, name: str, owner: Role, due: datetime, about: Facts) -> str:
        """Ask the owner's role for it by then, without waiting. Returns its key."""
        roles = tuple(dict.fromkeys((owner, *_CHASERS)))
        opened = next((e.opened_at for e in self.state.tasks.values() if e.task.name == name), workflow.now())
        task = policy.model_copy(update={"name": name, "roles": roles, "ladder": self._chase(owner, opened, due)})
        self.task(task, about)
        key = next(each.key for each in self.state.tasks.values() if each.task.name == name)
        self._own(self._until_late(key))
        return key

    def _chase(self, owner: Role, opened: datetime, due: datetime) -> Ladder:
        """The owner at once and before it is due, the owner and the duty manager at the date, the commander after."""
        review = self.policy.review
        before = review.full.chase_before if review and review.full else timedelta(days=2)
        span = max(due - opened, timedelta(hours=1))
        rungs = [Rung(after=timedelta(0), page=(owner,))]
        if span > before:
            rungs.append(Rung(after=span - before, page=(owner,)))
        rungs.append(Rung(after=span, page=tuple(dict.fromkeys((owner, Role.DUTY_MANAGER)))))
        rungs.append(Rung(after=span + _LATE, page=tuple(dict.fromkeys((owner, *_CHASERS)))))
        return Ladder(rungs=tuple(rungs), again=timedelta(days=1))

    # -- overdue ------------------------------------------------------------------------------------------

    async def _until_late(self, key: str) -> None:
        while (record := self.state.tasks[key]).open and (due := due_of(record)) is not None:
            if workflow.now() < due:
                await self._wait(self._changed(key, due), due)
                continue
            self._say_late(f"{key}/{due.isoformat()}", key, "action")
            await self._wait(self._changed(key, due))
        await self._keep_books()

    def _changed(self, key: str, due: datetime) -> Callable[[], bool]:
        return lambda: not self.state.tasks[key].open or due_of(self.state.tasks[key]) != due

    def _say_late(self, name: str, subject: str, code: str) -> None:
        if self._journalled(f"late/{name}") is None:
            self._journal(f"late/{name}", {})
            self._note(Kind.OVERDUE, subject, code=code)
            self._own(self._keep_books())

    def watch(self, code: str, due: datetime, met: Callable[[], bool]) -> None:
        """Put it on the timeline if this is not met by then. Nothing waits for it."""
        self._own(self._until_met(code, due, met))

    async def _until_met(self, code: str, due: datetime, met: Callable[[], bool]) -> None:
        # The end of the case ends the watch too.
        if not await self._wait(lambda: met() or self._playing.done(), due):
            self._say_late(code, "", code)
        await self._keep_books()

    # -- another date -------------------------------------------------------------------------------------

    def _after_change(self) -> None:
        super()._after_change()
        for key, task in tuple(self.state.tasks.items()):
            if task.move_to is not None and not task.moved:
                self._ask_to_move(key, task)

    def _ask_to_move(self, key: str, task: TaskRecord) -> None:
        review = self.policy.review
        asked = f"{key}/move"
        if review is None or review.full is None or asked in self._attended:
            return
        self._attended.add(asked)
        how = f"asked-to-move:{key}"
        self.state = self.state.with_involved(how, task.move_by)
        policy = review.full.agree_to_move.model_copy(update={"excludes": (how,)})
        due, to = due_of(task), task.move_to
        self._open_task(
            asked, policy, {"action": key, "from": due.isoformat() if due else "", "to": to.isoformat() if to else ""}
        )
        self._own(self._until_moved(key, asked))

    async def _until_moved(self, key: str, asked: str) -> None:
        record = self.state.tasks[asked]
        give_up = record.task.give_up
        ended = await self._climb(asked, None if give_up is None else record.opened_at + give_up)
        record, task = self.state.tasks[asked], self.state.tasks[key]
        if not ended:
            self._put(record.model_copy(update={"status": Status.GIVEN_UP, "ended_at": workflow.now()}))
        agreed = record.status is Status.DONE and record.result.get("answer") == "agree"
        due, to = due_of(task), task.move_to
        changed = task.model_copy(update={"moved": True})
        if agreed and to is not None:
            ladder = self._chase(task.task.roles[0], task.opened_at, to)
            changed = changed.model_copy(
                update={
                    "about": {**task.about, "due": to.isoformat()},
                    "task": task.task.model_copy(update={"ladder": ladder}),
                    "rungs": min(task.rungs, 1),
                }
            )
        self._put(changed)
        code = "moved" if agreed else "not-moved"
        moved: dict[str, str | int | bool] = {
            "from": due.isoformat() if due else "",
            "to": to.isoformat() if to else "",
        }
        self._note(Kind.REVIEW, key, code=code, detail={**moved, **next_due(changed)})
        await self._keep_books()
