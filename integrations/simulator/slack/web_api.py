"""The HTTP side an app calls: `/api/<method>` and the response URLs, with planned trouble in front."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Collection

from aiohttp import web

from integrations.simulator.slack import methods_channels, methods_chat, methods_users, methods_views
from integrations.simulator.slack.arguments import Arguments, read_arguments
from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.faults import Fault, Faults
from integrations.simulator.slack.model import Json
from integrations.simulator.slack.response_urls import respond
from integrations.simulator.slack.scopes import WANTED
from integrations.simulator.slack.socket_mode import SocketMode
from integrations.simulator.slack.workspace import Workspace

METHODS = {
    **methods_users.METHODS,
    **methods_channels.METHODS,
    **methods_chat.METHODS,
    **methods_views.METHODS,
}
OPEN_SOCKET = "apps.connections.open"
RESPONSE_URL = "response_url"


class WebApi:
    """Answers as Slack does: HTTP 200 with `ok`, except for 429 and what `faults` plans.

    Faults on response URLs use the method name `response_url`.
    """

    def __init__(
        self,
        workspace: Workspace,
        faults: Faults,
        sockets: SocketMode,
        *,
        bot_token: str,
        app_token: str,
        scopes: Collection[str],
    ) -> None:
        self._scopes = scopes
        self._workspace = workspace
        self._faults = faults
        self._sockets = sockets
        self._bot_token = bot_token
        self._app_token = app_token

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._handle_method),
            web.post("/commands/{team}/{token}", self._handle_response_url),
            web.post("/actions/{team}/{token}", self._handle_response_url),
        ]

    async def _handle_method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self._workspace.state.requests += 1
        fault = self._faults.take(method)
        refused = await self._strike_before(fault, request)
        if refused is not None:
            return refused
        try:
            body = await self._call(method, request)
        except SlackError as error:
            if error.code == "ratelimited":
                return _rate_limited(error.extra["retry_after"])
            body = error.body()
        headers = {"x-oauth-scopes": ",".join(sorted(self._scopes))}
        return self._reply(fault, request, web.json_response(body, headers=headers))

    async def _handle_response_url(self, request: web.Request) -> web.Response:
        fault = self._faults.take(RESPONSE_URL)
        refused = await self._strike_before(fault, request)
        if refused is not None:
            return refused
        try:
            respond(self._workspace, request.match_info["token"], await read_arguments(request))
        except SlackError as error:
            status = 404 if error.code.endswith("_url") else 400
            return self._reply(fault, request, web.json_response(error.body(), status=status))
        self._workspace.changed()
        return self._reply(fault, request, web.json_response({"ok": True}))

    async def _call(self, method: str, request: web.Request) -> Json:
        if method != OPEN_SOCKET and method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        args = await read_arguments(request)
        self._authorise(method, request, args)
        if method == OPEN_SOCKET:
            return {"ok": True, "url": self._sockets.new_url()}
        body = METHODS[method](self._workspace, args)
        self._workspace.changed()
        return {"ok": True, **body}

    def _authorise(self, method: str, request: web.Request, args: Arguments) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ") or args.text("token")
        if not given:
            raise SlackError("not_authed")
        expected, other = self._bot_token, self._app_token
        if method == OPEN_SOCKET:
            expected, other = other, expected
        if hmac.compare_digest(given.encode(), expected.encode()):
            wanted = WANTED.get(method, ())
            if wanted and not set(wanted) & set(self._scopes):
                provided = ",".join(sorted(self._scopes))
                raise SlackError("missing_scope", needed=wanted[0], provided=provided)
            return
        raise SlackError("not_allowed_token_type" if given == other else "invalid_auth")

    async def _strike_before(self, fault: Fault | None, request: web.Request) -> web.Response | None:
        """Trouble that comes before anything is done; None means go on."""
        if fault is None:
            return None
        if fault.kind == "latency":
            await asyncio.sleep(fault.number(1))
            return None
        if fault.kind == "drop":
            return _hang_up(request)
        if fault.kind == "status":
            body = {"ok": False, "error": "internal_error"}
            return web.json_response(body, status=int(fault.number(500)))
        if fault.kind == "ratelimited":
            return _rate_limited(int(fault.number(1)))
        if fault.kind == "error":
            return web.json_response({"ok": False, "error": str(fault.value or "internal_error")})
        return None

    def _reply(self, fault: Fault | None, request: web.Request, response: web.Response) -> web.Response:
        return _hang_up(request) if fault is not None and fault.kind == "reply_lost" else response


def _rate_limited(seconds: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection without a byte; what is returned here is never written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
