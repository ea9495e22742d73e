"""`/_sim`: the stand-in's own side, where another process plans trouble, looks, or acts as a person."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from integrations.simulator.slack.faults import Faults
from integrations.simulator.slack.inputs import UserCannot
from integrations.simulator.slack.model import Json
from integrations.simulator.slack.outbox import Outbox
from integrations.simulator.slack.page import render_page
from integrations.simulator.slack.people import UserVerbs
from integrations.simulator.slack.socket_mode import SocketMode
from integrations.simulator.slack.workspace import Workspace

_FOR_EVER = 10**9  # requests
# The page runs no script and loads nothing, whatever a message contains.
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"


def stats(workspace: Workspace) -> dict[str, int]:
    """`requests` to the Web API, distinct message `keys` asked for, messages really posted (`applied`)."""
    state = workspace.state
    return {"requests": state.requests, "keys": len(state.keys), "applied": state.applied}


class Control:
    def __init__(
        self, workspace: Workspace, faults: Faults, sockets: SocketMode, outbox: Outbox, people: UserVerbs
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._sockets = sockets
        self._outbox = outbox
        self._people = people
        self._outage_fault = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sim/plain", self._page),
            web.get("/_sim/stats", self._stats),
            web.get("/_sim/state", self._state),
            web.get("/_sim/faults", self._list_faults),
            web.post("/_sim/faults", self._add_fault),
            web.delete("/_sim/faults", self._remove_faults),
            web.post("/_sim/socket/{what}", self._socket),
            web.post("/_sim/outage/{what}", self._outage),
            web.post("/_sim/users/{user}/{verb}", self._act),
        ]

    def state_json(self) -> Json:
        """Channels with members and messages, views, what response URLs received, how events went."""
        state = self._workspace.state
        return {
            "users": [user.model_dump() for user in state.users.values()],
            "channels": [
                {**channel.model_dump(), "is_private": channel.is_private} for channel in state.channels.values()
            ],
            "views": [view.model_dump() for view in state.views.values()],
            "homes": dict(state.homes),
            "responses": [hook.model_dump() for hook in state.response_urls.values()],
            "events": [asdict(receipt) for receipt in self._outbox.receipts],
            "connections": self._sockets.count,
        }

    async def _page(self, request: web.Request) -> web.Response:
        html = render_page(self._workspace.state, stats(self._workspace), self._sockets.count)
        headers = {"Content-Security-Policy": _PAGE_POLICY}
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def _stats(self, request: web.Request) -> web.Response:
        return web.json_response(stats(self._workspace))

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self.state_json())

    async def _list_faults(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "faults": self._faults.as_json()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        """{method, kind, times?, value?} → {ok, id}."""
        body = await _json_object(request)
        try:
            fault_id = self._faults.add(
                method=str(body.get("method", "*")),
                kind=body.get("kind", ""),
                times=int(body.get("times", 1)),
                value=body.get("value"),
            )
        except (TypeError, ValueError) as error:
            raise _refuse(str(error)) from error
        return web.json_response({"ok": True, "id": fault_id})

    async def _remove_faults(self, request: web.Request) -> web.Response:
        """`?id=` removes one, otherwise all go."""
        wanted = request.query.get("id")
        if wanted is None:
            self._faults.clear()
            return web.json_response({"ok": True})
        if not wanted.isdigit() or not self._faults.remove(int(wanted)):
            raise _refuse(f"no such fault: {wanted!r}")
        return web.json_response({"ok": True})

    async def _socket(self, request: web.Request) -> web.Response:
        """`disconnect` asks the app to reconnect, `down` closes Socket Mode, `up` opens it again."""
        what = request.match_info["what"]
        if what == "disconnect":
            await self._sockets.disconnect()
        elif what == "down":
            await self._sockets.go_down()
        elif what == "up":
            self._sockets.come_up()
        else:
            raise _refuse(f"no such act: {what!r}")
        return web.json_response({"ok": True, "connections": self._sockets.count})

    async def _outage(self, request: web.Request) -> web.Response:
        """`away`: nothing gets through in either direction, until `back`."""
        what = request.match_info["what"]
        if what not in ("away", "back"):
            raise _refuse(f"no such act: {what!r}")
        await (self.go_away() if what == "away" else self.come_back())
        return web.json_response({"ok": True, "away": self._sockets.is_down})

    async def go_away(self) -> None:
        """Every connection ends, every request to the Web API is hung up on, and nobody can be delivered to."""
        self._outage_fault = self._outage_fault or self._faults.add(method="*", kind="drop", times=_FOR_EVER)
        self._outbox.away = True
        await self._sockets.go_down()
        self._workspace.changed()

    async def come_back(self) -> None:
        if self._outage_fault:
            self._faults.remove(self._outage_fault)
        self._outage_fault = 0
        self._outbox.away = False
        self._sockets.come_up()
        self._workspace.changed()

    async def _act(self, request: web.Request) -> web.Response:
        """A user verb with its arguments as a JSON object; 400 for what a person could not do."""
        verb = _VERBS.get(request.match_info["verb"])
        if verb is None:
            raise _refuse(f"no such verb; one of {', '.join(_VERBS)}")
        body = await _json_object(request)
        try:
            return web.json_response(await verb(self._people, request.match_info["user"], body))
        except KeyError as error:
            raise _refuse(f"missing {error.args[0]!r}") from error
        except UserCannot as error:
            raise _refuse(str(error)) from error


async def _json_object(request: web.Request) -> Json:
    """The body as an object; also stops a web page of another origin, which cannot send this type unasked."""
    raw = await request.text()
    if raw and request.content_type != "application/json":
        raise _refuse("send application/json")
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise _refuse("not JSON") from error
    if not isinstance(body, dict):
        raise _refuse("not a JSON object")
    return body


def _refuse(reason: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"ok": False, "error": reason}), content_type="application/json")


async def _command(people: UserVerbs, user: str, body: Json) -> Any:
    result = await people.command(user, body["channel"], body["command"], body.get("text", ""))
    return result.as_json()


async def _click(people: UserVerbs, user: str, body: Json) -> Any:
    value, times = body.get("value"), int(body.get("times", 1))
    if "view_id" in body:
        result = await people.click_view(user, body["view_id"], body["action_id"], value, times=times)
    else:
        result = await people.click(user, body["channel"], body["message_ts"], body["action_id"], value, times=times)
    return result.as_json()


async def _submit(people: UserVerbs, user: str, body: Json) -> Any:
    return (await people.submit(user, body["view_id"], body.get("values", {}))).as_json()


async def _close(people: UserVerbs, user: str, body: Json) -> Any:
    await people.close(user, body["view_id"])
    return {"ok": True}


async def _say(people: UserVerbs, user: str, body: Json) -> Any:
    ts = await people.say(user, body["channel"], body["text"], thread_ts=body.get("thread_ts"))
    return {"ok": True, "ts": ts}


async def _shortcut(people: UserVerbs, user: str, body: Json) -> Any:
    if "ts" in body:
        result = await people.message_shortcut(user, body["channel"], body["ts"], body["callback_id"])
    else:
        result = await people.global_shortcut(user, body["callback_id"])
    return result.as_json()


async def _home(people: UserVerbs, user: str, body: Json) -> Any:
    return {"ok": True, "event_id": (await people.open_home(user)).event_id}


async def _channel(people: UserVerbs, user: str, body: Json) -> Any:
    made = await people.create_channel(user, body["name"], private=bool(body.get("private", False)))
    return {"ok": True, "channel": made}


_VERBS: dict[str, Callable[[UserVerbs, str, Json], Awaitable[Any]]] = {
    "command": _command,
    "click": _click,
    "submit": _submit,
    "close": _close,
    "say": _say,
    "shortcut": _shortcut,
    "home": _home,
    "channel": _channel,
}
