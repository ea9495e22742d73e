"""Who is reached when channels fail, and that the switch outside hears nothing where nobody was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.executions import Described, Execution, Queue, Work
from domain.timeline import Kind
from integrations.simulator.deadman import DeadmanSimulator
from integrations.simulator.faults import Fault
from tests.auditor.conftest import Make
from tests.faults.processes import Process
from tests.world import Case, World


@pytest.fixture
async def broken(manned: World) -> Case:
    """A case about which somebody must be called."""
    case = await manned.declare()
    await case.noted(Kind.PHASE, "investigate")
    await case.handle.terminate("synthetic")
    return case


def mails(world: World, case: Case) -> list[str]:
    return sorted(each.to[0] for each in world.sims.mail.messages if case.id in each.subject)


async def test_a_dead_pager_means_mail(broken: Case, watching: Make, switch: DeadmanSimulator) -> None:
    watcher, world = watching(broken.world), broken.world
    world.sims.pager.faults.add(Fault(kind="status", value=503, times=None))
    try:
        looked = await watcher.auditor.round()
    finally:
        world.sims.pager.faults.clear()
    assert watcher.pages(broken.id) == []
    # Mail wakes nobody, so everybody of the role gets it.
    assert mails(world, broken) == ["dut-hana@example.com", "dut-ivo@example.com", "eng-nia@example.com"]
    assert looked.said
    assert switch.state.beats == 1


async def test_without_pager_and_mail_the_beat_stops_until_somebody_was_reached(
    broken: Case, watching: Make, switch: DeadmanSimulator
) -> None:
    watcher, world = watching(broken.world), broken.world
    for each in (world.sims.pager, world.sims.mail):
        each.faults.add(Fault(kind="status", value=503, times=None))
    try:
        looked = await watcher.auditor.round()
        assert (looked.complete, looked.said, looked.beaten) == (True, False, False)
    finally:
        world.sims.pager.faults.clear()
        world.sims.mail.faults.clear()
    assert switch.state.beats == 0
    assert (await watcher.auditor.round()).beaten
    assert len(watcher.pages(broken.id)) == 2


async def test_whoever_has_no_contact_is_passed_over_for_the_next(broken: Case, watching: Make) -> None:
    watcher, pager = watching(broken.world), broken.world.sims.pager
    pager.set_reachable("dut-hana", False)
    try:
        await watcher.auditor.round()
    finally:
        pager.set_reachable("dut-hana", True)
    people = {each.person for each in pager.pages if each.case == broken.id and each.kind == "auditor"}
    assert people == {"eng-nia", "dut-ivo"}


async def test_a_restarted_auditor_repeats_no_page(broken: Case, watching: Make) -> None:
    await watching(broken.world).auditor.round()
    fresh = watching(broken.world)
    await fresh.auditor.round()
    assert len(fresh.pages(broken.id)) == 2


class Hung:
    """A Temporal that never answers."""

    async def open(self) -> Sequence[Execution]:
        await asyncio.Event().wait()
        return ()

    async def terminated(self, since: datetime) -> Sequence[Execution]:
        return ()

    async def describe(self, id: str, run: str = "") -> Described | None:
        return None

    async def queue(self, name: str, work: Work) -> Queue:
        return Queue(name=name, work=work)


async def test_a_round_that_hangs_does_not_beat_and_is_given_up(
    bare: World, watching: Make, switch: DeadmanSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = watching(bare, executions=Hung(), longest=timedelta(seconds=0.2))
    task = asyncio.create_task(watcher.auditor.run(timedelta(seconds=0.01)))
    async with asyncio.timeout(10):
        while caplog.text.count("did not end within") < 2:
            await asyncio.sleep(0.05)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert switch.state.beats == 0


async def test_when_the_auditor_is_killed_the_switch_pages(manned: World, tmp_path: Path) -> None:
    async with DeadmanSimulator(period=3) as switch:
        settings = manned.settings.model_copy(update={"auditor_every": 0.2})
        told = {"HOLDFAST_DEADMAN_URL": switch.ping_url, "HOLDFAST_AUDITOR_EVERY": "0.2"}
        async with Process(settings, tmp_path / "auditor.log", "auditor", more=told) as process:
            await switch.until(lambda: switch.state.beats >= 2, timeout=30)
            await process.kill()
        assert all(each.over_at for each in switch.alarms), "it was heard until it died"
        await switch.until(lambda: bool(switch.alarms) and switch.alarms[-1].over_at is None, timeout=15)
        assert "Traceback" not in process.said
