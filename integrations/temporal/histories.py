"""Histories as files: gzipped JSON with sealed payloads: a copy opens nothing that its key ring does not."""

from __future__ import annotations

import asyncio
import gzip
import json

from temporalio.client import Client, WorkflowHistory, WorkflowHistoryEventFilterType
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Code, HoldfastError, Passing

_CLOSE = WorkflowHistoryEventFilterType.CLOSE_EVENT
_ITS_END = 10.0  # seconds: a run that is about to end is waited for; a longer wait is a try of its own


class TemporalHistories:
    """`domain.outside.Histories` over the Temporal client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, case: str, run: str, *, whole: bool) -> bytes | None:
        handle = self._client.get_workflow_handle(case, run_id=run)
        try:
            if whole:
                async with asyncio.timeout(_ITS_END):
                    await anext(handle.fetch_history_events(wait_new_event=True, event_filter_type=_CLOSE))
            return packed_history(await handle.fetch_history())
        except TimeoutError:
            raise Passing("the run is not over yet") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Passing("reading a history") from None


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
