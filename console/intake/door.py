"""The door to the street: signed requests from programs, and the form for law enforcement. It knows no desk."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.intake.forms import MULTIPART, PREFIX, filled, fresh_key, posted, questions
from console.intake.recipes import Malformed, read
from console.intake.signatures import prove
from console.intake.sources import SIGNED, Keys, Recipe, Source, Sources
from console.intake.taking import Intake
from console.web.errors import as_body, status_of
from console.web.guard import SECURITY_HEADERS
from domain.errors import Code, HoldfastError
from domain.intake import NOT_LAW_ENFORCEMENT, REDIRECT, Verdict
from domain.line_codes import LineState
from domain.policy import FieldKind, Procedure
from domain.triage import Taken

_LOG = logging.getLogger("holdfast.intake")
_WEB = Path(__file__).parents[1] / "web"
PATIENCE = 10.0  # seconds for a whole body; a sender on the slowest line needs one
UPLOADING = 120.0  # seconds for a form with files: ten megabytes at a megabit a second take eighty
PREFIX_OF_PROGRAMS = "/v1/"


class Door:
    """Answers on a listener of its own: whoever reaches it reaches nothing else."""

    def __init__(self, intake: Intake, sources: Sources, procedure: Callable[[str], Procedure]) -> None:
        self._intake = intake
        self._sources = sources
        self._procedure = procedure
        loader = FileSystemLoader(_WEB / "templates")
        self._draw = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def app(self) -> ASGIApp:
        routes = [
            Route("/v1/intake/{source}", self._signed, methods=["POST"]),
            Route("/intake/desk.css", self._style, methods=["GET"]),
            Route("/intake/{source}", self._form, methods=["GET"]),
            Route("/intake/{source}", self._posted, methods=["POST"]),
        ]
        handlers = {HoldfastError: self._refused, HTTPException: self._nothing_here}
        # Inside Starlette's own answer to a fault, which would be given, and raised again, before ours.
        return Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(_Guarded)])

    async def _signed(self, request: Request) -> Response:
        """A signed request: 202 when its start is durable, 200 for news that starts nothing."""
        source = self._sources.of(request.path_params["source"], *SIGNED)
        body = await _body(request, source.largest)
        now = self._intake.now()
        prove(source, self._sources.keys.get(source.name, Keys()), request.headers, body, now)
        offered = read(source, request.headers, body, now)
        if not offered.stands:
            return JSONResponse({"state": "not-a-start"})
        return JSONResponse(_answer(await self._intake.offer(source, offered)), 202)

    async def _form(self, request: Request) -> Response:
        source = self._sources.of(request.path_params["source"], Recipe.FORM)
        return self._page(source)

    async def _posted(self, request: Request) -> Response:
        source = self._sources.of(request.path_params["source"], Recipe.FORM)
        carries = request.headers.get("content-type", "").lower().startswith(MULTIPART)
        body = await _body(
            request, source.largest_form if carries else source.largest, UPLOADING if carries else PATIENCE
        )
        try:
            form = filled(body, request.headers.get("content-type", ""))
            offered = posted(form, self._procedure(source.procedure).intake)
        except HoldfastError as error:
            return self._page(source, problem=error.sentence, status=status_of(error.code))
        taken = await self._intake.offer(source, offered)
        return self._page(source, reference=taken.line.line, redirect=taken.line.why == NOT_LAW_ENFORCEMENT)

    def _page(
        self, source: Source, *, reference: str = "", redirect: bool = False, problem: str = "", status: int = 200
    ) -> Response:
        procedure = self._procedure(source.procedure)
        text = self._draw.get_template("intake.html").render(
            source=source.name,
            title=procedure.title,
            fields=questions(procedure.intake),
            mail=any(each.kind is FieldKind.EMAIL for each in procedure.intake),
            prefix=PREFIX,
            key=fresh_key(),
            reference=reference,
            redirect=REDIRECT if redirect else "",
            problem=problem,
        )
        return HTMLResponse(text, status)

    async def _style(self, request: Request) -> Response:
        return Response((_WEB / "static" / "desk.css").read_bytes(), media_type="text/css")

    async def _refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HoldfastError)
        status = 400 if isinstance(error, Malformed) else status_of(error.code)
        if request.url.path.startswith(PREFIX_OF_PROGRAMS):
            return JSONResponse(as_body(error), status)
        return HTMLResponse(self._draw.get_template("intake-problem.html").render(sentence=error.sentence), status)

    async def _nothing_here(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return JSONResponse(as_body(HoldfastError(Code.UNKNOWN_SOURCE)), error.status_code)


def _answer(taken: Taken) -> dict[str, object]:
    """What a signed source is told: the line, and the case that it opened or joined."""
    line = taken.line
    waits = line.state in (LineState.OPEN, LineState.CLOSED) and line.verdict is not Verdict.JOIN
    state = "triage" if waits else "joined" if line.verdict is Verdict.JOIN else line.state.value
    return {"line": line.line, "case": line.case, "state": state, "why": line.why, "new": taken.new}


async def _body(request: Request, largest: int, patience: float = PATIENCE) -> bytes:
    """The raw bytes, as many as the source may send.

    Raises:
        HoldfastError: `too-large`, `invalid` if it did not arrive whole in time.
    """
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdecimal() and int(said[:20]) > largest:
        raise HoldfastError(Code.TOO_LARGE)
    taken = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                taken += chunk
                if len(taken) > largest:
                    raise HoldfastError(Code.TOO_LARGE)
    except (ClientDisconnect, TimeoutError):
        raise Malformed(Code.INVALID, "the body did not arrive") from None
    return bytes(taken)


class _Guarded:
    """Strict headers on every answer, and one answer to what nobody expected: where it arose, never what was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            where = " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)))
            _LOG.error("code=fault error=%s at %s", type(error).__name__, where)
            if started:
                raise
            await JSONResponse({"code": Code.FAULT.value}, 500)(scope, receive, answer)
