"""What every stand-in for an outside party shares: a real HTTP server that counts, remembers and can fail.

It imports no adapter, so that the two never share a mistake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from aiohttp import web

from integrations.simulator.faults import Fault, Faults
from integrations.simulator.page import Table, add_pages
from integrations.simulator.state import LogLine, SimState, Stats, StoredReply, load, save, time_of
from integrations.simulator.wire import Call, Operation, Refusal, Reply

LARGEST_BODY = 64 * 1024 * 1024  # bytes; a package of documents in base64 fits
LONGEST_KEY = 255  # characters, as payment interfaces limit theirs
SHUTDOWN_SECONDS = 0.2  # a request held up by an injected latency must not hold up the end

StateT = TypeVar("StateT", bound=SimState)


class Simulator(Generic[StateT]):
    """A stand-in; `async with` starts and stops it. `port` 0 takes a free port, seen in `url`.

    With `state_path` its state is stored after each act and found again after a kill.
    """

    title = "Stand-in"

    def __init__(self, state: StateT, *, host: str, port: int, state_path: Path | None) -> None:
        self.state = state
        self.faults = Faults()
        self._host = host
        self._port = port
        self._state_path = state_path
        self._dirty = False
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def operations(self) -> Sequence[Operation]:
        """The API, in the order in which paths are tried."""
        return ()

    def authorise(self, call: Call) -> None:
        """Raise Refusal 401 unless the call may be served."""

    def tables(self) -> Sequence[Table]:
        """What the page shows of this stand-in's world."""
        return ()

    def shown_path(self, path: str) -> str:
        """The path as it enters the log; a stand-in whose paths carry secrets masks them here."""
        return path

    def add_controls(self, app: web.Application) -> None:
        """Routes below /_sim that only this stand-in has."""

    async def __aenter__(self) -> Self:
        self.state = load(self._state_path, self.state)
        app = web.Application(client_max_size=LARGEST_BODY)
        add_pages(app, self)
        self.add_controls(app)
        for operation in self.operations():
            app.router.add_route(operation.method, operation.path, partial(self._answer, operation))
        nothing = Operation("*", "/{tail:.*}", "unknown", _not_found, public=True)
        app.router.add_route("*", nothing.path, partial(self._answer, nothing))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return f"http://{self._host}:{self._port}"

    def stats(self) -> Stats:
        """The counts since the state was new."""
        return self.state.stats()

    async def until(self, condition: Callable[[], bool], timeout: float = 10.0) -> None:
        """Wait until the condition holds; it is looked at after every request.

        Raises:
            TimeoutError: after `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def touch(self) -> None:
        """Have the state stored before this request is answered."""
        self._dirty = True

    def keep(self) -> None:
        """Store what changed without a request, and wake whoever waits."""
        save(self._state_path, self.state)
        self._dirty = False
        self._changed.set()

    def note(self, line: LogLine) -> None:
        """Count a request, store what it changed, and wake whoever waits."""
        self.state.record(line)
        if self._dirty:
            self.keep()
        self._changed.set()

    async def _answer(self, operation: Operation, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take(verb=operation.verb, path=request.path)
        kind = fault.kind if fault is not None else None
        raw, too_large = await _body(request)  # first: a caller who gives up waiting has still asked
        if fault is not None and fault.kind == "latency":
            await asyncio.sleep(fault.value or 0.0)
        reply: Reply | None
        if kind == "drop":
            reply = None
        elif fault is not None and kind == "status":
            reply = Reply(fault.status, {"error": "injected"})
        elif too_large:
            reply = Reply(413, {"error": "too_large"})
        else:
            reply = self._perform(operation, request, raw)
        lost = kind in ("drop", "reply_lost")
        self._note_request(request, None if lost or reply is None else reply.status, kind)
        if lost or reply is None:
            return _cut(request)
        return _response(reply, fault)

    def _note_request(self, request: web.Request, status: int | None, fault: str | None) -> None:
        try:
            at = time_of(request.headers)
        except ValueError:
            at = time_of({})
        key = request.headers.get("Idempotency-Key")
        key = None if key is None else _readable(key)
        path = self.shown_path(_readable(request.path))
        self.note(LogLine(at=at, method=request.method, path=path, key=key, status=status, fault=fault))

    def _perform(self, operation: Operation, request: web.Request, raw: bytes) -> Reply:
        """Nothing in here waits, so a check and the act that it permits are one step."""
        try:
            try:
                now = time_of(request.headers)
            except ValueError as error:
                raise Refusal(400, "bad_time") from error
            key = request.headers.get("Idempotency-Key")
            query = tuple(request.query.items())
            call = Call(request.method, request.path, request.match_info, request.headers, raw, now, key, query)
            if not operation.public:
                self.authorise(call)
            return self._act_once(operation, call) if operation.act else operation.handle(call)
        except Refusal as refusal:
            return Reply(refusal.status, {"error": refusal.code})

    def _act_once(self, operation: Operation, call: Call) -> Reply:
        """A key belongs to the first act that succeeded under it; a refused one may be tried again."""
        if call.key is None:
            if operation.key_required:
                raise Refusal(400, "idempotency_key_required")
            return self._apply(operation, call)
        if not (0 < len(call.key) <= LONGEST_KEY and call.key.isascii() and call.key.isprintable()):
            raise Refusal(400, "bad_idempotency_key")
        fingerprint = call.fingerprint()
        self.state.keys.add(call.key)
        first = self.state.replies.get(call.key)
        if first is not None:
            if first.fingerprint != fingerprint:
                raise Refusal(422, "idempotency_key_reused")
            return Reply(first.status, first.body, replayed=True)
        reply = self._apply(operation, call)
        if not isinstance(reply.body, dict):
            raise TypeError(f"{operation.verb!r} is an act and must answer an object")
        self.state.replies[call.key] = StoredReply(fingerprint=fingerprint, status=reply.status, body=reply.body)
        return reply

    def _apply(self, operation: Operation, call: Call) -> Reply:
        reply = operation.handle(call)
        self.state.applied += 1
        self.touch()
        return reply


def _not_found(call: Call) -> Reply:
    raise Refusal(404, "not_found")


def _readable(text: str) -> str:
    """Bytes that were no text arrive as lone surrogates, which nothing could store."""
    return text.encode("utf-8", "backslashreplace").decode()


async def _body(request: web.Request) -> tuple[bytes, bool]:
    try:
        return await request.read(), False
    except web.HTTPRequestEntityTooLarge:
        return b"", True


def _cut(request: web.Request) -> web.Response:
    """Close the connection under the caller; the response is what the server framework wants, never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _response(reply: Reply, fault: Fault | None) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if reply.replayed:
        headers["Idempotency-Replayed"] = "true"
    if fault is not None and fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if isinstance(reply.body, bytes):
        return web.Response(
            status=reply.status, body=reply.body, headers=headers, content_type="application/octet-stream"
        )
    return web.json_response(reply.body, status=reply.status, headers=headers)
