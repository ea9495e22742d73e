"""The long-running commands and the audit, as an operator meets them."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.timeline import Entry, Kind
from integrations.base.keyring import load_ring
from integrations.store.store import open_store
from integrations.temporal.server import EmbeddedServer
from integrations.vault.keys import CaseKeys
from tests.cli.shell import COMMAND, Shell
from workers.keys import notary
from workers.settings import load_settings

_OUTSIDE = {
    f"HOLDFAST_{name}": value
    for name, value in {
        "PLATFORM_URL": "http://127.0.0.1:9",
        "PLATFORM_TOKEN": "synthetic",
        "PORTAL_URL": "http://127.0.0.1:9",
        "PORTAL_TOKEN": "synthetic",
        "PAGER_URL": "http://127.0.0.1:9",
        "PAGER_SECRET": "synthetic",
    }.items()
}


@asynccontextmanager
async def started(shell: Shell, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that runs on; killed at the end if it still does."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        cwd=shell.directory,
        env=shell.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(process: asyncio.subprocess.Process, words: str) -> list[str]:
    """Read stderr until a line has these words; returns all lines."""
    assert process.stderr is not None
    lines: list[str] = []
    async with asyncio.timeout(60):
        while not lines or words not in lines[-1]:
            line = (await process.stderr.readline()).decode()
            assert line, lines
            lines.append(line)
    return lines


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, err.decode()


@pytest.fixture
async def ready(shell: Shell) -> Shell:
    """A machine that was set up, without anything that runs."""
    shell.settings |= {**_OUTSIDE, "HOLDFAST_TEMPORAL_ADDRESS": "127.0.0.1:9"}
    await shell.ok("setup")
    return shell


async def test_a_worker_waits_for_temporal_with_one_sentence_and_leaves_when_told(ready: Shell) -> None:
    async with started(ready, "worker", "--role", "comms") as process:
        await until(process, "Waiting for Temporal at 127.0.0.1:9")
        process.send_signal(signal.SIGTERM)
        status, rest = await ended(process)
    assert status == 0
    assert "Waiting for Temporal" not in rest
    assert "Traceback" not in rest


async def test_a_worker_works_until_sigterm_and_logs_json(ready: Shell, temporal_server: EmbeddedServer) -> None:
    # With telemetry too, and its collector gone: that is no reason not to work.
    collector = {"HOLDFAST_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    ready.settings |= {"HOLDFAST_TEMPORAL_ADDRESS": temporal_server.address, **collector}
    async with started(ready, "worker", "--role", "enforcement") as process:
        lines = await until(process, "Working as enforcement")
        process.send_signal(signal.SIGTERM)
        status, rest = await ended(process)
    logged = [json.loads(line) for line in (*lines, *rest.splitlines()) if line.startswith("{")]
    events = [each["event"] for each in logged]
    assert status == 0
    assert events.index("worker-started") < events.index("worker-stopped")
    assert all(each["level"] and each["timestamp"] for each in logged)


async def test_setup_keeps_closed_cases_once_temporal_is_there(ready: Shell, temporal_server: EmbeddedServer) -> None:
    ready.settings["HOLDFAST_TEMPORAL_ADDRESS"] = temporal_server.address
    done = {line[0]: line[1] for line in (await ready.ok("setup")).lines}
    assert "3650 days" in done["namespace default"]
    found = {each["about"]: each["grade"] for each in (await ready.run("doctor", "-o", "json")).data}
    assert (found["temporal"], found["directory"], found["desk"], found["witness"]) == ("ok", "warn", "fail", "warn")


async def test_the_desk_command_serves_until_it_is_told_to_stop(ready: Shell, temporal_server: EmbeddedServer) -> None:
    ready.settings["HOLDFAST_TEMPORAL_ADDRESS"] = temporal_server.address
    async with started(ready, "desk", "--port", "0") as process:
        said = (await until(process, "The desk answers at"))[-1]
        client = Shell(ready.directory, "inc-lena", {"HOLDFAST_DESK_URL": said.split(" at ")[1].split(". ")[0]})
        assert (await client.ok("list", "-o", "json")).data == []
        process.send_signal(signal.SIGTERM)
        status, rest = await ended(process)
    assert (status, "Traceback" in rest) == (0, False)


async def test_a_desk_beyond_this_machine_is_refused(ready: Shell) -> None:
    ended = await ready.run("desk", "--host", "0.0.0.0", "--port", "0")
    assert ended.status == 2
    assert "loopback only" in ended.err


@pytest.fixture
async def store(ready: Shell) -> Path:
    """A ledger of one case with three entries."""
    settings = load_settings(home=ready.directory / "home")
    keys = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = [Entry(id=f"{number:06d}", at=at, kind=Kind.PHASE, code="contain") for number in range(3)]
    async with open_store(settings.store_url, keys) as opened:
        await opened.ledger.append("EDR-00000-00000", entries)
    return settings.home / "holdfast.db"


async def test_the_ledger_is_read_straight_from_the_store_where_no_desk_runs(ready: Shell, store: Path) -> None:
    whole = await ready.ok("audit", "verify")
    assert whole.lines == [["ok", "1 cases", "3 entries", "0 checkpoints"]]
    assert "straight from the store" in whole.err
    assert "No witness is set" in whole.err


async def test_a_witness_that_does_not_answer_fails_the_audit_and_the_check_up(ready: Shell, store: Path) -> None:
    ready.settings |= {"HOLDFAST_WITNESS_URL": "http://127.0.0.1:9", "HOLDFAST_WITNESS_TOKEN": "synthetic"}
    found = await ready.run("audit", "verify")
    assert (found.status, found.out) == (1, "")
    assert "could NOT be asked" in found.err
    away = {each["about"]: each["grade"] for each in (await ready.run("doctor", "-o", "json")).data}
    assert away["witness"] == "fail"


async def test_the_published_key_is_the_one_that_signs(ready: Shell) -> None:
    [[key_id, key]] = (await ready.ok("audit", "key")).lines
    settings = load_settings(home=ready.directory / "home")
    assert (key_id, key) == (notary(settings).public.id, notary(settings).public.ed25519)


async def test_an_altered_ledger_fails_the_audit_with_the_place_of_the_fault(ready: Shell, store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("DELETE FROM ledger_entry WHERE sequence = 2")
    found = await ready.run("audit", "verify")
    assert (found.status, found.lines) == (1, [["EDR-00000-00000", "2", "missing"]])
    told = await ready.run("audit", "verify", "-o", "json")
    assert (told.status, told.data["ok"], told.data["faults"][0]["fault"]) == (1, False, "missing")
