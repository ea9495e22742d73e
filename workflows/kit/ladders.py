"""Silence climbs: whatever waits for people calls one rung after another, and never decides by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

from workflows.kit.core import OWNER, Core

with workflow.unsafe.imports_passed_through():
    from activities.books import Page
    from domain.effects import Leave, ways_out
    from domain.gates import Rung
    from domain.people import Role
    from domain.state import GateRecord, InterventionRecord, OwnerRecord, TaskRecord, next_due
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
        number = record.rungs + 1
        called = record.model_copy(update={"rungs": number})
        self._put(called)
        page = self._rung_page(record, number)
        self._note(Kind.RUNG, record.key, code=page.kind, detail={"rung": number, **next_due(called)})
        self._call(page)

    def _rung_page(self, record: Waiting, number: int) -> Page:
        """The call of a record's rung, counted from 1."""
        rung = record.ladder.rung(number - 1)
        return self._page_for(record).model_copy(
            update={"roles": self._roles(record, rung), "rung": number, "severity": int(self.state.severity)}
        )

    def _page_for(self, record: Waiting) -> Page:
        """What a call says of this record; who is called and how often comes on top."""
        key = record.key
        match record:
            case GateRecord(gate=gate):
                return Page(
                    subject=key,
                    kind="gate",
                    title=gate.title,
                    roles=(),
                    excluded=self.state.excluded(gate.excludes),
                    family=gate.family.value,
                    digest=record.card.digest,
                    reasons=gate.reasons,
                )
            case TaskRecord(task=task):
                excluded = self.state.excluded(task.excludes)
                return Page(
                    subject=key, kind="task", title=task.title, roles=(), excluded=excluded, digest=record.digest
                )
            case InterventionRecord():
                ways = ways_out(record.effect, record.remedies)
                return Page(
                    subject=key,
                    kind="intervention",
                    title=f"{record.step} failed: {record.fault}",
                    roles=(),
                    excluded=record.excluded,
                    digest=record.digest,
                    choices=tuple(name for name, leave in ways.items() if leave is not Leave.NEVER),
                )
            case OwnerRecord():
                return Page(subject=key, kind="owner", title="take this incident", roles=())

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
            self._note(Kind.OWNER, OWNER, code="open", detail=next_due(self._waiting(OWNER)))
        if self._waiting(OWNER).open:
            self._own(self._until_owned())

    def _tell_owner_of_severity(self) -> None:
        """It is worse than was thought: the owner is paged, or, without one, whoever is asked to take the seat."""
        owner = self._waiting(OWNER)
        rung = owner.ladder.rung(max(owner.rungs - 1, 0))
        person = owner.person if isinstance(owner, OwnerRecord) else ""
        number = len(self.state.seen)  # an act raises at most once, so that each raise has a number of its own
        page = Page(subject="", kind="severity", title="the severity was raised", roles=rung.page, rung=number)
        self._call(
            page.model_copy(update={"severity": int(self.state.severity), "people": (person,) if person else ()})
        )

    async def _until_owned(self) -> None:
        await self._climb(OWNER)

    def _in(self, span: timedelta, key: str) -> datetime:
        """An absolute deadline, fixed the first time it is asked for and carried from run to run."""
        if key not in self.state.deadlines:
            due = workflow.now() + span
            self.state = self.state.with_(deadlines={**self.state.deadlines, key: due})
        return self.state.deadlines[key]
