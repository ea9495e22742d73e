"""`ask` and `act`: people decide on exactly what they were shown; silence climbs and decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow

from workflows.kit.core import StepFailed
from workflows.kit.starting_review import StartingReview

with workflow.unsafe.imports_passed_through():
    from activities.step import Step
    from domain.base import Model
    from domain.canonical import digest
    from domain.cards import Card, Change
    from domain.gates import Family, Gate
    from domain.observing import lasted
    from domain.state import GateRecord, State, Status, next_due
    from domain.timeline import Kind
    from domain.voting import Approval, Denied, Silence, approval, redrawn

R = TypeVar("R", bound=Model)
Showing = Callable[[State], Card]
# The decisions at which the review of an incident begins.
_STARTS_REVIEW = frozenset({Family.DEVOLVE, Family.DISCLOSE, Family.PROTECT, Family.REFUSE, Family.REPORT})


class Gates(StartingReview):
    """Decisions by people."""

    async def ask(self, gate: Gate, *, showing: Showing) -> Approval | Denied | Silence:
        """Ask for a decision on the card that `showing` draws from the state, drawn anew whenever facts change.

        Silence comes back when the last rung stayed silent; the gate stays open, and `keep_calling` waits on.
        """
        gate = self._frozen_gate(gate)
        key = self._key(gate.name)
        await self._boundary()
        self._showing[key] = showing
        if (found := self._journalled(key)) is not None:
            if gate.family in _STARTS_REVIEW and "silence" not in found and self._patched("review-at-re-entry"):
                self._begin_review()  # the run may have ended between the decision and the review's start
            return self._decision(key, found)
        self._open_gate(key, gate, showing)
        last_rung = gate.ladder.at(len(gate.ladder.rungs))
        decided = await self._climb(key, self.state.gates[key].opened_at + last_rung)
        if not decided:
            rungs = self.state.gates[key].rungs
            self._note(Kind.SILENCE, key, code=gate.silence.value, detail={"rungs": rungs})
            self._journal(key, {"silence": rungs})
            return Silence(key=key, rungs=rungs)
        return await self._conclude(key, key)

    async def keep_calling(self, gate: Gate, *, telling: Step[Any] | None = None) -> Approval | Denied:
        """After silence: call the last rung again and again until somebody decides. Nothing leaves before.

        `telling` is done beside the calling: a mail relay that is down must not keep anybody from being called.
        """
        if telling is not None:
            # The key is made here, in the procedure's own order: a task may first run in a later phase.
            self._own(self._do_beside(telling, self._key(telling.NAME)))
        record = [each for each in self.state.gates.values() if each.gate.name == gate.name][-1]
        key = self._key(f"{gate.name}-again")
        await self._boundary()
        if self._journalled(key) is None:
            await self._climb(record.key)
        decision = await self._conclude(record.key, key)
        assert not isinstance(decision, Silence)
        return decision

    async def _do_beside(self, step: Step[Any], key: str) -> None:
        try:
            await self._do(step, key)
        except StepFailed as failed:
            # Only the end of the case ends an intervention without a choice.
            self._note(Kind.DEVIATION, key, code=failed.code)
        await self._keep_books()

    async def act(self, step: Step[R], *, undo: Step[Any], ratify: Gate, showing: Showing) -> R:
        """Act at once and have it ratified. Denied: the step is taken back. Silence: it stays, and calling goes on."""
        ratify = self._frozen_gate(ratify)
        undo_key = self.undo_with(undo)
        result = await self.do(step)
        key = self._key(ratify.name)
        self._showing[key] = showing
        self._open_gate(key, ratify, showing, ratifies=undo_key)
        self._own(self._until_ratified(key))
        return result

    async def _until_ratified(self, key: str) -> None:
        await self._ratification(key)
        record = self.state.gates[key]
        if self._journalled(key) is not None:
            return
        if record.status is Status.DENIED:
            for undo in self.state.undo:
                if undo.key == record.ratifies:
                    await self._take_back(undo)
        if record.status in (Status.DENIED, Status.APPROVED):
            self._journal(key, {"ratified": record.status.value})
            self._note(Kind.GATE_DECIDED, key, code=record.status.value, detail=took(record))

    async def _ratification(self, key: str) -> None:
        """Until it is ratified or overturned. Late is said once, aloud; calling goes on."""
        record = self.state.gates[key]
        within = record.gate.ratify_within
        if within is None or not self._patched("ratify-late"):
            await self._climb(key)
            return
        if not await self._climb(key, record.opened_at + within):
            late = f"late-{key}"
            if self._journalled(late) is None:
                self._journal(late, {})
                lates = sum(each.startswith("late-") for each in self.state.journal)
                self._note(Kind.DEVIATION, key, code="ratified-late")
                self._alarm("late", "what was done at once is not ratified in time", "ratified-late", lates)
            await self._climb(key)

    def _have_ratified(self, record: GateRecord) -> None:
        """What one person decided alone is put before the two who should have; the incident goes on meanwhile."""
        key = f"{record.key}+ratify"
        if key in self._attended:
            return
        self._attended.add(key)
        alone = next((each.person for each in record.votes if each.alone), "")
        self.state = self.state.with_involved("decided-alone", alone)
        gate = record.gate.model_copy(
            update={
                "name": f"ratify-{record.gate.name}",
                "family": Family.CONTAIN,
                "title": f"Ratify: {record.gate.title}",
                "seats": record.gate.seats[-1:],
                "excludes": (*record.gate.excludes, "decided-alone"),
            }
        )
        card = record.card
        self._showing[key] = lambda _: card
        self._open_gate(key, gate, self._showing[key])
        self._own(self._until_ratified(key))

    def _frozen_gate(self, gate: Gate) -> Gate:
        """The case's own copy of this gate: a changed procedure file reaches new cases only."""
        return next((each for each in self.policy.gates if each.name == gate.name), gate)

    # -- opening, drawing, concluding ---------------------------------------------------------------------

    def _open_gate(self, key: str, gate: Gate, showing: Showing, ratifies: str = "") -> None:
        if key in self.state.gates:
            self._redraw()
            return
        record = GateRecord(
            key=key,
            nonce=str(workflow.uuid4()),
            opened_at=workflow.now(),
            gate=gate,
            base=self._drawn(gate, showing),
            ratifies=ratifies,
        )
        self.state = self.state.with_gate(record)
        detail = {"digest": record.card.digest, "family": gate.family.value, **next_due(record)}
        self._note(Kind.GATE_OPENED, key, code=gate.name, detail=detail)

    def _drawn(self, gate: Gate, showing: Showing) -> Card:
        card = showing(self.state)
        excluded = self.state.excluded(gate.excludes)
        return card.model_copy(update={"gate": gate.name, "gate_sha256": digest(gate), "excluded": excluded})

    def _redraw(self) -> None:
        """After every change: open cards show the state as it is, and decisions on other cards are void."""
        for key, showing in self._showing.items():
            record = self.state.gates.get(key)
            if record is None or not record.open:
                continue
            fresh, change = redrawn(record, self._drawn(record.gate, showing))
            if change is Change.NONE:
                continue
            self.state = self.state.with_gate(fresh)
            lost = len(record.votes) - len(fresh.votes)
            detail: dict[str, str | int | bool] = {"digest": fresh.card.digest, "void": lost}
            self._note(Kind.GATE_CHANGED, key, code=change.value, detail=detail)
            if change is Change.VOIDED and record.rungs:
                # Whoever was called before must look again, and is told so at once.
                self._put(fresh.model_copy(update={"rungs": record.rungs - 1, "recall": record.called}))

    def _decision(self, key: str, found: dict[str, Any]) -> Approval | Denied | Silence:
        if "silence" in found:
            return Silence(key=key, rungs=found["silence"])
        record = self.state.gates[found.get("gate", key)]
        if record.status is Status.APPROVED:
            if record.alone:
                self._have_ratified(record)  # in every run anew, so that its calling goes on
            return approval(self.state.case, record)
        who = next((each.person for each in record.votes if each.kind == "deny"), "")
        at: datetime = record.ended_at or record.opened_at
        return Denied(key=record.key, code=record.code, by=who, decided_at=at)

    async def _conclude(self, gate_key: str, key: str) -> Approval | Denied | Silence:
        record = self.state.gates[gate_key]
        if self._journalled(key) is None:
            self._journal(key, {"gate": gate_key})
            detail = {"alone": record.alone, "decisions": len(record.votes), **took(record)}
            self._note(Kind.GATE_DECIDED, gate_key, code=record.status.value, detail=detail)
        if record.gate.family in _STARTS_REVIEW:
            if self._patched("review-beside"):
                self._begin_review()
            else:
                await self._start_review()
        return self._decision(gate_key, {})


def took(record: GateRecord) -> dict[str, str | int | bool]:
    """What figures need of a decided gate."""
    ended = record.ended_at or workflow.now()
    return {"family": record.gate.family.value, **lasted(record.opened_at, ended)}
