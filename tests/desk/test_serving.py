"""The desk comes up without Temporal, keeps what is declared, and starts it as soon as Temporal is there."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from temporalio.service import RPCError, RPCStatusCode

from console.draining import Draining
from console.serve import serve
from domain.acts import Take
from domain.desk import Declaration, Doing
from domain.errors import Code, HoldfastError
from integrations.base.keyring import load_ring
from integrations.base.ports import free_port
from integrations.desk_client import DeskClient
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer
from tests.world import ANSWERS, Simulators, settings_for
from workers.keys import make_keys
from workers.settings import Settings
from workflows.sops import emergency_data_request

GIVEN = Declaration(slug="edr", answers=ANSWERS, key="while-away")


@asynccontextmanager
async def running_desk(settings: Settings) -> AsyncIterator[str]:
    """The desk as its process runs it; gives its URL."""
    stop = asyncio.Event()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(settings, host="127.0.0.1", port=0, ready=ready.set_result, stop=stop))
    await asyncio.wait((ready, serving), return_when=asyncio.FIRST_COMPLETED)
    try:
        yield ready.result() if ready.done() else serving.result() or ""
    finally:
        stop.set()
        await serving


async def test_what_is_declared_while_temporal_is_away_starts_when_it_is_back_also_after_a_restart(
    tmp_path: Path, simulators: Simulators
) -> None:
    port = free_port()
    settings = settings_for(tmp_path / "home", f"127.0.0.1:{port}", simulators)
    make_keys(settings)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        async with running_desk(settings) as url:
            desk = DeskClient(url, "esc-dara", http)
            declared = await desk.declare("esc-dara", GIVEN)
            assert (declared.new, declared.running) == (True, False)
            assert not (await desk.declare("esc-dara", GIVEN)).new
            ready = await http.get(f"{url}/v1/ready")
            assert (ready.status_code, ready.json()["temporal"], ready.json()["inbox"]) == (200, "unreachable", 1)
            with pytest.raises(HoldfastError) as refused:
                await desk.act("esc-dara", Doing(id="1", case=declared.case, act=Take()))
            assert refused.value.code is Code.UNREACHABLE
        async with running_desk(settings) as url, EmbeddedServer(tmp_path / "temporal", port=port):
            client = await connect(settings.temporal_address, settings.namespace, load_ring(settings.codec_ring))
            await drained(http, url)
            found = await client.get_workflow_handle(declared.case).describe()
            assert found.workflow_type == emergency_data_request.POLICY.workflow
            assert (await http.get(f"{url}/v1/ready")).json()["temporal"] == "reachable"
            again = await DeskClient(url, "esc-dara", http).declare("esc-dara", GIVEN)
            assert (again.case, again.new) == (declared.case, False)


async def drained(http: httpx.AsyncClient, url: str, within: float = 20) -> None:
    """Wait until nothing is in the inbox."""
    deadline = asyncio.get_running_loop().time() + within
    while (await http.get(f"{url}/v1/ready")).json()["inbox"]:
        assert asyncio.get_running_loop().time() < deadline, "the inbox was not drained"
        await asyncio.sleep(0.05)


async def test_the_desk_gives_its_port_back_when_it_stops(tmp_path: Path, simulators: Simulators) -> None:
    settings = settings_for(tmp_path / "home", "127.0.0.1:9", simulators)
    make_keys(settings)
    async with running_desk(settings) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(HoldfastError) as taken:
            await serve(settings, host="127.0.0.1", port=port, stop=asyncio.Event())
        assert taken.value.code is Code.BROKEN_CONFIGURATION
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HoldfastError(Code.TAMPERED), "tampered"),
        (RPCError("x", RPCStatusCode.PERMISSION_DENIED, b""), "unreachable"),
        (ValueError("SECRET-VALUE"), "fault"),
    ],
)
async def test_a_drain_that_fails_is_said_and_tried_again(
    error: Exception, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    tries = asyncio.Queue[int]()
    count = 0

    async def drain() -> int:
        nonlocal count
        count += 1
        tries.put_nowait(count)
        if count < 3:
            raise error
        return 1

    draining = Draining(drain, every=0.001)
    with caplog.at_level(logging.INFO, logger="holdfast.desk"):
        task = asyncio.create_task(draining.run())
        async with asyncio.timeout(5):
            while await tries.get() < 4:
                assert not task.done()
        task.cancel()
    assert caplog.text.count(f"code={code}") == 1
    assert "drained again" in caplog.text
    assert "SECRET-VALUE" not in caplog.text
    assert not draining.fault
