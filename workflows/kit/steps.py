"""`do`: a step succeeds, or a person is asked. It never fails in silence and never kills the incident."""

from __future__ import annotations

from typing import Any, TypeVar

from temporalio import workflow

from workflows.kit.core import StepFailed
from workflows.kit.ladders import Ladders

with workflow.unsafe.imports_passed_through():
    from activities.platform import HoldsChecked
    from activities.step import STEPS, Step
    from domain.base import Model
    from domain.effects import NEEDS_APPROVAL, NEEDS_PRESERVATION, Effect
    from domain.errors import Code
    from domain.evidence import PreservationReceipt
    from domain.gates import Family
    from domain.state import InterventionRecord, Status, Undo, next_due
    from domain.timeline import Kind
    from domain.voting import Approval

R = TypeVar("R", bound=Model)

# Which decisions allow which outward effect: a refusal's letter leaves us too, so its gate is one of them.
_ALLOWS = {
    Effect.DISCLOSE: frozenset({Family.DISCLOSE, Family.PROTECT, Family.REFUSE}),
    Effect.FILE: frozenset({Family.REPORT}),
}


class Steps(Ladders):
    """Steps, the guards on their effects, interventions, and undo."""

    async def do(self, step: Step[R]) -> R:
        """Run a step to its result. When it cannot, an intervention opens and pages until a person chose."""
        return await self._do(step, self._key(step.NAME))

    async def _do(self, step: Step[R], key: str) -> R:
        await self._boundary()
        if (found := self._journalled(key)) is not None:
            return self._parse(step, found)
        result = await self._perform(step, key)
        self._journal(key, result)
        if step.EFFECT is not Effect.OBSERVE:
            self._note(Kind.EFFECT, key, code=step.EFFECT.value)
        else:
            self._note(Kind.STEP_DONE, key)
        return result

    def undo_with(self, step: Step[Any]) -> str:
        """Register, before the act, the step that takes it back if the incident is stood down. Returns its key."""
        key = self._key(f"undo-{step.NAME}")
        if all(each.key != key for each in self.state.undo):
            plain = step.model_dump(mode="json", exclude={"place"})
            undo = Undo(key=key, step=step.NAME, input=plain)
            self.state = self.state.with_(undo=(*self.state.undo, undo))
        return key

    async def _take_back(self, undo: Undo) -> None:
        """Run one undo, once. Safe on something that was never done."""
        if undo.done or self._journalled(undo.key) is not None:
            return
        step = STEPS[undo.step].model_validate(undo.input)
        self._journal(undo.key, await self._perform(step, undo.key))
        self._note(Kind.UNDONE, undo.key, code=undo.step)
        done = tuple(
            each.model_copy(update={"done": True}) if each.key == undo.key else each for each in self.state.undo
        )
        self.state = self.state.with_(undo=done)

    @staticmethod
    def _parse(step: Step[R], value: Any) -> R:
        parsed: R = step.RESULT.model_validate(value)  # type: ignore[assignment]  # RESULT is R's class
        return parsed

    # -- guards -------------------------------------------------------------------------------------------

    def _guard(self, step: Step[Any]) -> str:
        """Which safeguard forbids this step now; empty if none does."""
        if step.EFFECT in NEEDS_PRESERVATION:
            receipt, checked = getattr(step, "preserved", None), getattr(step, "holds", None)
            kept = isinstance(receipt, PreservationReceipt) and receipt.items > 0
            if not kept or not isinstance(checked, HoldsChecked) or checked.holds:
                return Code.GUARD.value
        if step.EFFECT in NEEDS_APPROVAL:
            given = getattr(step, "approval", None)
            record = self.state.gates.get(given.key) if isinstance(given, Approval) else None
            if record is None or not isinstance(given, Approval) or record.status is not Status.APPROVED:
                return Code.NO_APPROVAL.value
            if given.digest != record.card.digest or given.gate.family not in _ALLOWS[step.EFFECT]:
                return Code.NO_APPROVAL.value
        return ""

    # -- interventions ------------------------------------------------------------------------------------

    async def _perform(self, step: Step[R], key: str) -> R:
        while True:
            last = self._last_intervention(key)
            if last is None or last.status is Status.RETRY:
                try:
                    if forbidden := self._guard(step):
                        raise StepFailed(forbidden)
                    return self._parse(step, await self._run(step, key))
                except StepFailed as failed:
                    last = self._open_intervention(step, key, failed.code, last)
            record_key = last.key
            await self._climb(record_key)
            last = self.state.interventions[record_key]
            if last.status is Status.CLOSED:
                raise StepFailed("case-closed")
            if last.status is Status.BY_HAND:
                return self._parse(step, last.result)
            if last.status is Status.SKIPPED:
                return self._parse(step, step.skipped())

    def _last_intervention(self, key: str) -> InterventionRecord | None:
        mine = [each for name, each in self.state.interventions.items() if name.rpartition("!")[0] == key]
        return max(mine, key=lambda each: each.attempt, default=None)

    def _open_intervention(
        self, step: Step[Any], key: str, code: str, last: InterventionRecord | None
    ) -> InterventionRecord:
        attempt = last.attempt + 1 if last else 1
        excluded = self.state.excluded(self._exclusions_ahead())
        record = InterventionRecord(
            key=f"{key}!{attempt}",
            nonce=str(workflow.uuid4()),
            opened_at=workflow.now(),
            step=step.NAME,
            effect=step.EFFECT,
            remedies=step.REMEDIES,
            ladder=self.policy.interventions,
            fault=code,
            attempt=attempt,
            excluded=excluded,
        )
        self.state = self.state.with_intervention(record)
        self._note(Kind.STEP_FAILED, key, code=code)
        self._note(Kind.INTERVENTION_OPENED, record.key, code=code, detail=next_due(record))
        return record

    def _exclusions_ahead(self) -> tuple[str, ...]:
        """How a person may have taken part that bars them from a gate still to come: bars them here too."""
        decided = {each.gate.name for each in self.state.gates.values() if not each.open}
        return tuple({how: None for gate in self.policy.gates if gate.name not in decided for how in gate.excludes})
