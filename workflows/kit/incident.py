"""The base of every procedure: one state, one query, one way in for people, one supervisor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.kit.exporting import Exports

with workflow.unsafe.imports_passed_through():
    from activities.step import fits
    from domain.acts import Signed
    from domain.errors import SENTENCES, TAMPERING
    from domain.incident import IncidentReport, OpenIncident
    from domain.receive import Answer, receive, with_refusal
    from domain.refusal import Refused
    from domain.state import State, Status
    from domain.timeline import Kind

# After so many refusals a case keeps counting but pages no more: a flood must not become a flood of pages.
_PAGED_REFUSALS = 5
_ROUNDS = 3  # of the workflow's own loop: from a closed gate to the step that it allows


class IncidentWorkflow(Exports):
    """What concrete procedures inherit. They write `run` and `procedure`; everything else is here."""

    @workflow.init
    def __init__(self, incident: OpenIncident) -> None:
        self._refused_input: Refused | None = None
        given: object = incident
        if isinstance(given, Refused):
            self._refused_input = given
            return
        super().__init__(incident)
        self._cancel_seen = False
        self._unwinding = False
        self._playing: asyncio.Future[IncidentReport]

    # -- what people see and say --------------------------------------------------------------------------

    @workflow.query(name="state")
    def show_state(self) -> State:
        """For tests and for engineers with no other way: a query that comes late can spoil a run (docs/adr/0026)."""
        return self.state

    @workflow.signal(name="envelope")
    def on_envelope(self, envelope: Signed) -> None:
        """One act of one person. Tampering is noted and paged; nothing that is sent stops the case."""
        self._receive(envelope)

    @workflow.update(name="decide")
    def decide(self, envelope: Signed) -> Answer:
        """The same as an update, as decisions travelled once: histories hold them, and anybody may send one."""
        return self._receive(envelope)

    @decide.validator
    def _check_decide(self, envelope: Signed) -> None:
        """An ordinary refusal is answered without a trace in the history."""
        given: object = envelope
        if isinstance(given, Refused):
            return
        _, answer = self._consider(envelope)
        if isinstance(answer, Refused) and answer.code not in TAMPERING:
            raise ApplicationError(answer.detail or SENTENCES[answer.code], type=answer.code.value)

    def _consider(self, envelope: Signed) -> tuple[State, Answer]:
        return receive(self.state, self.policy, self.incident.trusted, envelope, workflow.now(), fits)

    def _receive(self, envelope: Signed) -> Answer:
        if self._refused_input is not None:
            return self._refused_input
        before = self.state.severity
        self.state, answer = self._consider(envelope)
        if self.state.severity < before:
            self._tell_owner_of_severity()
        if isinstance(answer, Refused):
            self._note_refusal(answer)
            self.state = with_refusal(self.state, self.incident.trusted, envelope, answer)
        else:
            self._after_change()
        self._own(self._keep_books_in_turn())
        return answer

    async def _keep_books_in_turn(self) -> None:
        """After what this act set in motion, so that an effect does not wait for two writes where one will do."""
        # Each round comes after all that can go on without something from outside; the last wakes nobody any more.
        rounds = _ROUNDS if self._patched("books-shared") else int(self._patched("books-in-turn"))
        for _ in range(rounds):
            await workflow.wait_condition(lambda: True)
        await self._keep_books()

    def _note_refusal(self, refused: Refused) -> None:
        self.state = self.state.with_(refusals=self.state.refusals + 1)
        self._note(Kind.REFUSAL, code=refused.code.value)
        if refused.code in TAMPERING and self.state.refusals <= _PAGED_REFUSALS:
            self._alarm("refusal", "a message to this case was refused", refused.code.value, self.state.refusals)

    def _after_change(self) -> None:
        """Whatever changed: cards are drawn anew, questions are called for, standing down gets its gate."""
        self._redraw()
        for key, task in self.state.tasks.items():
            if task.question is not None and task.open:
                self._attend(key)
        self._watch_stand_down()
        self._watch_hand_overs()
        self._watch_clocks()

    # -- the supervisor -----------------------------------------------------------------------------------

    async def follow(self, procedure: Callable[[], Awaitable[IncidentReport]]) -> IncidentReport:
        """Play the procedure to its end, through cancels, standing down, and continuing as new."""
        if self._refused_input is not None:
            code = self._refused_input.code
            raise ApplicationError(SENTENCES[code], type=code.value, non_retryable=True)
        self._begin()
        self._unwinding = self.state.status is Status.STANDING_DOWN
        self._playing = asyncio.ensure_future(self.stand_down() if self._unwinding else procedure())
        while True:
            try:
                await workflow.wait_condition(self._must_look)
            except asyncio.CancelledError:
                # Only a raw cancel is answered; the same exception with no reason is an eviction from the cache.
                if workflow.cancellation_reason() is None or self._cancel_seen:
                    raise
                self._on_raw_cancel()
                continue
            if self._faulted is not None:
                raise self._faulted
            if self._must_unwind():
                await self._turn_to_unwinding()
            elif self._playing.done():
                return await self._finish(self._playing.result())
            else:
                self._leave()

    def _must_look(self) -> bool:
        return self._playing.done() or self._faulted is not None or self._must_unwind() or self._may_leave()

    def _must_unwind(self) -> bool:
        return not self._unwinding and self.state.status is Status.STANDING_DOWN

    def _begin(self) -> None:
        self._take_up()
        if self.incident.carried is None:
            subject = self.incident.subject
            about: dict[str, str | int | bool] = {"subject": subject} if subject else {}
            self._note(Kind.DECLARED, who=self.incident.declared_by, code=self.state.slug, detail=about)
            self.state = self.state.with_involved("declarer", self.incident.declared_by)
            if self.incident.reopens:
                who, code = self.incident.declared_by, self.incident.because
                self._note(Kind.REOPENED, self.incident.reopens, who=who, code=code)
        self._export_earlier_run()
        self._after_change()

    def _on_raw_cancel(self) -> None:
        self._cancel_seen = True
        self._note(Kind.CANCEL_ASKED, code="temporal-cancel")
        if not self.state.stand_down_asked:
            self.state = self.state.with_(stand_down_asked="raw-cancel")
        self._alarm("cancel", "someone cancelled this case outside the desk", "raw-cancel", 1)
        self._after_change()

    async def _turn_to_unwinding(self) -> None:
        """Stop the procedure where it stands, then unwind in a task of its own, which nothing cancels."""
        self._unwinding = True
        self._playing.cancel()
        await workflow.wait_condition(self._playing.done)
        await self._stop_parts()
        self._playing = asyncio.ensure_future(self.stand_down())

    def _leave(self) -> None:
        turnovers = self.state.turnovers + 1
        self._note(Kind.TURNOVER, detail={"run": turnovers})
        self.state = self.state.with_(turnovers=turnovers, left_at=len(self.state.journal))
        workflow.continue_as_new(self.incident.model_copy(update={"carried": self.state}))

    async def _finish(self, report: IncidentReport) -> IncidentReport:
        """Nothing is left behind: background work done, handlers answered, every entry in the ledger."""
        await workflow.wait_condition(lambda: not self._owned and workflow.all_handlers_finished())
        await self._write_up()
        await self._show_room()
        await self._export_this_run()
        return report
