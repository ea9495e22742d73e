"""Opening a new case that goes on from a closed one: its intake and facts carried over, the link on both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from activities.inputs import kept_input
from console.declaring import Declarer
from domain.desk import Reopened
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.incident import OpenIncident
from domain.ports import Ledger, Vault
from domain.reopening import checked_reason
from domain.state import State, Status
from domain.timeline import Entry, Kind

_ENTRY = "reopened"  # the id of the old case's entry: there is one at most


class Reopener:
    """Reopens cases."""

    def __init__(self, *, declarer: Declarer, ledger: Ledger, vault: Vault, now: Callable[[], datetime]) -> None:
        self._declarer = declarer
        self._ledger = ledger
        self._vault = vault
        self._now = now

    async def reopen(self, person: str, old: State, code: str) -> Reopened:
        """Open the case that goes on from `old`, or join it if it was opened before, by whomever.

        Raises:
            HoldfastError: `reason-required`; `not-open` for a case that is not closed yet, `not-allowed` for a
                review; `no-copy` if the case's input was never kept; else as `Declarer.open`.
        """
        checked_reason(code)
        if old.status is not Status.CLOSED:
            raise HoldfastError(Code.STILL_RUNNING)
        if "/" in old.case:
            raise HoldfastError(Code.NOT_ALLOWED, "a review is not reopened; reopen its case")
        before = await kept_input(self._vault, old.case)
        if before is None:
            raise HoldfastError(Code.NO_COPY)
        given = self._declarer.reopening(person, old, before, code)
        intake = await self._carried(old.case, given.case, before.intake)
        declared = await self._declarer.open(given.model_copy(update={"intake": intake}))
        await self._link(old.case, await kept_input(self._vault, declared.case) or given)
        return Reopened(case=declared.case, of=old.case, new=declared.new)

    async def _carried(self, old: str, new: str, intake: EvidenceRef | None) -> EvidenceRef | None:
        """The intake once more, under the new case's own key: erasing one case leaves the other whole."""
        if intake is None:
            return None
        data = await self._vault.get(old, intake)
        return await self._vault.put(new, EvidenceKind.INTAKE, data, name="intake")

    async def _link(self, old: str, opened: OpenIncident) -> None:
        """Said on the old case as the new one's input has it, so that whoever says it says the same."""
        entry = Entry(
            id=_ENTRY,
            at=opened.declared_at,
            kind=Kind.REOPENED,
            subject=opened.case,
            who=opened.declared_by,
            code=opened.because,
        )
        await self._ledger.append(old, (entry,))

    async def successor(self, case: str) -> str:
        """The case that goes on from this one; empty if none does."""
        entries = await self._ledger.read(case)
        return next((each.entry.subject for each in entries if each.entry.id == _ENTRY), "")
