"""Fresh stand-ins per test, and plain clients that know nothing of our adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from integrations.simulator.mail import MailSimulator
from integrations.simulator.pager import PagerSimulator
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator


@pytest.fixture
async def platform() -> AsyncIterator[PlatformSimulator]:
    async with PlatformSimulator() as sim:
        yield sim


@pytest.fixture
async def portal() -> AsyncIterator[PortalSimulator]:
    async with PortalSimulator() as sim:
        yield sim


@pytest.fixture
async def pager() -> AsyncIterator[PagerSimulator]:
    async with PagerSimulator() as sim:
        yield sim


@pytest.fixture
async def mail() -> AsyncIterator[MailSimulator]:
    async with MailSimulator() as sim:
        yield sim


def client(url: str, token: str | None = None) -> httpx.AsyncClient:
    """A client that gives up after five seconds."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=5.0, trust_env=False)


@pytest.fixture
async def api(platform: PlatformSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """The platform's API, signed in."""
    async with client(platform.url, PLATFORM_TOKEN) as one:
        yield one


@pytest.fixture
async def sender(portal: PortalSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """The portal's API, signed in."""
    async with client(portal.url, PORTAL_TOKEN) as one:
        yield one


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}
