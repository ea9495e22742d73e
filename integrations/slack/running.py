"""How the app is reached: over a socket that it opens itself, or over HTTP behind its signature; the same handlers."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from domain.desk import Desk
from domain.errors import Code, HoldfastError, Passing
from domain.policy import Procedure
from integrations.slack import catching_up
from integrations.slack.app import SlackApp, ToTriage
from integrations.slack.calls import call, open_client
from integrations.slack.catching_up import CatchingUp, Unsaid
from integrations.slack.commands import Commands
from integrations.slack.home import Home
from integrations.slack.keeping import EVERY, Records, RoomKeeper
from integrations.slack.naming import NameOf
from integrations.slack.presses import Presses
from integrations.slack.room import SlackRoom
from integrations.slack.work import Work

EVENTS_PATH = "/slack/events"
OURS = 1  # connections that we hold; the SDK opens one
_ROOMS = re.compile(r"inc-[a-z0-9-]+")
# How many connections Slack counts for this app, where that is not ours: somebody else answers half of the presses.
Alarm = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Reach:
    """`app_token` opens Socket Mode; else `signing_secret` proves what comes over HTTP to `host` and `port`."""

    app_token: str = ""
    signing_secret: str = ""
    host: str = "127.0.0.1"
    port: int = 0


async def log_alarm(connections: int) -> None:
    """The alarm of a process that has nobody else to tell."""
    logging.getLogger("holdfast.slack").error(
        "Slack counts %d connections for this app, %d is ours: another process answers some of what people do",
        connections,
        OURS,
    )


async def _renew_address(client: SocketModeClient, seconds: float) -> None:
    """The SDK asks for an address once and then tries it for ever, but Slack's addresses expire within a minute."""
    while True:
        await asyncio.sleep(seconds)
        if not await client.is_connected():
            client.wss_uri = None  # as the SDK itself begins


def _watched(client: SocketModeClient, alarm: Alarm) -> None:
    """Read every greeting: it says how many connections this app has."""

    async def look(_: Any, message: dict[str, Any], raw: str | None) -> None:
        if message.get("type") == "hello" and int(message.get("num_connections", OURS)) != OURS:
            await alarm(int(message["num_connections"]))

    client.message_listeners.append(look)


def name_of(client: AsyncWebClient) -> NameOf:
    """Names of our own rooms by channel id; a channel that somebody else made is none, whatever it is called."""
    known: dict[str, str] = {}

    async def find(channel: str) -> str:
        if channel not in known:
            try:
                me = str((await call("auth.test", client.auth_test()))["user_id"])
                found = (await call("conversations.info", client.conversations_info(channel=channel)))["channel"]
            except HoldfastError as error:
                if error.code is Code.TRANSIENT:
                    raise
                return ""  # we are not in it
            name = str(found.get("name", ""))
            known[channel] = name if found.get("creator") == me and _ROOMS.fullmatch(name) else ""
        return known[channel]

    return find


@asynccontextmanager
async def open_slack_app(
    desk: Desk,
    *,
    procedures: Mapping[str, Procedure],
    api_url: str | None,
    bot_token: str,
    desk_url: str,
    reach: Reach,
    ping_interval: float = 10,
    drill_factor: float = 1.0,
    alarm: Alarm = log_alarm,
    to_triage: ToTriage | None = None,
    records: Records | None = None,
    keep_every: float = EVERY,
    unsaid: Unsaid | None = None,
    catch_up_every: float = catching_up.EVERY,
) -> AsyncIterator[int]:
    """Answers Slack while the context is open; comes up without Slack, and connects when it is there.

    Yields the port of HTTP, 0 over Socket Mode. `procedures` (by slug) give the forms; `api_url` None is Slack's own;
    `ping_interval` is in seconds, and after four of them without an answer the connection is made anew; with
    `drill_factor` below 1 every case is a drill, played that much faster. With `records` the rooms are looked through
    every `keep_every` seconds; with `unsaid` they are told what they missed while Slack was away.

    Raises:
        HoldfastError: `needs-a-person` or `permanent` when Slack does not accept one of the tokens.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_client(api_url, bot_token))
        room = SlackRoom(client, desk_url=desk_url)
        commands = Commands(
            desk, procedures, desk_url=desk_url, drill_factor=drill_factor, say=room.say, name_of=name_of(client)
        )
        app = AsyncApp(
            name="holdfast",
            logger=client.logger,
            client=client,
            signing_secret=reach.signing_secret or "none: Socket Mode",
        )
        home = Home(desk, desk_url=desk_url)
        presses, work = Presses(desk, desk_url=desk_url), Work(desk, desk_url=desk_url)
        SlackApp(commands, presses, home, work, desk_url=desk_url, to_triage=to_triage).listen(app)
        # The SDK tries for ever, also with a token that will never do; so the tokens are asked for first.
        with suppress(Passing):
            await call("auth.test", client.auth_test())
        if records is not None:
            keeper = RoomKeeper(client, room, records, every=keep_every)
            await stack.enter_async_context(_beside(keeper.run()))
        if unsaid is not None:
            late = CatchingUp(room, unsaid, every=catch_up_every)
            await stack.enter_async_context(_beside(late.run()))
        if reach.app_token:
            await stack.enter_async_context(_over_socket(app, client, reach.app_token, ping_interval, alarm))
            yield 0
        else:
            yield await stack.enter_async_context(_over_http(app, reach))


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def _over_socket(
    app: AsyncApp, client: AsyncWebClient, app_token: str, ping_interval: float, alarm: Alarm
) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, app_token, logger=client.logger, ping_interval=ping_interval)
    handler.client.proxy = None
    _watched(handler.client, alarm)
    try:
        with suppress(Passing):
            opened = await call("apps.connections.open", client.apps_connections_open(app_token=app_token))
            handler.client.wss_uri = opened["url"]
        tasks = [
            asyncio.create_task(handler.connect_async()),  # type: ignore[no-untyped-call]
            asyncio.create_task(_renew_address(handler.client, 4 * ping_interval)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def _over_http(app: AsyncApp, reach: Reach) -> AsyncIterator[int]:
    """One path on an address of its own: what Slack may reach is never the desk itself.

    Raises:
        HoldfastError: `broken-configuration` without a signing secret, or if the port is taken.
    """
    if not reach.signing_secret:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "HOLDFAST_SLACK_SIGNING_SECRET")
    runner = web.AppRunner(app.web_app(EVENTS_PATH), access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, reach.host, reach.port).start()
    except OSError:
        await runner.cleanup()
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"port {reach.port} is taken; HOLDFAST_SLACK_LISTEN") from None
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
