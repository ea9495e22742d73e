"""The page on which people sit side by side: what each of them sees, when it changed, and the files that draw it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from aiohttp import web

from integrations.simulator.slack.model import BOT_USER
from integrations.simulator.slack.people import UserVerbs
from integrations.simulator.slack.screen import Shortcut, screen
from integrations.simulator.slack.socket_mode import SocketMode

# Script and style are our own files and nothing else, whatever a message contains.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FILES = Path(__file__).with_name("web")
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_PATIENCE = 15.0  # seconds without a change until the stream says that it is alive


class Site:
    """Its routes lie under `/_sim`, beside those that other processes act through."""

    def __init__(self, people: UserVerbs, sockets: SocketMode, shortcuts: Sequence[Shortcut]) -> None:
        self._people = people
        self._sockets = sockets
        self._shortcuts = tuple(shortcuts)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_sim", self._page),
            web.get(r"/_sim/web/{name:[a-z]+\.(css|js)}", self._file),
            web.get("/_sim/people", self._listed),
            web.get("/_sim/users/{user}/screen", self._screen),
            web.get("/_sim/changes", self._changes),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        return _served(_FILES / "index.html")

    async def _file(self, request: web.Request) -> web.Response:
        path = _FILES / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        return _served(path)

    async def _listed(self, request: web.Request) -> web.Response:
        users = self._people.workspace.state.users.values()
        shown = [{"id": each.id, "name": each.name} for each in users if not each.is_bot]
        return web.json_response({"ok": True, "people": shown})

    async def _screen(self, request: web.Request) -> web.Response:
        bot = self._people.workspace.state.users[BOT_USER].name
        shown = screen(self._people, request.match_info["user"], bot, self._shortcuts)
        if shown is None:
            raise web.HTTPNotFound
        return web.json_response({"ok": True, **shown})

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one for how it stands now, one after every change; many at once are one."""
        workspace = self._people.workspace
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        with suppress(ConnectionError):  # whoever looked has closed the page
            while True:
                seen = workspace.version
                now = {"version": seen, "away": self._sockets.is_down, "connections": self._sockets.count}
                await stream.write(f"data: {json.dumps(now)}\n\n".encode())
                with suppress(TimeoutError):
                    await workspace.until(partial(workspace.newer_than, seen), _PATIENCE)
        return stream


def _served(path: Path) -> web.Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return web.Response(text=path.read_text(encoding="utf-8"), content_type=_KINDS[path.suffix], headers=headers)
