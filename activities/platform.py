"""Steps on the platform itself: preserve, hide, give back, destroy."""

from __future__ import annotations

from typing import Any, ClassVar

from activities.step import ENFORCEMENT_QUEUE, OUTWARD, Patience, Step, performs, step
from domain.base import Model
from domain.basis_before import basis_for
from domain.cards import CardItem
from domain.effects import Effect, Leave, Remedies
from domain.emergency import Scope
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef, PreservationReceipt
from domain.ids import outside_key
from domain.outside import Platform


class Acted(Model):
    """The platform's receipt for one act."""

    action_id: str


class HoldsChecked(Model):
    """Which holds forbid deletion; destroying needs none."""

    account: str
    holds: int


@step
class SnapshotAccount(Step[PreservationReceipt]):
    """Preserve silently: tells nobody anything, freezes nothing, confirms nothing."""

    NAME: ClassVar[str] = "snapshot_account"
    EFFECT: ClassVar[Effect] = Effect.PRESERVE
    RESULT: ClassVar[type[Model]] = PreservationReceipt
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.SECOND)

    account: str
    reason: str


@step
class GatherScope(Step[Scope]):
    """Which fields would resolve the emergency, by tier, with the legal basis of each; names only, no values."""

    NAME: ClassVar[str] = "gather_scope"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Scope
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD

    account: str
    tiers: tuple[str, ...]
    recipient: str
    reason: str


class OnAccount(Step[Acted]):
    """An act on an account."""

    EFFECT: ClassVar[Effect] = Effect.HIDE
    RESULT: ClassVar[type[Model]] = Acted
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.ALLOWED)

    account: str


@step
class Hide(OnAccount):
    """Restrict what others see of the account. Reversible, destroys nothing."""

    NAME: ClassVar[str] = "hide"


@step
class Restore(OnAccount):
    """Give back what was hidden. Safe on something never hidden."""

    NAME: ClassVar[str] = "restore"
    EFFECT: ClassVar[Effect] = Effect.UNDO


@step
class Disable(OnAccount):
    """Lock the account."""

    NAME: ClassVar[str] = "disable"


@step
class Enable(OnAccount):
    """Unlock the account. Safe on one never locked."""

    NAME: ClassVar[str] = "enable"
    EFFECT: ClassVar[Effect] = Effect.UNDO


@step
class CheckHolds(Step[HoldsChecked]):
    """Ask the hold registry; destroying is refused while anything holds."""

    NAME: ClassVar[str] = "check_holds"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = HoldsChecked
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD

    account: str


@step
class Destroy(OnAccount):
    """Delete for good. Needs the receipt of what was preserved and an empty hold check."""

    NAME: ClassVar[str] = "destroy"
    EFFECT: ClassVar[Effect] = Effect.DESTROY
    REMEDIES: ClassVar[Remedies] = Remedies(by_hand=Leave.NEVER)

    preserved: PreservationReceipt | None = None
    holds: HoldsChecked | None = None


class OnPlatform:
    """Steps on the platform. `key` derives the idempotency keys that the platform sees."""

    def __init__(self, platform: Platform, key: bytes) -> None:
        self._platform = platform
        self._key = key

    def _outside(self, given: Step[Any]) -> str:
        return outside_key(self._key, given.here.case, given.here.key)

    async def _act(self, verb: str, given: OnAccount, receipt_id: str = "") -> Acted:
        action = await self._platform.act(
            verb, given.account, key=self._outside(given), at=given.here.at, receipt_id=receipt_id
        )
        return Acted(action_id=action)


class Enforcement(OnPlatform):
    """Preserving, hiding, giving back, destroying."""

    @performs(SnapshotAccount)
    async def snapshot(self, given: SnapshotAccount) -> PreservationReceipt:
        key = self._outside(given)
        kept = await self._platform.preserve(given.account, reason=given.reason, key=key)
        # A missing account gives a receipt for nothing: what follows must look the same either way.
        receipt_id, sha256, items = (kept.receipt_id, kept.sha256, kept.items) if kept else ("", "", 0)
        about = EvidenceRef(id=key, kind=EvidenceKind.SNAPSHOT, sha256=sha256, size=items)
        taken = kept.taken_at if kept else given.here.at
        return PreservationReceipt(receipt_id=receipt_id, account=about, sha256=sha256, items=items, taken_at=taken)

    @performs(GatherScope)
    async def scope(self, given: GatherScope) -> Scope:
        view = await self._platform.account(given.account)
        if not view.exists:
            return Scope()
        rows = {tier: basis_for(given.recipient, view.residency, tier) for tier in given.tiers}
        legal = {tier: row.id for tier, row in rows.items() if row is not None}
        fields = await self._platform.fields(given.account, tuple(legal)) if legal else ()
        items = tuple(
            CardItem(id=field.name, label=field.name.replace("_", " "), tier=field.tier, why=given.reason)
            for field in sorted(fields, key=lambda each: (each.tier, each.name))
        )
        return Scope(items=items, basis=legal, residency=view.residency)

    @performs(Hide)
    async def hide(self, given: Hide) -> Acted:
        return await self._act("hide", given)

    @performs(Restore)
    async def restore(self, given: Restore) -> Acted:
        return await self._act("restore", given)

    @performs(Disable)
    async def disable(self, given: Disable) -> Acted:
        return await self._act("disable", given)

    @performs(Enable)
    async def enable(self, given: Enable) -> Acted:
        return await self._act("enable", given)

    @performs(CheckHolds)
    async def check_holds(self, given: CheckHolds) -> HoldsChecked:
        held = await self._platform.holds(given.account)
        return HoldsChecked(account=given.account, holds=len(held))

    @performs(Destroy)
    async def destroy(self, given: Destroy) -> Acted:
        if given.preserved is None or given.here.receipt is None or await self._platform.holds(given.account):
            raise HoldfastError(Code.GUARD, "destroy")
        return await self._act("destroy", given, given.preserved.receipt_id)
