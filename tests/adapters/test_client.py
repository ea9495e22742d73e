"""The one helper under all adapters: its deadline, its readings, and what it never repeats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from aiohttp import web

from domain.base import Model
from domain.errors import Code, HoldfastError, Passing
from integrations.base.client import Remote, open_http
from integrations.pager.client import PagerClient
from integrations.platform.client import PlatformClient
from integrations.portal.client import PortalClient
from integrations.simulator.faults import Fault
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from tests.adapters.conftest import ACCOUNT, AT, says_nothing_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Anything(Model):
    """Reads whatever is an object."""


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[str]:
    """A server that answers everything in one way; its address."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def saying(body: object, status: int = 200) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        if isinstance(body, str):
            return web.Response(text=body, status=status)
        return web.json_response(body, status=status)

    return handler


RECEIPT = {
    "receipt_id": "rcpt-1",
    "account": ACCOUNT,
    "sha256": "0" * 64,
    "items": 1,
    "taken_at": "2031-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "body",
    [
        "<html>sign in, acct-synthetic-001</html>",
        "",
        "[]",
        {**RECEIPT, "sha256": "short"},
        {**RECEIPT, "receipt_id": ""},
        {**RECEIPT, "taken_at": "2031-01-01T00:00:00"},
        {**RECEIPT, "items": -1},
        {**RECEIPT, "account": "acct-synthetic-002"},
    ],
)
async def test_a_receipt_that_proves_nothing_is_not_taken_for_one(http: httpx.AsyncClient, body: object) -> None:
    async with answering(saying(body)) as url:
        with pytest.raises(HoldfastError) as caught:
            await PlatformClient(url, "t", http).preserve(ACCOUNT, reason="edr", key="k")
    assert caught.value.code is Code.PERMANENT
    assert says_nothing_of(caught.value, "acct-", "rcpt-1", "html", "2031", url)


async def test_an_answer_about_another_account_is_refused(http: httpx.AsyncClient) -> None:
    body = {"account": "acct-synthetic-002", "residency": "US", "state": "hidden", "action_id": "a-1"}
    async with answering(saying(body)) as url:
        client = PlatformClient(url, "t", http)
        with pytest.raises(HoldfastError, match="answer about another account"):
            await client.account(ACCOUNT)
        with pytest.raises(HoldfastError, match="answer about another account"):
            await client.act("hide", ACCOUNT, key="k", at=AT)


async def test_more_data_than_was_asked_for_is_refused(http: httpx.AsyncClient) -> None:
    body = {"fields": [{"name": "direct_messages", "tier": "E3"}], "records": {"name": "x", "direct_messages": "y"}}
    async with answering(saying(body)) as url:
        client = PlatformClient(url, "t", http)
        with pytest.raises(HoldfastError, match="more than was asked for"):
            await client.fields(ACCOUNT, ("E1",))
        with pytest.raises(HoldfastError, match="not what was asked for"):
            await client.records(ACCOUNT, ("name",))


async def test_a_page_that_a_proxy_answered_does_not_count_as_accepted(http: httpx.AsyncClient) -> None:
    async with answering(saying("welcome")) as url:
        with pytest.raises(HoldfastError, match="unreadable answer"):
            await PagerClient(url, "s", http).page("p", "c", kind="gate", summary="s", severity=0, key="k")


async def test_a_state_that_the_portal_does_not_have_is_refused(http: httpx.AsyncClient) -> None:
    async with answering(saying({"state": "sealed?"})) as url:
        with pytest.raises(HoldfastError, match="unreadable answer"):
            await PortalClient(url, "t", http).state("pkg-1")


async def test_credentials_do_not_follow_a_redirect(platform: PlatformSimulator) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": f"{platform.url}{request.path}"})

    async with answering(elsewhere) as url, httpx.AsyncClient(follow_redirects=True) as http:
        with pytest.raises(HoldfastError) as caught:
            await PlatformClient(url, PLATFORM_TOKEN, http).account(ACCOUNT)
    assert (caught.value.code, caught.value.detail) == (Code.PERMANENT, "platform account 307")
    assert platform.stats()["requests"] == 0


async def test_an_answer_that_never_ends_is_given_up(http: httpx.AsyncClient) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        ended = request.transport
        while ended is not None and not ended.is_closing():
            await response.write(b" ")
            await asyncio.sleep(0.02)  # paced: each byte comes in time, the whole never
        return response

    async with answering(trickle) as url:
        remote = Remote("platform", url, http, deadline=0.2)
        with pytest.raises(Passing) as caught:
            async with asyncio.timeout(10):
                await remote.ask("account", ("v1",), _Anything)
    assert caught.value.detail == "platform account TimeoutError"


async def test_a_slow_answer_is_transient_and_silent(platform: PlatformSimulator, http: httpx.AsyncClient) -> None:
    platform.faults.add(Fault(kind="latency", value=30))
    remote = Remote("platform", platform.url, http, deadline=0.2)
    with pytest.raises(Passing) as caught:
        await remote.ask("account", ("v1", "accounts", ACCOUNT), _Anything)
    assert says_nothing_of(caught.value, ACCOUNT, platform.url)


@pytest.mark.parametrize(
    ("base_url", "token"),
    [
        ("ftp://127.0.0.1", "t"),
        ("127.0.0.1:1", "t"),
        ("http://127.0.0.1:port", "t"),
        ("", "synthetic\nsecret"),
        ("", "synthetic-sécret"),
    ],
)
async def test_a_setting_that_cannot_be_sent_is_permanent_and_not_repeated(
    platform: PlatformSimulator, http: httpx.AsyncClient, base_url: str, token: str
) -> None:
    with pytest.raises(HoldfastError) as caught:
        await PlatformClient(base_url or platform.url, token, http).account(ACCOUNT)
    assert caught.value.code is Code.PERMANENT
    assert platform.stats()["requests"] == 0
    assert says_nothing_of(caught.value, ACCOUNT, "synthetic", "127.0.0.1")


async def test_a_server_that_is_gone_is_transient(http: httpx.AsyncClient) -> None:
    async with PlatformSimulator() as sim:
        client = PlatformClient(sim.url, PLATFORM_TOKEN, http)
    with pytest.raises(Passing) as caught:
        await client.account(ACCOUNT)
    assert (caught.value.retry_after, caught.value.detail) == (None, "platform account ConnectError")


async def test_no_log_line_names_an_account(platform: PlatformSimulator, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with open_http() as http:
            client = PlatformClient(platform.url, PLATFORM_TOKEN, http)
            await client.act("hide", ACCOUNT, key="k", at=AT)
    said = [record.getMessage() for record in caplog.records if record.name.partition(".")[0] in ("httpx", "httpcore")]
    assert not [line for line in said if ACCOUNT in line or PLATFORM_TOKEN in line]
