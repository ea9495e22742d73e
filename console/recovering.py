"""Starting a case again from the store's copy, after whatever became of its run was made sure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.inputs import kept_input
from domain.copies import unpacked
from domain.desk import Recover, Recovered
from domain.errors import Code, HoldfastError
from domain.incident import OpenIncident
from domain.ports import Cases, Ledger, Vault
from domain.state import State, Status
from domain.timeline import Entry, Kind
from integrations.temporal.runs import OPEN, Fate, Run, end_run, newest_run

_PREFIX = "recovery:"  # of the ledger entries that count recoveries
_START_WITHIN = timedelta(seconds=10)  # nobody's request waits for this one


class Recoverer:
    """Starts cases again. It decides nothing in them: all that was decided is in the copy, signed."""

    def __init__(
        self, *, client: Client, ledger: Ledger, cases: Cases, vault: Vault, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._cases = cases
        self._vault = vault
        self._now = now

    async def copy(self, case: str) -> State | None:
        """The case's state as it was when its books were last kept."""
        copy = await self._cases.copy(case)
        return None if copy is None else unpacked(copy)

    async def fate(self, case: str) -> str:
        """What became of the case's run; empty while Temporal cannot be asked, and for a case that never ran."""
        try:
            fate = (await newest_run(self._client, case)).fate
        except HoldfastError as error:
            if error.code is not Code.UNREACHABLE:
                raise
            return ""
        never_ran = fate is Fate.LOST and await self._cases.copy(case) is None
        return "" if never_ran else fate.value

    async def recover(self, person: str, wanted: Recover) -> Recovered:
        """Start the case from its copy; without one, from its first input (it has done nothing outward then).

        Raises:
            HoldfastError: `unknown-case`; `already-closed`; `still-running` for a healthy run, or an open one that
                `replace` does not cover; `no-copy` if its input was never kept; `duplicate-key` if somebody else
                recovers it at this moment; `unreachable`.
        """
        run = await newest_run(self._client, wanted.case)
        given, state = await kept_input(self._vault, wanted.case), await self.copy(wanted.case)
        if run.fate is Fate.CLOSED or (state is not None and state.status is Status.CLOSED):
            raise HoldfastError(Code.ALREADY_CLOSED)
        if run.fate is Fate.HEALTHY:
            raise HoldfastError(Code.STILL_RUNNING)
        if run.fate in OPEN and not wanted.replace:
            raise HoldfastError(Code.STILL_RUNNING, f"its run is {run.fate.value}; --replace ends it first")
        if given is None:
            known = run.fate is not Fate.LOST or state is not None
            raise HoldfastError(Code.NO_COPY if known else Code.UNKNOWN_CASE)
        number = await self._announce(person, wanted.case, run)
        if run.fate in OPEN:
            await end_run(self._client, wanted.case, run)
        # What the old run wrote to its last moment counts: decisions are worth more than our first look.
        state = await self.copy(wanted.case)
        again = given.model_copy(update={"carried": state, "recovered": number, "recovered_from": run.id})
        await self._start(again)
        return Recovered(case=wanted.case, why=run.fate.value, number=number)

    async def _announce(self, person: str, case: str, run: Run) -> int:
        """Written ahead: who starts the case again, and why. The ledger gives the number: none is used twice."""
        before = await self._ledger.read(case)
        number = 1 + sum(1 for each in before if each.entry.id.startswith(_PREFIX))
        entry = Entry(
            id=f"{_PREFIX}{number}",
            at=self._now(),
            kind=Kind.RECOVERED,
            who=person,
            code=run.fate.value,
            detail={"number": number, "after": before[-1].sequence if before else 0, "run": run.id},
        )
        await self._ledger.append(case, (entry,))
        return number

    async def _start(self, given: OpenIncident) -> None:
        try:
            await self._client.start_workflow(
                "review" if given.parent else given.procedure.workflow,
                given,
                id=given.case,
                task_queue="sop",
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                priority=Priority(priority_key=(given.carried or given).severity.priority_key),
                rpc_timeout=_START_WITHIN,
            )
        except WorkflowAlreadyStartedError:
            raise HoldfastError(Code.STILL_RUNNING, "somebody else started it at this moment") from None
        except RPCError:
            raise HoldfastError(Code.UNREACHABLE, "Temporal; nothing was lost, try again") from None
