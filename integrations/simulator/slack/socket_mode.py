"""Socket Mode: the WebSocket an app keeps open, envelopes down, acknowledgements up."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.model import APP_ID, Json
from integrations.simulator.slack.outbox import DeliveryFailed
from integrations.simulator.slack.results import EnvelopeType
from integrations.simulator.slack.workspace import Workspace

_HOST = "applink-synthetic"
_GRACE_SECONDS = 10.0  # Slack warns about ten seconds before it closes a connection


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    draining: bool = False


class SocketMode:
    """All open connections. An envelope goes to one of them, in turn; an ack may come on any."""

    def __init__(self, workspace: Workspace, ack_seconds: float) -> None:
        self.is_down = False
        self._workspace = workspace
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    @property
    def count(self) -> int:
        """Connections that take envelopes."""
        return sum(not c.draining and not c.socket.closed for c in self._connections)

    def new_url(self) -> str:
        """A URL good for one connection. Raises SlackError while down."""
        if self.is_down:
            raise SlackError("internal_error")
        ticket = str(uuid.uuid4())
        self._tickets.add(ticket)
        return f"{self._workspace.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP_ID}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if self.is_down:
            return web.Response(status=503)
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_json(self._hello())
            self._workspace.changed()
            async for frame in socket:
                if frame.type == WSMsgType.TEXT:
                    self._acknowledge(json.loads(frame.data))
        finally:
            self._connections.remove(connection)
            self._workspace.changed()
        return socket

    async def deliver(self, kind: EnvelopeType, payload: Json, attempt: int) -> Json:
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        connection = self._pick()
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await connection.socket.send_json(envelope)
            async with asyncio.timeout(self._ack_seconds):
                ack = await answer
        except TimeoutError as error:
            raise DeliveryFailed("operation_timeout") from error
        except ConnectionError as error:
            raise DeliveryFailed("dispatch_failed") from error
        finally:
            del self._waiting[envelope_id]
        return ack if envelope["accepts_response_payload"] else {}

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come back on a new one; no further envelope goes to the old,
        and one that stays is closed after `_GRACE_SECONDS`."""
        for connection in list(self._connections):
            connection.draining = True
            notice = {"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}}
            await connection.socket.send_json(notice)
            task = asyncio.create_task(self._close_later(connection))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def go_down(self) -> None:
        """Close every connection and let nobody in until `come_up`."""
        self.is_down = True
        await self.close()

    def come_up(self) -> None:
        self.is_down = False

    async def close(self) -> None:
        for task in list(self._closing):
            task.cancel()
        for connection in list(self._connections):
            await connection.socket.close(code=1001)

    async def _close_later(self, connection: Connection) -> None:
        await asyncio.sleep(_GRACE_SECONDS)
        await connection.socket.close()

    def _pick(self) -> Connection:
        for n, connection in enumerate(self._connections):
            if not connection.draining and not connection.socket.closed:
                self._connections.append(self._connections.pop(n))
                return connection
        raise DeliveryFailed("dispatch_failed")

    def _acknowledge(self, message: Json) -> None:
        waiting = self._waiting.get(message.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload") or {})

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.count,
            "connection_info": {"app_id": APP_ID},
            "debug_info": {
                "host": _HOST,
                "build_number": 1,
                "approximate_connection_time": 18060,
                "started": secrets.token_hex(2),
            },
        }
