"""The switch's stand-in hears beats, and rings by itself when they stop."""

from __future__ import annotations

from pathlib import Path

from integrations.simulator.deadman import DeadmanSimulator
from tests.simulators.conftest import client


async def beat(switch: DeadmanSimulator) -> int:
    async with client(switch.url) as one:
        return (await one.post(switch.ping_url)).status_code


async def test_beats_keep_it_quiet_and_silence_rings_until_it_hears_one() -> None:
    async with DeadmanSimulator(period=0.5) as switch:
        assert await beat(switch) == 200
        assert switch.alarms == []
        await switch.until(lambda: bool(switch.alarms))
        assert switch.alarms[0].silent_since == switch.state.last_beat
        assert switch.alarms[0].over_at is None
        assert await beat(switch) == 200
        assert switch.alarms[0].over_at is not None
        # Again and not further: each silence is one page.
        await switch.until(lambda: len(switch.alarms) == 2)


async def test_who_never_beats_is_missed_as_well() -> None:
    async with DeadmanSimulator(period=0.2) as switch:
        await switch.until(lambda: bool(switch.alarms))
        assert switch.state.beats == 0


async def test_another_address_is_no_beat_and_the_log_does_not_show_the_right_one() -> None:
    async with DeadmanSimulator(period=60) as switch, client(switch.url) as one:
        assert (await one.post("/ping/synthetic-guess")).status_code == 404
        assert await beat(switch) == 200
        assert switch.state.beats == 1
        assert [line.path for line in switch.state.log] == ["/ping/…"] * 2
        shown = (await one.get("/_sim")).text
        assert "synthetic-switch" not in shown
        assert (await one.get("/_sim/state")).json()["beats"] == 1


async def test_its_pages_survive_its_death(tmp_path: Path) -> None:
    state = tmp_path / "deadman.json"
    async with DeadmanSimulator(period=0.2, state_path=state) as switch:
        await switch.until(lambda: bool(switch.alarms))
    async with DeadmanSimulator(period=60, state_path=state) as again:
        assert len(again.alarms) == 1
