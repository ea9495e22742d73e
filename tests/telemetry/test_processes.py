"""The commands that run on say who they are, send what they do, and end in time, whatever the collector does."""

from __future__ import annotations

import asyncio
import json
import signal
import time

import pytest

from tests.cli.conftest import shell
from tests.cli.shell import Shell
from tests.cli.test_running import ended, ready, started, until
from tests.telemetry.collector import labels, open_collector
from tests.world import ANSWERS

__all__ = ["ready", "shell"]


async def test_a_desk_sends_what_is_declared_at_it_and_ends_in_time_though_its_collector_hangs(ready: Shell) -> None:
    async with open_collector() as collector:
        ready.settings |= {"HOLDFAST_OTLP_ENDPOINT": collector.url, "HOLDFAST_OTLP_HEADERS": "x-key=synthetic"}
        async with started(ready, "desk", "--port", "0") as process:
            said = await until(process, "The desk answers at")
            url = said[-1].split(" at ")[1].split(". ")[0]
            person = Shell(ready.directory, "esc-dara", {**ready.settings, "HOLDFAST_DESK_URL": url})
            request = person.file("request.json", json.dumps({**ANSWERS, "account": "acct-synthetic-001"}))
            await person.ok("declare", "edr", "--file", request, "--key", "one")
            async with asyncio.timeout(30):
                while not (collector.named("declare") and collector.named("POST /v1/declare")):
                    await asyncio.sleep(0.1)
            collector.hang = True
            begun, asked_before = time.monotonic(), collector.asked
            process.send_signal(signal.SIGTERM)
            status, rest = await ended(process)
        assert (status, "Traceback" in rest) == (0, False)
        assert collector.asked > asked_before  # it did try to say its last
        assert time.monotonic() - begun < 8
        [asked] = collector.named("POST /v1/declare")
        [declared] = collector.named("declare")
        assert (declared.trace_id, declared.parent_span_id) == (asked.trace_id, asked.span_id)
        assert labels(declared.attributes)["holdfast.outcome"] == "kept"
        assert {each["service.name"] for each in collector.resources if "service.name" in each} == {"holdfast-desk"}
        assert {each["x-key"] for each in collector.headers} == {"synthetic"}
        assert b"acct-synthetic-001" not in b"".join(collector.raw)


@pytest.mark.parametrize("wrong", ["ftp://collector", "collector:4318"])
async def test_an_endpoint_that_is_no_address_is_refused_by_its_name(shell: Shell, wrong: str) -> None:
    shell.settings["HOLDFAST_OTLP_ENDPOINT"] = wrong
    found = await asyncio.wait_for(shell.run("config", "show"), 60)
    assert found.status != 0
    assert "HOLDFAST_OTLP_ENDPOINT" in found.err
    assert wrong not in found.err
