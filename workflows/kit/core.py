"""What every verb stands on: the state, the journal, the one wait, the one way to run a step."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.books import KeepBooks, Page, Paged, TellRoom
    from activities.step import Place, Step
    from domain.acts import FactValue
    from domain.base import Model
    from domain.beginning import begun
    from domain.cards import Card
    from domain.copies import packed
    from domain.effects import NEEDS_WRITE_AHEAD
    from domain.errors import Code
    from domain.evidence import LedgerReceipt
    from domain.incident import OpenIncident
    from domain.refusal import Refused
    from domain.state import OWNER, Called, Phase, State, Waits
    from domain.summoning import NOBODY_AT_ALL, NOBODY_ON_DUTY
    from domain.timeline import Kind

HOUSEKEEPING = 5  # Temporal's last priority: what nobody waits for
_ASIDE = timedelta(minutes=10)  # between two looks of a run whose books do not fit
BRANCH: contextvars.ContextVar[str] = contextvars.ContextVar("branch", default="")
PHASE: contextvars.ContextVar[Phase | None] = contextvars.ContextVar("phase", default=None)


class StepFailed(Exception):
    """A step that machine patience could not bring through; carries the stable code, no payload."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Core:
    """State and plumbing. Procedures never touch these; they speak in verbs."""

    state: State
    watched = False
    """Whether a replay is compared with what was written then."""

    def __init__(self, incident: OpenIncident) -> None:
        self.incident = incident
        self.policy = incident.procedure
        self._acts: dict[str, int] = {}
        self._in_flight = 0
        self._owned: set[asyncio.Task[None]] = set()
        self._parts: dict[str, asyncio.Task[None]] = {}
        self._idle_parts = 0
        self._parts_stopped = False
        self._faulted: BaseException | None = None
        self._flushing = False
        self._receipt: LedgerReceipt | None = None
        self._room_shows = ""
        self._showing: dict[str, Callable[[State], Card]] = {}
        self._attended: set[str] = set()
        self._patches: dict[str, bool] = {}
        self._stand_down_watched = False
        self._review_begun = False
        self.state = incident.carried or begun(incident, workflow.now())

    # -- keys and journal ---------------------------------------------------------------------------------

    def _key(self, name: str, of: str = "") -> str:
        """`<phase>/<name>/<n>`, with the branch in the name and the phase that the branch itself is in, so that neither
        the order nor the pace of another branch can change a key; `of` stands in the place of the phase for what
        belongs to none."""
        stem = f"{of or (PHASE.get() or self.state.phase).value}/{BRANCH.get()}{name}"
        self._acts[stem] = self._acts.get(stem, 0) + 1
        return f"{stem}/{self._acts[stem]}"

    def _journalled(self, key: str) -> Any | None:
        return self.state.journal.get(key)

    def _journal(self, key: str, value: Model | dict[str, Any]) -> None:
        plain = value.model_dump(mode="json") if isinstance(value, Model) else value
        self.state = self.state.with_(journal={**self.state.journal, key: plain})

    def _note(self, kind: Kind, subject: str = "", **more: Any) -> None:
        self.state = self.state.noted(workflow.now(), kind, subject, **more)

    def fact(self, name: str) -> FactValue:
        """A fact of the case as it stands; empty text where nobody has said."""
        return self.state.facts.get(name, "")

    def _patched(self, name: str) -> bool:
        """Whether this run may do what earlier versions of the kit did not: true for all but replays of old runs.

        Every name is in `domain.patches`. The case remembers which it goes by; an entry of its own could make a
        replay write when the history did not, so the timeline names them where a run is exported.
        """
        answer = self._patches[name] = workflow.patched(name)
        if answer and name not in self.state.patches:
            self.state = self.state.with_(patches=(*self.state.patches, name))
        return answer

    # -- continuing as new --------------------------------------------------------------------------------

    def _wants_to_leave(self) -> bool:
        done, plan = len(self.state.journal), self.incident.rehearsal
        if plan.every_verb and done > self.state.left_at:
            return True
        if any(self.state.left_at < after <= done for after in plan.turnover_after):
            return True
        return workflow.info().is_continue_as_new_suggested()

    def _may_leave(self) -> bool:
        return self._in_flight == 0 and self._wants_to_leave() and workflow.all_handlers_finished()

    async def _boundary(self) -> None:
        """Between two verbs: hold still if the run is about to continue as new."""
        if self._wants_to_leave():
            self._publish()
            await workflow.wait_condition(lambda: not self._wants_to_leave())

    # -- the one wait -------------------------------------------------------------------------------------

    async def _wait(self, ready: Callable[[], bool], until: datetime | None = None) -> bool:
        """Until `ready` (True) or until the time is reached (False). All waiting of the kit passes here."""
        if ready():
            return True
        if self.state.pending:
            self._own(self._keep_books())
        if until is None:
            await workflow.wait_condition(ready)
            return True
        left = until - workflow.now()
        if left <= timedelta(0):
            return False
        try:
            await workflow.wait_condition(ready, timeout=left)
        except TimeoutError:
            return ready()
        return True

    # -- background work, owned ---------------------------------------------------------------------------

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the procedure. A fault in it is the workflow's fault, never only a log line."""
        task = asyncio.create_task(work)
        self._owned.add(task)
        task.add_done_callback(self._disown)

    def _disown(self, task: asyncio.Task[None]) -> None:
        self._owned.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faulted = fault

    # -- steps --------------------------------------------------------------------------------------------

    async def _run(self, step: Step[Any], key: str) -> Any:
        """One activity to its result.

        Raises:
            StepFailed: with the code, when retries are exhausted, the failure is permanent, or the result was
                not one that our workers sealed.
        """
        self._in_flight += 1
        try:
            receipt = await self._flush() if step.EFFECT in NEEDS_WRITE_AHEAD else None
            result = await self._execute(step, key, receipt)
        finally:
            self._in_flight -= 1
        if isinstance(result, Refused):
            self._note(Kind.REFUSAL, key, code=result.code.value)
            raise StepFailed(result.code.value)
        return result

    async def _execute(self, step: Step[Any], key: str, receipt: LedgerReceipt | None) -> Any:
        patience = step.PATIENCE
        place = Place(case=self.state.case, key=key, at=workflow.now(), drill=self.state.drill, receipt=receipt)
        try:
            return await workflow.execute_activity(
                step.NAME,
                step.model_copy(update={"place": place}),
                task_queue=step.QUEUE,
                result_type=step.RESULT,
                start_to_close_timeout=patience.per_try,
                heartbeat_timeout=patience.heartbeat,
                retry_policy=RetryPolicy(
                    initial_interval=patience.first_pause,
                    maximum_interval=patience.longest_pause,
                    maximum_attempts=patience.tries,
                    non_retryable_error_types=["PayloadsTooLarge"],
                ),
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                priority=Priority(priority_key=HOUSEKEEPING if step.WAITS else self.state.severity.priority_key),
                summary=key,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            cause = error.cause
            code = cause.type if isinstance(cause, ApplicationError) and cause.type else Code.TRANSIENT.value
            raise StepFailed(code) from None

    # -- books --------------------------------------------------------------------------------------------

    async def _flush(self) -> LedgerReceipt:
        """Everything noted so far is in the ledger; the receipt says so. Waits for a flush that is under way."""
        while self._flushing:  # two may have waited for the same end
            await workflow.wait_condition(lambda: not self._flushing)
        if self._receipt is not None and not self.state.pending and self._patched("books-shared"):
            return self._receipt  # whoever wrote last wrote this one's entries too
        self._flushing = True
        try:
            entries = self.state.pending
            # Nobody reads what a replay would send, and packing is what a replay would take longest for.
            copy = packed(self.state) if self.watched or not workflow.unsafe.is_replaying() else ""
            step = KeepBooks(entries=entries, projection=self.state.projection(workflow.now()), copy_of_state=copy)
            receipt = await self._execute(step, "books", None)
        finally:
            self._flushing = False
        if not isinstance(receipt, LedgerReceipt):
            code = receipt.code.value if isinstance(receipt, Refused) else Code.UNREADABLE.value
            self._note(Kind.REFUSAL, "books", code=code)
            raise StepFailed(code)
        written = {entry.id for entry in entries}
        left = tuple(entry for entry in self.state.pending if entry.id not in written)
        self.state = self.state.with_(pending=left, written=receipt.sequence)
        self._receipt = receipt
        return receipt

    async def _keep_books(self) -> None:
        """Write what is pending, and let the room see it. Nothing waits for this but the next run."""
        if self.state.pending and not self._flushing:
            self._in_flight += 1
            try:
                await self._write_up()
                await self._show_room()
            finally:
                self._in_flight -= 1
        self._publish()

    def _publish(self) -> None:
        """Say in the (sealed) memo where the case stands.

        It is also the command that ends what would be a quiet workflow task. After a lost cache the SDK may join a
        task without commands to the update that follows it, run the update first, and so write a history that never
        replays (temporalio/sdk-rust#1146); a case must not get stuck because its worker died at a quiet moment.
        """
        state = self.state
        workflow.upsert_memo({"phase": state.phase.value, "status": state.status.value, "written": state.written})

    async def _write_up(self) -> None:
        """Until nothing is pending. A forged answer of the ledger step was noted; its entries simply go again."""
        while self.state.pending:
            if self._flushing:
                await workflow.wait_condition(lambda: not self._flushing)
                continue
            try:
                await self._flush()
            except StepFailed as failed:
                if failed.code == Code.DUPLICATE_KEY.value:
                    await self._stand_aside(failed.code)

    async def _stand_aside(self, code: str) -> None:
        """Another run has written this case's next entries: this one was reset or restored by Temporal's own tools.
        It writes nothing and does nothing outward until somebody recovers the case; they are called."""
        self._flushing = True  # whoever wants to write waits with us
        try:
            self._alarm("books", "this run is not the one that the ledger knows: recover the case", code, 1)
            await workflow.sleep(_ASIDE)
        finally:
            self._flushing = False

    async def _show_room(self, brief: str = "") -> bool:
        """Make the pinned status fit the state. A room that cannot be told is a timeline entry, not a stop."""
        shown = self.state.projection(self.state.declared_at)
        if shown.model_dump_json() == self._room_shows and not brief:
            return True
        self._room_shows = shown.model_dump_json()
        step = TellRoom(projection=self.state.projection(workflow.now()), brief=brief)
        try:
            told = await self._execute(step, "room", None)
        except StepFailed as failed:
            self._note(Kind.UNPAGED, "room", code=failed.code)
            return False
        return not isinstance(told, Refused) and bool(told.told)

    # -- calling people -----------------------------------------------------------------------------------

    def _call(self, step: Page) -> None:
        """Page in the background, so that a slow pager never holds a decision up."""
        self._own(self._page(step))

    def _alarm(self, kind: str, title: str, code: str, count: int) -> None:
        """Call whoever looks after failures: something happened that nobody is waiting for."""
        first, *rest = self.policy.interventions.rungs
        later = tuple(rung.page for rung in rest)
        severity = int(self.state.severity)
        page = Page(subject="", kind=kind, title=title, roles=first.page, rung=count, severity=severity, code=code)
        self._call(page.model_copy(update={"later": later}))

    async def _page(self, step: Page) -> None:
        self._in_flight += 1
        try:
            # The digest too: a card that was drawn anew is called for again on the same rung.
            number = f"{step.rung}.{step.call}" if step.call > 1 else f"{step.rung}"
            key = f"{step.subject or 'case'}/page-{step.kind}/{number}/{step.digest[:12]}"
            paged = await self._execute(step, key, None)
        except StepFailed:
            paged = Paged(unpaged=True)
        finally:
            self._in_flight -= 1
        self._reached(step, paged if isinstance(paged, Paged) else Paged(unpaged=True, room=""))
        await self._keep_books()

    def _reached(self, step: Page, paged: Paged) -> None:
        """Say in the timeline and on the record that waits who was called, who had heard, or that nobody could be."""
        for person in paged.acknowledged:
            self._note(Kind.ACKNOWLEDGED, step.subject, who=person, code="pager", detail={"rung": step.rung})
        called_on = step.call == 1 or bool(paged.people) or paged.unpaged
        if called_on:
            detail: dict[str, str | int | bool] = {"rung": step.rung, "people": ",".join(paged.people)}
            detail |= {"room": paged.room, **({"why": paged.code} if paged.code else {})}
            self._note(Kind.PAGED if paged.people else Kind.UNPAGED, step.subject, code=step.kind, detail=detail)
            if paged.people and paged.code in (NOBODY_ON_DUTY, NOBODY_AT_ALL):
                self._note(Kind.UNPAGED, step.subject, code=paged.code, detail={"rung": step.rung})
        if paged.short:
            self._say_short(step)
        record = self._record(step.subject)
        if record is None:
            return
        called = (*record.called, *(each for each in paged.people if each not in record.called))
        record = record.model_copy(update={"called": called, **record.hears(*paged.acknowledged)})
        if called_on:
            record = record.model_copy(update={"unpaged": not paged.people})
        spell = record.ladder.next_person
        if spell is not None and step.rung == record.rungs:
            turn, pages = (*record.turn, *paged.people), {**record.pages, **paged.pages}
            next_at = None if paged.exhausted else workflow.now() + spell
            record = record.model_copy(update={"turn": turn, "pages": pages, "next_at": next_at})
        self._put(record)

    def _say_short(self, step: Page) -> None:
        """Whoever there is cannot decide this gate: somebody has to find who is missing, and is told once."""
        key = f"short/{step.subject}"
        if self._journalled(key) is None:
            self._journal(key, {})
            self._note(Kind.HOLE, step.subject, code="no-quorum")
            self._alarm("no-quorum", "a decision waits that the people who may decide cannot fill", "no-quorum", 1)

    def _record(self, key: str) -> Waits | None:
        """What waits under this key for people."""
        state = self.state
        if key == OWNER:
            return state.owner
        return state.gates.get(key) or state.tasks.get(key) or state.interventions.get(key) or state.hand_overs.get(key)

    def _put(self, record: Called) -> None:
        """Store a record under its key."""
        if record.key == OWNER:
            self.state = self.state.with_(owner=record)
        for name in ("gates", "tasks", "interventions", "hand_overs"):
            records = getattr(self.state, name)
            if record.key in records:
                self.state = self.state.with_(**{name: {**records, record.key: record}})
