"""A deployment that is well gives no findings: not at the start, not at a gate, not after months, not at the end."""

from __future__ import annotations

from pathlib import Path

from domain.acts import Approve
from domain.people import Role
from domain.timeline import Kind
from integrations.temporal.server import EmbeddedServer
from tests.auditor.conftest import Make, Watcher
from tests.world import Case, Simulators, open_world


async def well(watcher: Watcher, case: Case) -> None:
    """Nothing is wrong by the machine's clock, and nothing about the case by its own."""
    watcher.ahead *= 0
    assert (await watcher.auditor.look()).findings == ()
    for each in (case, case.review):
        if await watcher.world.records.cases.get(each.id) is None:
            continue
        if (await each.handle.describe()).close_time is None:
            watcher.ahead = await watcher.world.travel.now(each.handle) - watcher.now()
            assert await watcher.codes(each.id) == set()


async def test_a_case_from_its_declaration_to_its_end_gives_no_findings(
    tmp_path: Path, own_sims: Simulators, watching: Make
) -> None:
    async with (
        EmbeddedServer(tmp_path / "temporal", time_skipping=True) as server,
        open_world(tmp_path / "home", server, own_sims) as world,
    ):
        watcher = watching(world)
        case = await world.declare()
        await case.open("call-back")
        await well(watcher, case)
        for _ in range(2):
            await case.later(minutes=6)
        await case.until(lambda state: state.tasks["investigate/a.call-back/1"].rungs >= 2)
        await well(watcher, case)
        await case.verified()
        await case.open("release")
        await well(watcher, case)
        await case.act(Role.LEGAL, "release", Approve())
        await case.act(Role.DUTY_MANAGER, "release", Approve())
        await case.noted(Kind.REVIEW)
        await case.review.open("privilege")
        await well(watcher, case)
        await case.followed_up()
        await case.result()
        await well(watcher, case)
        assert (await watcher.auditor.round()).beaten
        assert not watcher.pages(case.id)
