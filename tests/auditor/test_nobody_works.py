"""Workers that are gone: what should fire does not, nobody asks the queues, and declarations wait."""

from __future__ import annotations

import asyncio

from domain.timeline import Kind
from integrations.simulator.deadman import DeadmanSimulator
from integrations.temporal.server import EmbeddedServer
from tests.auditor.conftest import Make
from tests.world import World
from workers.runner import running


async def test_a_call_that_is_due_while_nobody_works_is_paged_and_cleared_when_it_was_made(
    bare: World, watching: Make
) -> None:
    watcher = watching(bare)
    async with running(bare.client, bare.ports, bare.catalogue):
        case = await bare.declare()
        await case.open("call-back")
        await case.noted(Kind.RUNG)
        await watcher.auditor.round()
    # The rungs that fall due now are due in the case's own time, which nobody hears.
    watcher.later(minutes=9)
    first = await watcher.auditor.round()
    missed = {each.part for each in first.findings if each.code.value == "missed-rung" and each.subject == case.id}
    assert missed >= {"owner", "investigate/a.call-back/1"}
    said = [each for each in watcher.pages(case.id) if "was not made" in each]
    assert len(said) == 2 * len(missed)
    async with running(bare.client, bare.ports, bare.catalogue):
        await case.later(minutes=10)
        await case.until(lambda state: state.tasks["investigate/a.call-back/1"].rungs >= 2)
        async with asyncio.timeout(10):
            while "missed-rung" in await watcher.codes(case.id):
                await asyncio.sleep(0.05)
        await watcher.auditor.round()
        # Not at once: what comes and goes is one trouble.
        assert not any("CLEARED" in each for each in watcher.pages(case.id))
        watcher.later(minutes=3)
        await watcher.auditor.round()
        cleared = [each for each in watcher.pages(case.id) if each.startswith(f"CLEARED P0 {case.id}: a call")]
        assert len(cleared) == len(said)


async def test_a_case_whose_task_nobody_takes_is_explained_by_its_queue(bare: World, watching: Make) -> None:
    watcher = watching(bare)
    async with running(bare.client, bare.ports, bare.catalogue):
        case = await bare.declare()
        await case.open("call-back")
        await case.noted(Kind.PHASE, "investigate")
    await case.handle.signal("envelope", "SYNTHETIC")
    watcher.later(minutes=3)
    findings = (await watcher.auditor.look()).findings
    mine = {each.code.value: each for each in findings if each.subject == case.id}
    assert mine["not-worked-on"].explained
    queues = {(each.subject, each.part) for each in findings if each.code.value == "no-poller"}
    steps = {(name, "steps") for name in ("sop", "enforcement", "disclosure", "comms")}
    assert queues == {("sop", "workflows"), *steps}
    # A P0 is open, so an idle queue is as grave.
    assert all(each.severity == 0 for each in findings if each.code.value == "no-poller")
    await case.handle.terminate("synthetic")


async def test_idle_queues_are_paged_once_they_stay_idle(bare: World, watching: Make) -> None:
    watcher = watching(bare)
    watcher.later(minutes=3)
    await watcher.auditor.round()
    watcher.later(minutes=2)
    await watcher.auditor.round()
    assert any("no worker asks this queue" in each for each in watcher.pages("comms"))


async def test_without_temporal_the_auditor_says_so_forgets_nothing_and_does_not_beat(
    bare: World, watching: Make, own_server: EmbeddedServer, switch: DeadmanSimulator
) -> None:
    watcher = watching(bare)
    async with running(bare.client, bare.ports, bare.catalogue):
        case = await bare.declare()
        await case.noted(Kind.PHASE, "investigate")
        await case.handle.terminate("synthetic")
        assert (await watcher.auditor.round()).beaten
    await own_server.kill()
    try:
        again = await bare.declare()
        looked = await watcher.auditor.round()
        assert not looked.complete
        assert not looked.beaten
        assert "cannot-read-temporal" in {each.code.value for each in looked.findings}
        # Paged once it lasts; and what was declared meanwhile waits where nobody else would see it.
        watcher.later(minutes=4)
        looked = await watcher.auditor.round()
        assert {each.subject for each in looked.findings if each.code.value == "inbox-waits"} == {again.id}
        assert "P1 holdfast: auditor cannot read Temporal" in watcher.pages("")
        assert any("waits in the inbox" in each for each in watcher.pages(again.id))
        watcher.later(minutes=4)
        await watcher.auditor.round()
        assert not any("CLEARED" in each for each in watcher.pages(case.id))
        assert switch.state.beats == 1
    finally:
        await own_server.restart()
        await bare.declarer.drain()
    async with running(bare.client, bare.ports, bare.catalogue):
        assert (await watcher.auditor.round()).beaten
        assert await watcher.codes(case.id) >= {"terminated"}
