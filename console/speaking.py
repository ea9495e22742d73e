"""Shows a one-time code: once, to the person who has the agency on the line, and says in the ledger that it did."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from activities.delivery import code_of
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.ports import Ledger, Vault
from domain.state import State
from domain.timeline import Entry, Kind


class Speaking:
    """The one way by which a code is read. A code that was shown and not seen is replaced with its package."""

    def __init__(self, *, ledger: Ledger, vault: Vault, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._vault = vault
        self._now = now

    async def code(self, person: str, state: State, key: str) -> str:
        """The code that this task asks to be spoken.

        Raises:
            HoldfastError: `no-such-subject`; `not-open`; `not-seated` for anybody but who made the call;
                `not-allowed` if it was shown already: say that it was not, and another is made.
        """
        task = state.tasks.get(key)
        offer = str(task.about.get("offer", "")) if task is not None else ""
        if task is None or not offer or "caller" not in task.about:
            raise HoldfastError(Code.NO_SUCH_SUBJECT)
        if not task.open:
            raise HoldfastError(Code.NOT_OPEN)
        if task.about["caller"] != person:
            raise HoldfastError(Code.NOT_SEATED)
        spoken = await code_of(self._vault, state.case, offer)
        if spoken is None:
            raise HoldfastError(Code.NO_SUCH_SUBJECT)
        await self._only_once(person, state.case, offer)
        said = hashlib.sha256(offer.encode()).hexdigest()[:24]
        entry = Entry(
            id=f"desk:code:{said}", at=self._now(), kind=Kind.DELIVERY, subject=key, who=person, code="code-shown"
        )
        await self._ledger.append(state.case, (entry,))
        return spoken.code

    async def _only_once(self, person: str, case: str, offer: str) -> None:
        """The vault keeps the first under a name and refuses every other: no two presses can both be first."""
        mark = f"{person} {secrets.token_hex(16)}".encode()
        try:
            await self._vault.put(case, EvidenceKind.CODE, mark, name=f"code-shown/{offer}")
        except HoldfastError as error:
            if error.code is not Code.DUPLICATE_KEY:
                raise
            raise HoldfastError(Code.NOT_ALLOWED, "this code was shown already") from None
