"""The stand-in as one object: state, Web API, Socket Mode and people behind a single loopback port."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from integrations.simulator.slack.control import Control, stats
from integrations.simulator.slack.faults import Faults
from integrations.simulator.slack.model import Channel, Json, Message
from integrations.simulator.slack.outbox import EVENT_RETRY_DELAYS, Outbox
from integrations.simulator.slack.people import UserVerbs
from integrations.simulator.slack.scopes import EVERY
from integrations.simulator.slack.screen import Shortcut
from integrations.simulator.slack.site import Site
from integrations.simulator.slack.socket_mode import SocketMode
from integrations.simulator.slack.web_api import WebApi
from integrations.simulator.slack.web_hook import WebHook
from integrations.simulator.slack.workspace import Workspace

ACK_SECONDS = 3.0  # Slack: an app must acknowledge within three seconds
SYNTHETIC_USERS = {"U0ANA": "ana.synthetic", "U0BEN": "ben.synthetic", "U0CHI": "chi.synthetic"}
SYNTHETIC_CHANNELS = {"C0GENERAL": "general", "C0INCIDENTS": "incidents"}


class SlackSimulator(UserVerbs):
    """`async with SlackSimulator(...) as slack:` listens until the block ends.

    `users` and `channels` map ids to names; everyone, the app included, is in those channels.
    `now` (seconds since the epoch) rules message times and the lives of triggers and response URLs.
    `ack_seconds` is how long the app may take; `event_retry_delays` the seconds before each further
    delivery of an unacknowledged event. `post_interval` above 0 refuses faster posts to one channel with 429
    (real Slack: about one a second, with bursts). `scopes` are what the bot token was
    granted; `shortcuts` the entries of Slack's menus that the page offers. With `request_url` deliveries are signed
    HTTP, else Socket Mode.
    """

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str,
        signing_secret: str,
        host: str = "127.0.0.1",
        port: int = 0,
        state_path: Path | str | None = None,
        users: Mapping[str, str] = SYNTHETIC_USERS,
        channels: Mapping[str, str] = SYNTHETIC_CHANNELS,
        bot_name: str = "holdfast",
        request_url: str | None = None,
        now: Callable[[], float] = time.time,
        ack_seconds: float = ACK_SECONDS,
        event_retry_delays: Sequence[float] = EVENT_RETRY_DELAYS,
        post_interval: float = 0.0,
        scopes: Collection[str] = EVERY,
        shortcuts: Sequence[Shortcut] = (),
    ) -> None:
        self._address = (host, port)
        self._preload = (dict(users), dict(channels), bot_name)
        workspace = Workspace(
            now=now,
            state_path=Path(state_path) if state_path is not None else None,
            post_interval=post_interval,
        )
        self.faults = Faults()
        self._sockets = SocketMode(workspace, ack_seconds)
        web_hook = WebHook(
            url=lambda: self.request_url,
            session=self._client,
            signing_secret=signing_secret,
            now=now,
            ack_seconds=ack_seconds,
        )
        outbox = Outbox(workspace, self._sockets, web_hook, event_retry_delays)
        outbox.request_url = request_url
        super().__init__(workspace, outbox)
        api = WebApi(workspace, self.faults, self._sockets, bot_token=bot_token, app_token=app_token, scopes=scopes)
        self._control = Control(workspace, self.faults, self._sockets, outbox, self)
        site = Site(self, self._sockets, shortcuts)
        self._routes = [*api.routes(), *site.routes(), *self._control.routes(), web.get("/link/", self._sockets.handle)]
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self.workspace.load(*self._preload)
        app = web.Application()
        app.add_routes(self._routes)
        app.on_shutdown.append(self._hang_up)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        host, port = self._address
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._session = aiohttp.ClientSession()
        shown = f"[{host}]" if ":" in host else host
        self.workspace.base_url = f"http://{shown}:{runner.addresses[0][1]}"
        self.workspace.changed()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.outbox.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    @property
    def base_url(self) -> str:
        return self.workspace.base_url

    @property
    def api_url(self) -> str:
        """For `AsyncWebClient(base_url=...)`; ends with `/api/`."""
        return f"{self.workspace.base_url}/api/"

    @property
    def page_url(self) -> str:
        return f"{self.workspace.base_url}/_sim"

    @property
    def request_url(self) -> str | None:
        return self.outbox.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.outbox.request_url = url

    @property
    def connections(self) -> int:
        """Open Socket Mode connections that take envelopes."""
        return self._sockets.count

    def stats(self) -> dict[str, int]:
        """`requests` to the Web API, distinct message `keys` asked for, messages really posted (`applied`)."""
        return stats(self.workspace)

    def state(self) -> Json:
        """What `GET /_sim/state` answers."""
        return self._control.state_json()

    def channel(self, reference: str) -> Channel:
        """By id, name or `#name`. Raises KeyError."""
        found = self.workspace.find_channel(reference)
        if found is None:
            raise KeyError(reference)
        return found

    def messages(self, channel: str) -> list[Message]:
        """What everyone in the channel sees, oldest first. Raises KeyError."""
        return list(self.channel(channel).messages)

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Wait for a condition, asked after every change here. Raises TimeoutError."""
        await self.workspace.until(condition, timeout)

    async def connected(self, count: int = 1, timeout: float = 10.0) -> None:
        """Wait until that many Socket Mode connections are open. Raises TimeoutError."""
        await self.until(lambda: self.connections >= count, timeout)

    async def disconnect(self) -> None:
        """Ask the app to reconnect, as Slack does every few hours (`refresh_requested`)."""
        await self._sockets.disconnect()

    async def go_down(self) -> None:
        """Socket Mode is gone until `come_up`: connections close, new ones are refused."""
        await self._sockets.go_down()

    def come_up(self) -> None:
        self._sockets.come_up()

    async def go_away(self) -> None:
        """Slack is away until `come_back`: nothing gets through in either direction."""
        await self._control.go_away()

    async def come_back(self) -> None:
        await self._control.come_back()

    async def _hang_up(self, app: web.Application) -> None:
        await self._sockets.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the stand-in is not running; enter it with `async with`")
        return self._session
