"""Histories as files: gzipped JSON with sealed payloads: a copy opens nothing that its key ring does not."""

from __future__ import annotations

import gzip
import json

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Code, HoldfastError, Passing

_LAST = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
)


class TemporalHistories:
    """`domain.outside.Histories` over the Temporal client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, case: str, run: str, *, whole: bool) -> bytes | None:
        try:
            found = await self._client.get_workflow_handle(case, run_id=run).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Passing("reading a history") from None
        if whole and found.events[-1].event_type not in _LAST:
            raise Passing("the run is not over yet")
        return packed_history(found)


def packed_history(history: WorkflowHistory) -> bytes:
    """As a file: the same history gives the same bytes."""
    body = {"workflow_id": history.workflow_id, "history": history.to_json_dict()}
    return gzip.compress(json.dumps(body, separators=(",", ":"), sort_keys=True).encode(), 6, mtime=0)


def read_history(data: bytes) -> WorkflowHistory:
    """A stored history, gzipped or plain JSON. The case's id is needed to open what was sealed for it.

    Raises:
        HoldfastError: `unreadable`.
    """
    try:
        body = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        return WorkflowHistory.from_json(body["workflow_id"], body["history"])
    except (ValueError, KeyError, TypeError, OSError, EOFError):
        raise HoldfastError(Code.UNREADABLE, "a stored history") from None
