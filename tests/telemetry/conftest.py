"""A deployment that sends traces and metrics to a collector, and one eventful evening played on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.worker import Worker

from console.gauges import Watch, show
from domain.errors import HoldfastError
from domain.people import Directory
from integrations.base.tracing import trace_with
from integrations.temporal.server import EmbeddedServer
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, DESK_URL, directory, running_app, workspace
from tests.telemetry.broken import Broken
from tests.telemetry.collector import Collector, open_collector
from tests.telemetry.evening import Evening, WithAClock, clock_entry, play
from tests.world import EXAMPLE_DIRECTORY, Simulators, World, open_world
from workers.settings import Settings, load_settings
from workers.telemetry import Telemetry, open_telemetry

__all__ = ["directory"]
EVERY = timedelta(seconds=1)
HEADER = "synthetic-collector-token"


@dataclass
class Recorded:
    """What the collector holds of the evening."""

    collector: Collector
    evening: Evening
    world: World
    telemetry: Telemetry


def settings_to(collector: Collector, **more: Any) -> Settings:
    return load_settings(otlp_endpoint=collector.url, otlp_headers=f"authorization=Bearer {HEADER}", **more)


@pytest.fixture(scope="session")
async def recorded(
    directory: Directory, simulators: Simulators, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Recorded]:
    """One server, one deployment, one evening: everything that this folder asks was sent in it."""
    async with (
        open_collector() as collector,
        workspace(directory) as slack,
        EmbeddedServer(tmp_path_factory.mktemp("telemetry-temporal"), time_skipping=True) as server,
        open_telemetry(settings_to(collector), "holdfast-test", every=EVERY) as telemetry,
    ):
        home = tmp_path_factory.mktemp("telemetry-home")
        told = {
            "slack_api_url": slack.api_url,
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": SecretStr(APP_TOKEN),
            "desk_url": DESK_URL,
        }
        async with (
            open_world(home, server, simulators, telemetry=telemetry, **told) as world,
            running_app(slack, world.desk, dict(world.catalogue.procedures)),
        ):
            evening = await play(world, slack)
            await _a_bug(world, collector)
            await _figures(world, telemetry, evening)
            await asyncio.to_thread(telemetry.flush)
            trace_with(None)  # what other tests do while this stays open is not of the evening
            yield Recorded(collector, evening, world, telemetry)


async def _a_bug(world: World, collector: Collector) -> None:
    async with Worker(world.client, task_queue="broken", workflows=[Broken]):
        handle = await world.client.start_workflow("test.broken", id="broken-1", task_queue="broken")
        async with asyncio.timeout(20):
            while "temporal_workflow_task_execution_failed" not in collector.metrics:
                await asyncio.sleep(0.1)
        await handle.terminate()


async def _figures(world: World, telemetry: Telemetry, evening: Evening) -> None:
    assert telemetry.meter is not None
    assert telemetry.observer is not None
    watch = Watch(world.records.cases, WithAClock(world.records.ledger))  # type: ignore[arg-type]
    show(telemetry.meter, watch)
    await watch.look()
    about = await world.records.cases.get(evening.left_open)
    entries = [clock_entry(1, "armed"), clock_entry(2, "warned"), clock_entry(3, "breached")]
    telemetry.observer.appended(entries, about, 0.001)
    ledger = world.records.ledger
    first = (await ledger.read(evening.left_open))[0].entry
    with pytest.raises(HoldfastError):
        await ledger.append(evening.left_open, [first.model_copy(update={"code": "altered"})])


@pytest.fixture
def directory_file() -> str:
    return str(EXAMPLE_DIRECTORY.absolute())
