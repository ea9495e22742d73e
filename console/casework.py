"""A case as the desk knows it: what the store's copy says, and acts that travel as signals. A run is never queried: a
query that a worker takes up late can spoil the run for ever (docs/adr/0026). The store has the same, a moment later."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.inputs import kept_input
from activities.step import fits
from domain.acts import Recorded, Signed, Statement
from domain.beginning import begun
from domain.copies import unpacked
from domain.errors import PASSING, Code, HoldfastError
from domain.incident import OpenIncident
from domain.ports import Cases, Vault
from domain.receive import Foreseen, answered, foresee
from domain.refusal import Refused
from domain.signing import open_statement
from domain.state import State, Status

# What is not in the books by then is answered as not confirmed; surfaces with less time keep their own budget.
ANSWER_WITHIN = timedelta(seconds=10)
# Seconds between two looks for an answer: a write of the books takes some tens of milliseconds, on a busy day more.
_PAUSES = (0.02, 0.02, 0.02, 0.04, 0.08, 0.16)
_LONGEST_PAUSE = 0.25
_CLOSED = "already completed"
_KEPT = 500  # inputs of cases that were looked at last


class Casework:
    """States of cases, and the way of an act into a case and back."""

    def __init__(self, *, client: Client, cases: Cases, vault: Vault) -> None:
        self._client = client
        self._cases = cases
        self._vault = vault
        self._inputs: dict[str, OpenIncident] = {}

    async def state(self, case: str) -> State:
        """Everything that any screen shows of this case, as its books have it.

        Raises:
            HoldfastError: `unknown-case`; what the store and the vault raise.
        """
        copy = await self._cases.copy(case)
        if copy is not None:
            # What the copy still calls pending was written with it.
            return unpacked(copy).with_(pending=())
        given = await self._input(case)
        return begun(given, given.declared_at)

    async def foresee(self, said: Statement) -> Foreseen:
        """What the case would answer now; it changes nothing."""
        state, given = await self.state(said.case), await self._input(said.case)
        return foresee(state, given.procedure, said, said.at, fits)

    async def deliver(self, said: Statement, signed: Signed) -> Recorded | Refused:
        """Send a signed act and wait until the case's books say what became of it.

        The signal is durable as soon as the server has taken it, and has one place in the history, whatever becomes
        of the worker (docs/adr/0026).

        Raises:
            HoldfastError: `not-recorded` if nobody confirms it in time: it may still be recorded, and counts once;
                `unreachable` if it may not have been sent, or no run takes it; `already-closed`.
        """
        handle = self._client.get_workflow_handle(said.case)
        try:
            await handle.signal("envelope", signed, rpc_timeout=ANSWER_WITHIN)
        except RPCError as error:
            raise await self._not_sent(said.case, error) from None
        refused = open_statement(signed, (await self._input(said.case)).trusted)
        if isinstance(refused, Refused):
            return refused  # the case has it now, says so in its timeline and calls people; it answers no stranger
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                return await self._answer(said)
        except TimeoutError:
            raise HoldfastError(Code.NOT_RECORDED) from None

    async def _answer(self, said: Statement) -> Recorded | Refused:
        before: bytes | None = None
        for pause in itertools.chain(_PAUSES, itertools.repeat(_LONGEST_PAUSE)):
            copy = await self._copy_if_there(said.case)
            if copy is not None and copy != before:
                before = copy
                found = answered(unpacked(copy), said)
                if found is not None:
                    return found
            await asyncio.sleep(pause)
        raise AssertionError("the pauses never end")

    async def _copy_if_there(self, case: str) -> bytes | None:
        """A store that is away for a moment must not end the waiting for an answer: the act was sent."""
        try:
            return await self._cases.copy(case)
        except HoldfastError as error:
            if error.code not in PASSING:
                raise
            return None

    async def _not_sent(self, case: str, error: RPCError) -> HoldfastError:
        if error.status is not RPCStatusCode.NOT_FOUND:
            return HoldfastError(Code.UNREACHABLE, "Temporal")
        if (await self.state(case)).status is Status.CLOSED:
            return HoldfastError(Code.ALREADY_CLOSED)
        early = "it has not begun yet" if _CLOSED not in str(error) else "its run is gone, an engineer recovers it"
        return HoldfastError(Code.UNREACHABLE, early)

    async def _input(self, case: str) -> OpenIncident:
        """What the case was started with; it never changes."""
        given = self._inputs.get(case) or await kept_input(self._vault, case)
        if given is None:
            raise HoldfastError(Code.UNKNOWN_CASE)
        self._inputs[case] = given
        while len(self._inputs) > _KEPT:
            del self._inputs[next(iter(self._inputs))]
        return given
