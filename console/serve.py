"""The desk's process: the pages, the API and, where a token is set, the Slack app, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from console.intake.chat import ChatLines
from console.intake.wiring import serving_intake
from console.rooms import RoomRecords
from console.web.app import build_app
from console.web.guard import require_loopback
from console.web.parts import Web
from console.wiring import OpenDesk, open_desk
from domain.errors import Code, HoldfastError
from workers.keys import outside_key
from workers.patience import entered
from workers.settings import Settings
from workers.telemetry import open_telemetry

_LOG = logging.getLogger("holdfast.desk")
_GRACE = 5  # seconds that a request in flight has after the stop; every answer of the desk is faster


async def serve(
    settings: Settings, *, host: str, port: int, ready: Callable[[str], None] | None = None, stop: asyncio.Event
) -> None:
    """Serve the desk until `stop` is set. `ready` is called once with the desk's URL; port 0 takes a free one.

    Signals stay the caller's, who sets `stop`.

    Raises:
        HoldfastError: `broken-configuration` for an address that is not loopback, a port that is taken, or a
            setting or key that is missing.
    """
    require_loopback(host)
    with listening(host, port) as listener:
        url = _url(host, listener)
        async with contextlib.AsyncExitStack() as stack:
            telemetry = await stack.enter_async_context(open_telemetry(settings, "holdfast-desk"))
            parts = await entered(stack, lambda: open_desk(settings, telemetry), stop, _LOG.warning)
            if parts is None:
                return
            await stack.enter_async_context(_slack(settings, parts, url))
            await stack.enter_async_context(serving_intake(settings, parts.intake))
            app = build_app(web_of(parts))
            await serve_app(app, listener, stop=stop, started=lambda: _announce(url, ready))


def web_of(parts: OpenDesk) -> Web:
    """What the pages and the API are given of an open desk."""
    opened = parts.intake
    return Web(
        desk=parts.desk,
        directory=parts.directory,
        probe=parts.probe,
        agencies=parts.agencies,
        triage=opened.triage,
        intake=opened.intake,
        stepping=parts.stepping,
    )


async def serve_app(app: ASGIApp, listener: socket.socket, *, stop: asyncio.Event, started: Callable[[], None]) -> None:
    """Serve an application on a bound socket until `stop` is set; `started` is called when it answers.

    Raises:
        HoldfastError: `fault` if the server ends before it was told to.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the peer is who connected, never who a header names
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    up, stopping = asyncio.create_task(server.up.wait()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((serving, up), return_when=asyncio.FIRST_COMPLETED)
        if server.started:
            started()
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        if serving.done() and not stop.is_set():
            raise HoldfastError(Code.FAULT, "the desk's server ended by itself")
    finally:
        server.should_exit = True
        up.cancel()
        stopping.cancel()
        await serving


class _Server(uvicorn.Server):
    """uvicorn in a process that is not its own: signals stay with whoever has them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def _announce(url: str, ready: Callable[[str], None] | None) -> None:
    _LOG.info("the desk answers at %s (development login, loopback only)", url)
    if ready is not None:
        ready(url)


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket, taken before anything else is opened: two desks never share a port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), port))
        except OSError:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"port {port} is taken; HOLDFAST_DESK_URL") from None
        listener.set_inheritable(False)
        yield listener


def _url(host: str, listener: socket.socket) -> str:
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


@contextlib.asynccontextmanager
async def _slack(settings: Settings, parts: OpenDesk, url: str) -> AsyncIterator[None]:
    """The Slack app in this process, where it is configured; a desk without Slack does not even import it."""
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        yield
        return
    from console.unsaid import UnsaidInRooms
    from integrations.slack.calls import open_client
    from integrations.slack.notices import Notices
    from integrations.slack.running import Reach, log_alarm, open_slack_app

    async def alarm(connections: int) -> None:
        """In the log, and in what the desk answers to whoever asks whether it is ready."""
        parts.probe.slack = f"{connections} connections, one is ours"
        await log_alarm(connections)

    api_url = str(settings.slack_api_url) if settings.slack_api_url else None
    slack = open_slack_app(
        parts.desk,
        procedures=parts.catalogue.procedures,
        api_url=api_url,
        bot_token=settings.required("slack_bot_token"),
        reach=Reach(
            app_token=_value(settings.slack_app_token),
            signing_secret=_value(settings.slack_signing_secret),
            host=settings.slack_listen.rpartition(":")[0].strip("[]"),
            port=int(settings.slack_listen.rpartition(":")[2]),
        ),
        desk_url=url,
        drill_factor=settings.drill_factor,
        alarm=alarm,
        to_triage=ChatLines(parts.intake.intake, parts.directory),
        records=RoomRecords(
            desk=parts.desk,
            directory=parts.directory,
            cases=parts.store.cases,
            ledger=parts.store.ledger,
            vault=parts.vault,
            updates=parts.store.updates,
        ),
        unsaid=UnsaidInRooms(
            cases=parts.store.cases,
            ledger=parts.store.ledger,
            directory=parts.directory,
            key=outside_key(settings),
        ),
    )
    async with open_client(api_url, settings.required("slack_bot_token")) as client, slack:
        parts.expiry.ways.insert(0, Notices(client).tell)
        yield


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
