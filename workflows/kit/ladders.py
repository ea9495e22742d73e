"""Silence climbs: whatever waits for people calls one rung after another, and never decides by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

from workflows.kit.core import OWNER, Core

with workflow.unsafe.imports_passed_through():
    from domain.gates import Rung
    from domain.people import Role
    from domain.state import GateRecord, InterventionRecord, OwnerRecord, TaskRecord
    from domain.timeline import Kind

Waiting = GateRecord | TaskRecord | InterventionRecord | OwnerRecord


class Ladders(Core):
    """Calling people until a record closes."""

    async def _climb(self, key: str, until: datetime | None = None) -> bool:
        """Call rung after rung until the record closes (True) or the time is reached (False)."""
        while True:
            record = self._waiting(key)
            if not record.open:
                return True
            if until is not None and workflow.now() >= until:
                return False
            due = record.opened_at + record.ladder.at(record.rungs)
            if due <= workflow.now():
                self._call_rung(record)
                continue
            await self._wait(lambda: not self._waiting(key).open, due if until is None else min(due, until))

    def _waiting(self, key: str) -> Waiting:
        record = self._record(key)
        if record is None:
            raise KeyError(key)
        return record

    def _call_rung(self, record: Waiting) -> None:
        """The next rung is called; counted at once, so that a restart neither skips nor repeats one."""
        rung = record.ladder.rung(record.rungs)
        number = record.rungs + 1
        self._put(record.model_copy(update={"rungs": number}))
        kind, title, excluded = self._described(record)
        self._note(Kind.RUNG, record.key, code=kind, detail={"rung": number})
        family = record.gate.family.value if isinstance(record, GateRecord) else ""
        self._call(record.key, kind, title, self._roles(record, rung), excluded, number, family=family)

    def _described(self, record: Waiting) -> tuple[str, str, tuple[str, ...]]:
        match record:
            case GateRecord():
                return "gate", record.gate.title, self.state.excluded(record.gate.excludes)
            case TaskRecord():
                return "task", record.task.title, self.state.excluded(record.task.excludes)
            case InterventionRecord():
                return "intervention", f"{record.step} failed: {record.fault}", record.excluded
            case OwnerRecord():
                return "owner", "take this incident", ()

    @staticmethod
    def _roles(record: Waiting, rung: Rung) -> tuple[Role, ...]:
        """Only roles that may decide *this* are called, whatever the rung lists."""
        match record:
            case GateRecord():
                able = {role for seat in record.gate.seats for role in seat.roles} | set(rung.alone)
            case TaskRecord():
                able = set(record.task.roles)
            case _:
                able = set(rung.page)
        return tuple(role for role in rung.page if role in able)

    # -- the owner's seat ---------------------------------------------------------------------------------

    def own(self) -> None:
        """Open the owner's seat: somebody takes it, or it climbs. The incident does not wait for it."""
        if self._waiting(OWNER).rungs == 0:
            self._note(Kind.OWNER, code="open")
        if self._waiting(OWNER).open:
            self._own(self._until_owned())

    async def _until_owned(self) -> None:
        await self._climb(OWNER)

    def _in(self, span: timedelta, key: str) -> datetime:
        """An absolute deadline, fixed the first time it is asked for and carried from run to run."""
        if key not in self.state.deadlines:
            due = workflow.now() + span
            self.state = self.state.with_(deadlines={**self.state.deadlines, key: due})
        return self.state.deadlines[key]
