"""`have`, `task`, `follow_up`: half of these procedures is work that people do in the world."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

from workflows.kit.steps import Steps

with workflow.unsafe.imports_passed_through():
    from domain.acts import Facts
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.policy import FollowUp, TaskPolicy
    from domain.state import Status, TaskRecord, next_due
    from domain.timeline import Kind

Worked = WorkDone | WorkCannot | NoAnswer


class Tasks(Steps):
    """Work by people: owned, called for, recorded."""

    async def have(self, task: TaskPolicy, about: Facts | None = None) -> Worked:
        """Have a person do something. Who does it is remembered, and excluded where a gate says so."""
        task = self._frozen_task(task)
        key = self._key(task.name)
        await self._boundary()
        if (found := self._journalled(key)) is not None:
            return _worked(found)
        self._open_task(key, task, about or {})
        until = None if task.give_up is None else self.state.tasks[key].opened_at + task.give_up
        ended = await self._climb(key, until)
        record = self.state.tasks[key]
        if not ended:
            record = record.model_copy(update={"status": Status.GIVEN_UP, "ended_at": workflow.now()})
            self.state = self.state.with_task(record)
            self._note(Kind.SILENCE, key, code="task", detail={"rungs": record.rungs})
        answer = _answer(record)
        self._journal(key, {"answer": type(answer).__name__, **answer.model_dump(mode="json")})
        return answer

    def task(self, task: TaskPolicy, about: Facts | None = None) -> None:
        """Ask for work that the procedure does not wait for. The case does not close before it is done."""
        task = self._frozen_task(task)
        key = self._key(task.name)
        if key not in self.state.tasks:
            self._open_task(key, task, about or {})
        self._attend(key)

    async def follow_up(self, what: FollowUp) -> Worked:
        """Look back some time later: the wait survives everything; then the task is asked for."""
        what = next((each for each in self.policy.follow_ups if each.name == what.name), what)
        key = self._key(f"wait-{what.name}")
        await self._boundary()
        if self._journalled(key) is None:
            armed = key in self.state.deadlines
            due = self._in(what.after, key)
            if not armed and self._patched("follow-up-armed"):
                self._note(Kind.FOLLOW_UP, key, code="armed", detail={"next_due": due.isoformat()})
            await self._wait(lambda: False, due)
            self._note(Kind.FOLLOW_UP, key, code=what.name)
            self._journal(key, {})
        return await self.have(what.task)

    def _frozen_task(self, task: TaskPolicy) -> TaskPolicy:
        """The case's own copy of this task: a changed procedure file reaches new cases only."""
        return next((each for each in self.policy.tasks if each.name == task.name), task)

    def _open_task(self, key: str, task: TaskPolicy, about: Facts) -> None:
        if key in self.state.tasks:
            return
        record = TaskRecord(key=key, nonce=str(workflow.uuid4()), opened_at=workflow.now(), task=task, about=about)
        self.state = self.state.with_task(record)
        self._note(Kind.TASK_OPENED, key, code=task.name, detail=next_due(record))

    def _attend(self, key: str) -> None:
        """Call for a task beside the procedure, once per run."""
        if key not in self._attended and self.state.tasks[key].open:
            self._attended.add(key)
            self._own(self._until_worked(key))

    async def _until_worked(self, key: str) -> None:
        give_up = self.state.tasks[key].task.give_up
        until = None if give_up is None else self.state.tasks[key].opened_at + give_up
        if not await self._climb(key, until):
            record = self.state.tasks[key]
            ended = record.model_copy(update={"status": Status.GIVEN_UP, "ended_at": workflow.now()})
            self.state = self.state.with_task(ended)
            self._note(Kind.SILENCE, key, code="task", detail={"rungs": record.rungs})
            await self._keep_books()


def _answer(record: TaskRecord) -> Worked:
    if record.status is Status.DONE:
        return WorkDone(result=record.result, artefact=record.artefact, by=record.doer)
    if record.status is Status.CANNOT:
        return WorkCannot(code=record.code, by=record.doer)
    return NoAnswer(rungs=record.rungs)


def _worked(found: dict[str, Any]) -> Worked:
    kinds: dict[str, type[Worked]] = {
        "WorkDone": WorkDone,
        "WorkCannot": WorkCannot,
        "NoAnswer": NoAnswer,
    }
    return kinds[found["answer"]].model_validate(found)
