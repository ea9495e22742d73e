"""All stand-ins as one process: ready when they say so, gone when told, and not forgetful when killed."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosmtplib

import integrations.simulator
from integrations.simulator.platform import PLATFORM_TOKEN
from tests.simulators.conftest import client, key

ROOT = Path(integrations.simulator.__file__).parents[2]
HIDE = "/v1/accounts/acct-synthetic-001/hide"


@asynccontextmanager
async def running(state: Path) -> AsyncIterator[tuple[Process, dict[str, str]]]:
    command = (sys.executable, "-m", "integrations.simulator", "--state", str(state))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        yield process, json.loads(line)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_it_says_where_everything_is_and_ends_cleanly_on_sigterm(tmp_path: Path) -> None:
    async with running(tmp_path / "sim.json") as (process, urls):
        assert urls.keys() == {"platform", "portal", "pager", "mail", "smtp", "witness", "deadman"}
        for name in ("platform", "portal", "pager", "mail", "witness", "deadman"):
            async with client(urls[name]) as one:
                assert (await one.get("/_sim")).status_code == 200
        host, port = urls["smtp"].removeprefix("smtp://").split(":")
        async with aiosmtplib.SMTP(hostname=host, port=int(port), start_tls=False) as smtp:
            assert (await smtp.noop()).code == 250
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                out, errors = await process.communicate()
        assert (process.returncode, out, errors) == (0, b"", b"")


async def test_a_kill_forgets_nothing_that_was_answered_or_done(tmp_path: Path) -> None:
    state = tmp_path / "sim.json"
    async with running(state) as (process, urls), client(urls["platform"], PLATFORM_TOKEN) as one:
        first = await one.post(HIDE, json={}, headers=key("k-1"))
        process.kill()
        await process.wait()
    async with running(state) as (_, urls), client(urls["platform"], PLATFORM_TOKEN) as one:
        again = await one.post(HIDE, json={}, headers=key("k-1"))
        assert again.content == first.content
        assert (await one.get("/_sim/stats")).json()["applied"] == 1
