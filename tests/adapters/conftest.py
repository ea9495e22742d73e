"""A fresh stand-in per test, and the adapter that speaks to it over the real wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from domain.errors import HoldfastError
from integrations.base.client import open_http
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.platform.client import PlatformClient
from integrations.portal.client import PortalClient
from integrations.simulator.mail import MailSimulator
from integrations.simulator.pager import PAGER_SECRET, PagerSimulator
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator

AT = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)
ACCOUNT = "acct-synthetic-001"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as client:
        yield client


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
async def relay() -> AsyncIterator[MailSimulator]:
    async with MailSimulator() as sim:
        yield sim


@pytest.fixture
def enforcement(platform: PlatformSimulator, http: httpx.AsyncClient) -> PlatformClient:
    return PlatformClient(platform.url, PLATFORM_TOKEN, http)


@pytest.fixture
def delivery(portal: PortalSimulator, http: httpx.AsyncClient) -> PortalClient:
    return PortalClient(portal.url, PORTAL_TOKEN, http)


@pytest.fixture
def caller(pager: PagerSimulator, http: httpx.AsyncClient) -> PagerClient:
    return PagerClient(pager.url, PAGER_SECRET, http)


@pytest.fixture
def mailer(relay: MailSimulator) -> Mailer:
    return Mailer(relay.smtp_host, relay.smtp_port, "holdfast@example.com")


def says_nothing_of(error: HoldfastError, *secrets: str) -> bool:
    """Neither the error nor what hangs on it shows one of these, or anything that could."""
    told = f"{error} {error!r} {error.args} {error.detail}"
    return not any(secret in told for secret in secrets) and error.__cause__ is None and error.__context__ is None
