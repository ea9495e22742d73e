"""`devolve`: acting and not acting may both harm, so one person on the spot chooses, with a reason, and is ratified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow

from workflows.kit.gates import Gates, Showing

with workflow.unsafe.imports_passed_through():
    from activities.step import Step
    from domain.gates import Family, Gate, Ladder, Rung
    from domain.state import GateRecord, Status, Undo
    from domain.timeline import Kind
    from domain.voting import Approval, Silence


class Devolving(Gates):
    """Choices that no rule may make."""

    async def devolve(self, step: Step[Any], *, undo: Step[Any], choice: Gate, showing: Showing) -> bool:
        """Have one person choose whether to act. The choice stands; others ratify it, and a no turns it round.

        Nobody is chosen for: silence calls on. Returns whether the step was done.
        """
        choice = self._frozen_gate(choice)
        # All keys in the procedure's own order, before anything runs beside it.
        undo_key, step_key = self.undo_with(undo), self._key(step.NAME)
        decision = await self.ask(choice, showing=showing)
        if isinstance(decision, Silence):
            decision = await self.keep_calling(choice)
        acted = isinstance(decision, Approval)
        if acted:
            await self._do(step, step_key)
        record = self.state.gates[decision.key]
        self._have_choice_ratified(record, acted, step, step_key, undo_key)
        return acted

    def _have_choice_ratified(
        self, record: GateRecord, acted: bool, step: Step[Any], step_key: str, undo_key: str
    ) -> None:
        key = f"{record.key}+ratify"
        if key in self._attended:
            return
        self._attended.add(key)
        chose = next((each.person for each in record.votes), "")
        self.state = self.state.with_involved("chose-alone", chose)
        called = tuple(role for seat in record.gate.ratify for role in seat.roles)
        ladder = Ladder(rungs=(Rung(after=timedelta(0), page=called),), again=record.gate.ladder.again)
        gate = record.gate.model_copy(
            update={
                "name": f"ratify-{record.gate.name}",
                "family": Family.CONTAIN,
                "title": f"{record.gate.title} One person chose: {'yes' if acted else 'no'} ({record.code}). Keep it?",
                "press": "Keep what was chosen",
                "seats": record.gate.ratify,
                "ladder": ladder,
                "because": (),
                "reasons": ("wrong-choice",),
                "excludes": (*record.gate.excludes, "chose-alone"),
            }
        )
        card = record.card
        self._showing[key] = lambda _: card
        self._open_gate(key, gate, self._showing[key])
        self._own(self._until_choice_ratified(key, acted, step, step_key, undo_key))

    async def _until_choice_ratified(
        self, key: str, acted: bool, step: Step[Any], step_key: str, undo_key: str
    ) -> None:
        await self._ratification(key)
        record = self.state.gates[key]
        if self._journalled(key) is not None or record.status not in (Status.APPROVED, Status.DENIED):
            return
        if self.state.status is not Status.OPEN:  # standing down takes everything back; nothing is done anew beside it
            return
        if record.status is Status.DENIED:
            if acted:
                await self._take_back(self._undo_of(undo_key))
            else:
                await self._do(step, step_key)
        self._journal(key, {"ratified": record.status.value})
        self._note(Kind.GATE_DECIDED, key, code=record.status.value)
        await self._keep_books()

    def _undo_of(self, key: str) -> Undo:
        return next(each for each in self.state.undo if each.key == key)
