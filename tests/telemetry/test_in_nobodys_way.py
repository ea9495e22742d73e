"""Telemetry is off until it is asked for, and a collector that hangs or is gone is nobody's problem."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from console.cli.checkup import Grade
from console.cli.checkup_outside import telemetry as looked_at
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.timeline import Kind
from integrations.base.tracing import here, traced
from integrations.temporal.server import EmbeddedServer
from tests.docs.pages import ROOT
from tests.telemetry.collector import open_collector
from tests.telemetry.conftest import settings_to
from tests.world import Cannot, Done, Simulators, Take, open_world
from workers.settings import load_settings
from workers.telemetry import OFF, open_telemetry, otlp_headers


async def test_without_an_endpoint_nothing_is_made() -> None:
    async with open_telemetry(load_settings(), "holdfast-test") as telemetry:
        assert telemetry is OFF
        with traced("act", act="approve") as span:
            assert not span.is_recording()
            assert here() == ""


def test_a_process_without_telemetry_does_not_even_load_it() -> None:
    program = (
        "import asyncio, sys\n"
        "from console.wiring import open_desk\n"
        "from workers.runner import running\n"
        "from workers.settings import load_settings\n"
        "from workers.telemetry import open_telemetry\n"
        "async def main():\n"
        "    async with open_telemetry(load_settings(), 'x'):\n"
        "        print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])\n"
        "asyncio.run(main())"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "[]", run.stdout + run.stderr


async def test_a_span_costs_next_to_nothing_where_telemetry_is_off() -> None:
    begun = time.perf_counter()
    for _ in range(10_000):
        with traced("act", act="approve"):
            pass
    assert time.perf_counter() - begun < 1  # a hundred millionths of a second each, on a machine that is busy


async def test_a_collector_that_hangs_neither_slows_a_case_nor_keeps_a_process_from_ending(
    simulators: Simulators, tmp_path: Path
) -> None:
    every = timedelta(seconds=0.2)
    async with (
        open_collector() as collector,
        EmbeddedServer(tmp_path / "temporal", time_skipping=True) as server,
    ):
        collector.hang = True
        async with open_telemetry(settings_to(collector), "holdfast-test", every=every) as telemetry:
            async with open_world(tmp_path / "home", server, simulators, telemetry=telemetry) as world:
                async with asyncio.timeout(20):
                    while collector.asked < 2:  # both ways hang before the case begins
                        with traced("act"):
                            await asyncio.sleep(0.05)
                case = await world.declare()
                specialist = await world.someone(Role.ESCALATION_SPECIALIST)
                await case.act(specialist, "", Take())
                await case.act(Role.LE_SPECIALIST, "call-back", Cannot(code="nobody-answered"))
                await case.act(specialist, "assess-emergency", Done(result={"real": False}))
                await case.noted(Kind.GATE_OPENED, "refuse")
            ending = time.monotonic()
        assert time.monotonic() - ending < 5
        assert not collector.spans


async def test_a_collector_that_is_gone_costs_a_case_nothing(simulators: Simulators) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = load_settings(otlp_endpoint=url)
    begun = time.monotonic()
    async with open_telemetry(settings, "holdfast-test", every=timedelta(seconds=0.1)) as telemetry:
        assert telemetry.observer is not None
        for _ in range(1000):
            telemetry.observer.not_appended("transient", 0.1)
            with traced("act", act="approve"):
                pass
    assert time.monotonic() - begun < 6


@pytest.mark.parametrize("wrong", ["token", "=token", "a=b,c"])
def test_headers_that_are_none_are_refused_without_saying_them(wrong: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        otlp_headers(load_settings(otlp_headers=wrong))
    assert caught.value.code is Code.BROKEN_CONFIGURATION
    assert "token" not in caught.value.sentence


async def test_doctor_says_whether_telemetry_is_on_and_whether_the_collector_takes_it() -> None:
    [off] = await looked_at(load_settings())
    assert (off.grade, off.sentence.split(":")[0]) == (Grade.OK, "off")
    async with open_collector() as collector:
        [on] = await looked_at(settings_to(collector))
        assert (on.grade, on.sentence) == (Grade.OK, "on: the collector takes what we send")
        assert "synthetic-collector-token" in collector.headers[0]["authorization"]
        gone = settings_to(collector)
    [unheard] = await looked_at(gone)
    assert unheard.grade is Grade.WARN
    assert "cases go on without it" in unheard.sentence
    assert json.dumps(unheard.sentence).count("synthetic-collector-token") == 0
