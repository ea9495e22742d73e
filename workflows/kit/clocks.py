"""`clock` and what ends one: legal and internal clocks run beside the procedure, warn, and never stop in silence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from temporalio import workflow

from workflows.kit.beside import Beside
from workflows.kit.core import StepFailed

with workflow.unsafe.imports_passed_through():
    from activities.books import Page
    from activities.clocks import DueDate
    from domain.canonical import digest
    from domain.clock_entries import noted_clock, noted_end
    from domain.clock_rules import FULL, ClockRule, Standing
    from domain.clocks import (
        ClockRecord,
        ClockStatus,
        Mark,
        advanced,
        armed,
        dated,
        met,
        next_change,
        resumed,
        stopped,
        superseded,
        tolled,
    )
    from domain.evidence import EvidenceRef
    from domain.settling import met_when, settle_key, settle_task
    from domain.state import Status
    from domain.timeline import Kind
    from domain.tolling import toll_card, toll_gate, toll_key, toll_of


class Clocks(Beside):
    """Clocks as verbs. A rule that is not in the case's own policy is not watched: an older case obeys its copy."""

    # -- the verbs ----------------------------------------------------------------------------------------

    def clock(
        self,
        *rules: ClockRule,
        trigger_at: datetime | None = None,
        discovered_at: datetime | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Start clocks and go on. They run from their legal trigger (the declaration if none is given), however long
        ago; `due_at` is for an order that names its own day."""
        for rule in rules:
            frozen = self._frozen_clock(rule)
            if frozen is not None:
                self._arm(frozen, trigger_at or self.incident.declared_at, discovered_at, due_at)
        self._watch_clocks()

    def _arm(
        self, rule: ClockRule, trigger_at: datetime, discovered_at: datetime | None, due_at: datetime | None
    ) -> None:
        key = self._clock_key(rule.id)
        if rule.counsel.standing is Standing.NOT_IN_FORCE:
            if self._journalled(key) is None:
                self._journal(key, {})
                self._note(Kind.CLOCK, key, code="none", detail={"clock": rule.id, "reason": "not-in-force"})
        elif key not in self.state.clocks:
            record = armed(
                rule,
                key=key,
                nonce=str(workflow.uuid4()),
                trigger_at=trigger_at,
                discovered_at=discovered_at or trigger_at,
                now=workflow.now(),
                due_at=due_at,
            )
            self._put_clock(record, "armed")

    def met(self, rule: ClockRule, evidence: EvidenceRef | None = None, code: str = "") -> None:
        """The duty of this clock is done; `evidence` is its record in the vault."""
        if (record := self._newest(rule, f"met-{rule.id}")) is not None:
            self._end_clock(met(record, workflow.now(), evidence=evidence, code=code), "met")

    def stop_clock(self, rule: ClockRule, code: str) -> None:
        """The duty is not owed after all; the code says why."""
        if (record := self._newest(rule, f"stop-{rule.id}")) is not None:
            self._end_clock(stopped(record, workflow.now(), code=code), "stopped")

    def supersede(
        self,
        old: ClockRule,
        new: ClockRule,
        *,
        trigger_at: datetime | None = None,
        discovered_at: datetime | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Another clock takes the place of this one."""
        self.clock(new, trigger_at=trigger_at, discovered_at=discovered_at, due_at=due_at)
        if (record := self._newest(old, f"supersede-{old.id}")) is not None:
            self._end_clock(superseded(record, workflow.now(), by=new.id), "superseded")

    def no_clock(self, code: str) -> None:
        """No clock applies, for this reason: a decision, and so an entry."""
        key = self._clock_key("none")
        if self._journalled(key) is None:
            self._journal(key, {})
            self._note(Kind.CLOCK, key, code="none", detail={"reason": code})

    # -- finding and storing ------------------------------------------------------------------------------

    def _frozen_clock(self, rule: ClockRule) -> ClockRule | None:
        return next((each for each in self.policy.clocks if each.id == rule.id), None)

    def _clock_key(self, name: str) -> str:
        """`clock/<id>/<n>`: unlike other verbs a clock belongs to no phase."""
        return self._key(name, of="clock")

    def _newest(self, rule: ClockRule, verb: str) -> ClockRecord | None:
        """The owed clock that a verb means, once; None when the verb was played before, or nothing is owed."""
        if self._frozen_clock(rule) is None:
            return None
        key = self._key(verb)
        if self._journalled(key) is not None:
            return None
        self._journal(key, {})
        owed = [each for each in self.state.clocks.values() if each.rule.id == rule.id and each.owed]
        return owed[-1] if owed else None

    def _put_clock(self, record: ClockRecord, code: str, **more: Any) -> None:
        self.state = noted_clock(self.state.with_clock(record), workflow.now(), code, record, **more)

    def _end_clock(self, ended: ClockRecord, code: str) -> None:
        self.state = noted_end(self.state, workflow.now(), ended, code)

    # -- running beside -----------------------------------------------------------------------------------

    def _watch_clocks(self) -> None:
        """Every owed clock is watched and every wish to toll one is put to a gate; once per run."""
        for key, record in self.state.clocks.items():
            if not record.owed:
                continue
            if key not in self._attended:
                self._attended.add(key)
                self._own(self._date(key))
                self._own(self._until_clock_ends(key))
            if record.asking is not None and toll_key(record) not in self._attended:
                self._attended.add(toll_key(record))
                self._own(self._until_tolled(key, toll_key(record)))

    async def _until_clock_ends(self, key: str) -> None:
        while (record := self.state.clocks[key]).owed:
            if not self._changes(record):
                seen, until = record, next_change(record)
                await self._wait(lambda seen=seen: self._has_news(seen), until)  # type: ignore[misc]
        await self._keep_books()

    def _has_news(self, seen: ClockRecord) -> bool:
        task = self.state.tasks.get(settle_key(seen))
        if task is not None and not task.open:
            return True
        return self.state.clocks[seen.key] != seen or met_when(self.state, seen) is not None

    def _changes(self, record: ClockRecord) -> bool:
        """Do whatever this clock asks for now; False if that is nothing."""
        now = workflow.now()
        if (at := met_when(self.state, record)) is not None:
            self._end_clock(met(record, at), "met")
            return True
        if (task := self.state.tasks.get(settle_key(record))) is not None:
            if task.status is Status.DONE:
                self._end_clock(met(record, now, evidence=task.artefact, by=task.doer), "met")
                return True
            if task.status is Status.CANNOT:
                self._end_clock(stopped(record, now, code=task.code, by=task.doer), "stopped")
                return True
            self._attend(task.key)
        still = record.standing_still
        if still is not None and still.until is not None and still.until <= now:
            self._put_clock(resumed(record, still.until), "resumed", reason=still.code)
            return True
        moved, given = advanced(record, now)
        if not given:
            return False
        self.state = self.state.with_clock(moved)  # counted before anybody is called
        for mark in given:
            self._give(moved, mark)
        return True

    def _give(self, record: ClockRecord, mark: Mark) -> None:
        """A warning, a breach, or the end of a term: an entry and a call."""
        now, rule = workflow.now(), record.rule
        ended = not record.owed
        code = "warned" if mark.percent < FULL else "met" if ended else "breached"
        self.state = noted_clock(self.state, now, code, record, face=mark.face, percent=mark.percent)
        what = "a legal clock" if rule.statutory else "a clock of our own"
        counsel = f"counsel: {rule.counsel.standing.value}"
        self._call(
            Page(
                subject=record.key,
                kind="clock",
                title=f"{what}: {rule.id} at {mark.percent} % ({mark.face.value}, {counsel})",
                roles=rule.roles(mark.percent),
                rung=mark.percent,
                severity=int(self.state.severity),
                code=code,
                # Two faces may reach the same percentage: each is a call of its own.
                digest=digest([record.nonce, mark.face.value, mark.percent]),
            )
        )
        if record.status is ClockStatus.BREACHED and rule.statutory:
            self._ask_how_settled(record)

    async def _date(self, key: str) -> None:
        """Have a calendar say when the clock is due; where none can, a person is asked like for any step."""
        record = self.state.clocks[key]
        if record.due_at is not None or record.rule.span is None or not record.owed:
            return
        step = DueDate(span=record.rule.span, trigger_at=record.trigger_at)
        try:
            found = await self._perform(step, f"{key}/due")
        except StepFailed as failed:
            # Only the end of the case ends an intervention without a choice.
            self._note(Kind.DEVIATION, key, code=failed.code)
        else:
            record = self.state.clocks[key]
            if record.owed:
                self._put_clock(dated(record, found.due_at), "armed", reason="dated")
        await self._keep_books()

    # -- asking people ------------------------------------------------------------------------------------

    def _ask_how_settled(self, record: ClockRecord) -> None:
        """A duty that is still owed: its owner says how it was done, or why it is not owed. Calling never ends."""
        self._open_task(settle_key(record), settle_task(record, self.policy.owner), {"clock": record.rule.id})
        self._attend(settle_key(record))

    async def _until_tolled(self, key: str, gate_key: str) -> None:
        gate = toll_gate(self.policy.toll, self.state.clocks[key])
        self._showing[gate_key] = lambda state: toll_card(gate, state.clocks[key])
        self._open_gate(gate_key, gate, self._showing[gate_key])
        await self._climb(gate_key, self.state.gates[gate_key].opened_at + gate.ladder.at(len(gate.ladder.rungs)))
        decided, record = self.state.gates[gate_key], self.state.clocks[key]
        if record.asking is not None:
            if decided.status is Status.APPROVED and record.status is ClockStatus.RUNNING:
                now = workflow.now()
                self._put_clock(
                    tolled(record, now, toll_of(record, gate_key, now)), "tolled", reason=record.asking.code
                )
            else:
                self._put_clock(record.model_copy(update={"asking": None}), "toll-refused")
        if decided.open:
            self.state = self.state.with_gate(decided.model_copy(update={"status": Status.DENIED, "code": "silence"}))
            self._note(Kind.SILENCE, gate_key, code=gate.silence.value)
        else:
            self._note(Kind.GATE_DECIDED, gate_key, code=decided.status.value)
        await self._keep_books()

    # -- the end of the case ------------------------------------------------------------------------------

    async def _clocks_settled(self) -> None:
        """Until no duty in law is owed any more: whoever closes a case says what became of each."""
        if not self._duties():
            return
        for record in self._duties():
            if not self._changes(record) and self.state.clocks[record.key].owed:
                self._ask_how_settled(record)
        await self._wait(lambda: not self._duties())

    def _duties(self) -> list[ClockRecord]:
        return [each for each in self.state.clocks.values() if each.owed and each.rule.statutory]

    def _stop_clocks(self, code: str) -> None:
        """What is left at the end are targets of our own."""
        for record in self.state.clocks.values():
            if record.owed:
                at = met_when(self.state, record)
                if at is not None:
                    self._end_clock(met(record, at), "met")
                else:
                    self._end_clock(stopped(record, workflow.now(), code=code), "stopped")
