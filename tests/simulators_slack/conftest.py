"""A running stand-in, a real Slack client and a real Bolt app on it; all tokens and people are synthetic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.simulator.slack import SlackSimulator

BOT_TOKEN = "xoxb-synthetic"
APP_TOKEN = "xapp-synthetic"
SIGNING_SECRET = "synthetic-signing-secret"


class FakeClock:
    """Seconds since the epoch, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


def simulator(**changes: Any) -> SlackSimulator:
    tokens = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "signing_secret": SIGNING_SECRET}
    return SlackSimulator(**{**tokens, **changes})


def client_of(slack: SlackSimulator, token: str = BOT_TOKEN) -> AsyncWebClient:
    """Without retries, because a test wants to see each answer."""
    return AsyncWebClient(token=token, base_url=slack.api_url, retry_handlers=[])


async def refusal(call: Any) -> str:
    """The error code of a call that must be refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def slack(clock: FakeClock) -> AsyncIterator[SlackSimulator]:
    async with simulator(now=clock) as running:
        yield running


@pytest.fixture
async def client(slack: SlackSimulator) -> AsyncWebClient:
    return client_of(slack)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@dataclass
class Desk:
    """A Bolt app connected over Socket Mode to its own stand-in."""

    slack: SlackSimulator
    app: AsyncApp
    handler: AsyncSocketModeHandler


@asynccontextmanager
async def _desk(**changes: Any) -> AsyncIterator[Desk]:
    async with simulator(**changes) as slack:
        app = AsyncApp(client=client_of(slack), signing_secret=SIGNING_SECRET)
        handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=0.2)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await slack.connected()
        try:
            yield Desk(slack, app, handler)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk() -> OpenDesk:
    """`async with open_desk(ack_seconds=...) as desk:`"""
    return _desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with _desk() as running:
        yield running
