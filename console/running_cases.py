"""A case's run as the desk talks to it: what is asked comes back at once, what people decide travels as a signal."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from domain.acts import Signed, Statement
from domain.base import Model
from domain.errors import Code, HoldfastError
from domain.receive import Answer, Answered, Foreseen
from domain.refusal import Refused
from domain.state import State

# What is not confirmed by then is answered as not confirmed; surfaces with less time (Slack) keep their own budget.
ANSWER_WITHIN = timedelta(seconds=10)
_AGAIN = 0.05  # seconds; a first workflow task takes some tens of milliseconds
_CLOSED = "already completed"

M = TypeVar("M", bound=Model)


class RunningCases:
    """Queries and signals of cases, with the errors of their readers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def state(self, case: str) -> State:
        """Everything that any screen shows of this case.

        Raises:
            HoldfastError: `unknown-case`; `unreachable`; the code of an answer that does not open.
        """
        return await self._ask(case, "state", State)

    async def foresee(self, said: Statement) -> Foreseen:
        """What the case would answer now; it changes nothing."""
        return await self._ask(said.case, "foresee", Foreseen, said)

    async def deliver(self, case: str, signed: Signed) -> Answer:
        """Send a signed act and wait for its answer.

        The signal is durable as soon as the server has taken it, and has one place in the history, whatever becomes
        of the worker; an update may be run in another order by the next worker (docs/adr/0025). The query that follows
        is answered after it: the server answers a query with all that came before it.

        Raises:
            HoldfastError: `not-recorded` if nobody confirms it in time: it may still be recorded, and counts once;
                `unreachable` if it may not have been sent; `already-closed`, `unknown-case`.
        """
        handle = self._client.get_workflow_handle(case)
        try:
            await handle.signal("envelope", signed, rpc_timeout=ANSWER_WITHIN)
        except RPCError as error:
            raise _of_rpc(error) from None
        deadline = asyncio.get_running_loop().time() + ANSWER_WITHIN.total_seconds()
        while asyncio.get_running_loop().time() < deadline:
            try:
                found = await self._ask(case, "answer", Answered, signed)
            except HoldfastError:
                raise HoldfastError(Code.NOT_RECORDED) from None
            if found.answer is not None:
                return found.answer
            await asyncio.sleep(_AGAIN)
        raise HoldfastError(Code.NOT_RECORDED)

    async def _ask(self, case: str, query: str, answer: type[M], *given: Any) -> M:
        deadline = asyncio.get_running_loop().time() + ANSWER_WITHIN.total_seconds()
        handle = self._client.get_workflow_handle(case)
        while True:
            try:
                found: Any = await handle.query(query, args=given, result_type=answer, rpc_timeout=ANSWER_WITHIN)
                break
            except WorkflowQueryFailedError:
                raise HoldfastError(Code.FAULT) from None
            except RPCError as error:
                # A run that has only just begun (declared, or continued as new) cannot be asked for a moment.
                early = error.status is RPCStatusCode.FAILED_PRECONDITION
                if not early or asyncio.get_running_loop().time() > deadline:
                    raise _of_rpc(error) from None
            await asyncio.sleep(_AGAIN)
        if isinstance(found, Refused):
            raise HoldfastError(found.code)
        return answer.model_validate(found)


def _of_rpc(error: RPCError) -> HoldfastError:
    match error.status:
        case RPCStatusCode.NOT_FOUND if _CLOSED in str(error):
            return HoldfastError(Code.ALREADY_CLOSED)
        case RPCStatusCode.NOT_FOUND:
            return HoldfastError(Code.UNKNOWN_CASE)
        case RPCStatusCode.FAILED_PRECONDITION:
            return HoldfastError(Code.UNREACHABLE, "no worker takes this case up")
        case RPCStatusCode.UNAVAILABLE | RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
            return HoldfastError(Code.UNREACHABLE, "Temporal")
        case _:
            return HoldfastError(Code.FAULT)
