"""Silence climbs: whatever waits for people calls one rung after another, and never decides by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.kit.phases import Phases

with workflow.unsafe.imports_passed_through():
    from activities.books import Page
    from domain.effects import Leave, ways_out
    from domain.fitness import Fitness
    from domain.gates import Rung
    from domain.handing import offered
    from domain.people import Role
    from domain.state import (
        OWNER,
        GateRecord,
        HandOverRecord,
        InterventionRecord,
        OwnerRecord,
        TaskRecord,
        Waits,
        next_due,
    )
    from domain.timeline import Kind


class Ladders(Phases):
    """Calling people until a record closes."""

    async def _climb(self, key: str, until: datetime | None = None) -> bool:
        """Call rung after rung until the record closes (True) or the time is reached (False)."""
        while True:
            record = self._waiting(key)
            if not record.open:
                return True
            if until is not None and workflow.now() >= until:
                return False
            if record.opened_at + record.ladder.at(record.rungs) <= workflow.now():
                self._call_rung(record)
                continue
            due = self._due(key)
            if due <= workflow.now():
                self._call_next(record)
                continue
            await self._wait(self._moved(record, due), due if until is None else min(due, until))

    def _moved(self, record: Waits, due: datetime) -> Callable[[], bool]:
        """The record has closed, or somebody is to be called earlier than it was waited for."""
        key = record.key
        if record.ladder.next_person is None:
            return lambda: not self._waiting(key).open
        return lambda: not self._waiting(key).open or self._due(key) < due

    def _due(self, key: str) -> datetime:
        """When the next call is due: a rung's, or the next person's where nobody has acknowledged."""
        record = self._waiting(key)
        rung = record.opened_at + record.ladder.at(record.rungs)
        if record.next_at is None or record.answered:
            return rung
        return min(rung, record.next_at)

    def _waiting(self, key: str) -> Waits:
        record = self._record(key)
        if record is None:
            raise KeyError(key)
        return record

    def _call_rung(self, record: Waits) -> None:
        """The next rung is called; counted at once, so that a restart neither skips nor repeats one."""
        number = record.rungs + 1
        called = record.model_copy(update={"rungs": number})
        if record.ladder.next_person is not None:
            # Who has decided stays heard; everybody else is asked anew with every rung.
            fresh = {"calls": 1, "turn": (), "heard": _decided(record), "pages": {}, "next_at": None, "recall": ()}
            called = called.model_copy(update=fresh)
        self._put(called)
        page = self._rung_page(record, number).model_copy(update={"heard": called.heard})
        self._note(Kind.RUNG, record.key, code=page.kind, detail={"rung": number, **next_due(called)})
        self._call(page)

    def _rung_page(self, record: Waits, number: int) -> Page:
        """The call of a record's rung, counted from 1."""
        called = record.model_copy(update={"rungs": number})
        page = self._whom(called, self._page_for(record), record.ladder.rung(number - 1))
        return page.model_copy(update={"rung": number, "heard": record.heard, "recall": record.recall})

    def _call_next(self, record: Waits) -> None:
        """Nobody has acknowledged: whether the pager knows better, and else the next person, is one step."""
        number = record.calls + 1
        self._put(record.model_copy(update={"calls": number, "next_at": None}))
        page = self._whom(record, self._page_for(record), record.ladder.rung(record.rungs - 1))
        self._call(
            page.model_copy(
                update={
                    "rung": record.rungs,
                    "call": number,
                    "heard": record.heard,
                    "before": record.turn,
                    "pages": record.pages,
                }
            )
        )

    def _whom(self, record: Waits, page: Page, rung: Rung) -> Page:
        """Who is called: this rung's roles, and those of the rungs after it for when nobody of these is there."""
        gate = record.gate if isinstance(record, GateRecord) else None
        # What a rung may only decide alone it may not before its time, so nobody is called for that early.
        after = [each.model_copy(update={"alone": ()}) for each in record.ladder.rungs[record.rungs :]]
        return page.model_copy(
            update={
                "severity": int(self.state.severity),
                "roles": self._roles(record, rung),
                "later": tuple(roles for each in after if (roles := self._roles(record, each))),
                "seats": tuple(seat.roles for seat in gate.seats) if gate else (),
                "fitness": self.policy.fitness if gate else Fitness(),
                "slug": self.state.slug,
                "one_by_one": record.ladder.next_person is not None,
                "earlier": record.called,
            }
        )

    def _page_for(self, record: Waits) -> Page:
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
            case HandOverRecord():
                return Page(
                    subject=key,
                    kind="hand-over",
                    title="take this incident over",
                    roles=(),
                    # The office is asked first; from the second rung on whoever must find somebody.
                    to="" if record.rungs else record.to,
                    excluded=(record.offered_by,),
                    digest=record.digest,
                )

    @staticmethod
    def _roles(record: Waits, rung: Rung) -> tuple[Role, ...]:
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

    # -- handing over -------------------------------------------------------------------------------------

    def hand_over(self, to: str) -> None:
        """Offer the case to an office (`uk`) or a person, with all that is open. Silent or declined, it climbs."""
        key = self._key(f"offer-{to}")
        if self._journalled(key) is None and not any(each.open for each in self.state.hand_overs.values()):
            self._journal(key, {})
            owner = self.state.owner.person if self.state.owner else ""
            self.state = offered(self.state, self.policy, to, owner, workflow.now())
        self._watch_hand_overs()

    def _watch_hand_overs(self) -> None:
        """Call for every open offer, once per run."""
        for key, record in self.state.hand_overs.items():
            if record.open and key not in self._attended:
                self._attended.add(key)
                self._own(self._until_handed_over(key))

    async def _until_handed_over(self, key: str) -> None:
        await self._climb(key)
        self._publish()

    def _in(self, span: timedelta, key: str) -> datetime:
        """An absolute deadline, fixed the first time it is asked for and carried from run to run."""
        if key not in self.state.deadlines:
            due = workflow.now() + span
            self.state = self.state.with_(deadlines={**self.state.deadlines, key: due})
        return self.state.deadlines[key]


def _decided(record: Waits) -> tuple[str, ...]:
    """Who has had their say already and need not be called for it again."""
    match record:
        case GateRecord(votes=votes):
            return tuple(each.person for each in votes)
        case InterventionRecord(choices=choices):
            return tuple(each.person for each in choices)
        case _:
            return ()
