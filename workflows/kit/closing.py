"""How an incident ends: closed through its gate, stood down by a signed decision, and always reviewed."""

from __future__ import annotations

from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.kit.clocks import Clocks
from workflows.kit.gates import took

with workflow.unsafe.imports_passed_through():
    from domain.cards import Card
    from domain.incident import IncidentReport, Outcome
    from domain.state import Called, State, Status
    from domain.timeline import Kind

C = TypeVar("C", bound=Called)
STAND_DOWN = "stand-down"
CASE_OVER = "case-over"
UNWINDING = "unwinding"


class Closing(Clocks):
    """Briefs, standing down, the review's end of it, and the closure gate."""

    async def brief(self, code: str) -> None:
        """Tell the room where things stand, in a code that it turns into a sentence."""
        key = self._key(f"brief-{code}")
        await self._boundary()
        if self._journalled(key) is not None:
            return
        self._in_flight += 1
        try:
            told = await self._show_room(code)
        finally:
            self._in_flight -= 1
        self._note(Kind.BRIEF, key, code=code, detail={"told": told})
        self._journal(key, {})

    # -- the review ---------------------------------------------------------------------------------------

    async def _tell_review(self, report: IncidentReport) -> None:
        """The closed case amends its review. A review that is signed off already needs no amendment."""
        if not self.state.review:
            return
        if self._patched("books-before-the-review"):
            # The review drafts from the ledger, so the end must be in it before the review hears of it.
            self._in_flight += 1
            try:
                await self._write_up()
            finally:
                self._in_flight -= 1
        try:
            await workflow.get_external_workflow_handle(self.state.review).signal("case_closed", report)
        except ApplicationError:
            self._note(Kind.REVIEW, code="over-before-the-close")

    def hear_of_close(self, report: IncidentReport) -> None:
        """What a review remembers of its case's end."""
        self._journal(CASE_OVER, report)
        self._note(Kind.REVIEW, code=f"case-{report.outcome.value}")
        self._own(self._keep_books())

    async def case_over(self) -> None:
        """Until the reviewed incident has closed."""
        await self._boundary()
        await self._wait(lambda: self._journalled(CASE_OVER) is not None)

    # -- closing ------------------------------------------------------------------------------------------

    async def close(self, outcome: Outcome, code: str = "") -> IncidentReport:
        """The closure gate: no duty in law is owed, nothing that was done is unratified, no task is open."""
        self.state = self.state.with_(outcome=outcome.value, outcome_code=code)
        await self._start_review()
        await self._clocks_settled()
        await self._wait(self._nothing_open)
        await self._boundary()
        await self._stop_parts()
        return await self._shut(outcome, code)

    def _nothing_open(self) -> bool:
        state = self.state
        # Journalled, not only decided: what was overturned must have been taken back before the case closes.
        acts = [key for key, each in state.gates.items() if each.ratifies or key.endswith("+ratify")]
        ratified = all(self._journalled(key) is not None for key in acts)
        waiting = (*state.tasks.values(), *state.interventions.values())
        busy = len(self._parts) > self._idle_parts or any(each.open for each in waiting)
        return ratified and not busy and not state.stand_down_asked

    async def _shut(self, outcome: Outcome, code: str) -> IncidentReport:
        self._stop_clocks("case-closed")
        state = self.state
        owner = state.owner
        if owner is not None and owner.open:
            owner = owner.model_copy(update={"status": Status.CLOSED})
        self.state = state.with_(
            gates=_closed(state.gates),
            tasks=_closed(state.tasks),
            interventions=_closed(state.interventions),
            hand_overs=_closed(state.hand_overs),
            owner=owner,
            status=Status.CLOSED,
            outcome=outcome.value,
            outcome_code=code,
        )
        self._note(Kind.CLOSED, code=outcome.value, detail={"reason": code} if code else {})
        report = self._report(outcome, code)
        await self._tell_review(report)
        return report

    def _report(self, outcome: Outcome, code: str) -> IncidentReport:
        state = self.state
        return IncidentReport(
            case=state.case,
            outcome=outcome,
            code=code,
            phases=tuple(key.removeprefix("phase/") for key in state.journal if key.startswith("phase/")),
            decisions=sum(len(each.votes) for each in state.gates.values()),
            tasks=sum(1 for each in state.tasks.values() if each.status is Status.DONE),
            interventions=len(state.interventions),
            turnovers=state.turnovers,
            review=state.review,
            run=workflow.info().run_id,
        )

    # -- standing down ------------------------------------------------------------------------------------

    def _watch_stand_down(self) -> None:
        """Somebody (or a raw cancel) asked for it: that opens a gate, and nothing unwinds by itself."""
        if not self.state.stand_down_asked or self._stand_down_watched:
            return
        self._stand_down_watched = True
        self._own(self._until_stood_down())

    async def _until_stood_down(self) -> None:
        asked = sum(
            1 for key in self.state.gates if key.startswith(f"case/{STAND_DOWN}/") and not self.state.gates[key].open
        )
        key = f"case/{STAND_DOWN}/{asked + 1}"
        gate = self.policy.stand_down
        self._showing[key] = self._stand_down_card
        self._open_gate(key, gate, self._stand_down_card)
        await self._climb(key, self.state.gates[key].opened_at + gate.ladder.at(len(gate.ladder.rungs)))
        record = self.state.gates[key]
        self._stand_down_watched = False
        if record.status is Status.APPROVED:
            self.state = self.state.with_(status=Status.STANDING_DOWN)
            self._note(Kind.GATE_DECIDED, key, code="approved", detail=took(record))
            return
        # Denied, or silent to the end: the incident goes on as it was.
        closed = record.model_copy(update={"status": Status.DENIED if record.open else record.status})
        self.state = self.state.with_gate(closed).with_(stand_down_asked="")
        kind = Kind.SILENCE if record.open else Kind.GATE_DECIDED
        self._note(kind, key, code="goes-on", detail=took(record))
        await self._keep_books()

    def _stand_down_card(self, state: State) -> Card:
        """Shows what would be taken back, newest first."""
        undone = tuple(each.step for each in reversed(state.undo) if not each.done)
        return Card(
            gate=STAND_DOWN,
            title=self.policy.stand_down.title,
            press=self.policy.stand_down.press,
            basis=",".join(undone),
        )

    async def stand_down(self) -> IncidentReport:
        """Take back in reverse order what was registered, and close. Never stops half-way: a failing undo asks."""
        if self._journalled(UNWINDING) is None:
            self._journal(UNWINDING, {})
            self._note(Kind.STANDING_DOWN, code="unwinding")
        for undo in reversed(self.state.undo):
            await self._boundary()
            await self._take_back(undo)
        await self._clocks_settled()
        if not self.state.review and self._patched("review-of-standing-down"):
            await self._start_review()
        return await self._shut(Outcome.STOOD_DOWN, self.state.stand_down_asked)


def _closed(records: dict[str, C]) -> dict[str, C]:
    """The same records, with whatever is open closed by the end of the case."""
    return {
        key: each.model_copy(update={"status": Status.CLOSED}) if each.open else each for key, each in records.items()
    }
