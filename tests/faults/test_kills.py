"""kill -9 of whatever runs: every case ends as it should, and no effect is applied twice."""

from __future__ import annotations

import asyncio

import pytest

from domain.acts import Approve
from domain.incident import Outcome
from domain.people import Role
from integrations.simulator.faults import Fault
from integrations.temporal.server import EmbeddedServer
from tests.faults.processes import Process
from tests.flows.scenarios import RELEASED, effects_of
from tests.flows.test_attacks import in_progress
from tests.world import Case, World


def nothing_twice(world: World) -> None:
    """Each stand-in applied as many effects as it saw keys."""
    for name in ("platform", "portal", "pager", "mail"):
        stats = getattr(world.sims, name).stats()
        assert stats["applied"] == stats["keys"], (name, stats)


async def released(case: Case) -> None:
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())


async def ends_well(case: Case) -> None:
    await case.followed_up()
    assert (await case.result()).outcome is Outcome.DISCLOSED
    assert effects_of(case) == RELEASED
    nothing_twice(case.world)


async def test_a_worker_killed_inside_preserving_leaves_one_snapshot(bare: World, worker: Process) -> None:
    account = bare.fresh_account()
    bare.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="latency", value=3))
    case = await bare.declare(account=account)
    await in_progress(case, "snapshot_account")
    await worker.kill()
    await worker.start()
    await released(case)
    await ends_well(case)


@pytest.mark.soak
async def test_a_worker_killed_inside_the_delivery_leaves_one_package_and_one_letter(
    bare: World, worker: Process
) -> None:
    case = await bare.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    bare.sims.portal.faults.add(Fault(match="/v1/packages", kind="latency", value=2))
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await in_progress(case, "deliver")
    await worker.kill()
    await worker.start()
    await ends_well(case)


async def test_the_temporal_server_killed_while_people_decide_loses_no_decision(
    bare: World, worker: Process, own_server: EmbeddedServer
) -> None:
    case = await bare.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    await own_server.kill()
    await own_server.restart()
    state = await case.until(lambda state: bool(state.gates["notify/release/1"].votes))
    assert len(state.gates["notify/release/1"].votes) == 1
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await ends_well(case)


async def test_the_temporal_server_killed_inside_a_step_applies_its_effect_once(
    bare: World, worker: Process, own_server: EmbeddedServer
) -> None:
    account = bare.fresh_account()
    bare.sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="latency", value=2))
    case = await bare.declare(account=account)
    await in_progress(case, "snapshot_account")
    await own_server.kill()
    await own_server.restart()
    await released(case)
    await ends_well(case)


@pytest.mark.parametrize("party", ["platform", "portal", "mail", "pager"])
async def test_a_reply_lost_after_the_commit_applies_the_effect_once(bare: World, worker: Process, party: str) -> None:
    verb = {"platform": "preserve", "portal": "/v1/packages", "mail": "DATA", "pager": "/v1/events"}[party]
    simulator = getattr(bare.sims, party)
    simulator.faults.add(Fault(match=verb, kind="reply_lost", times=1))
    case = await bare.declare()
    await released(case)
    await ends_well(case)
    assert not simulator.faults.armed()


@pytest.mark.soak
async def test_a_worker_killed_again_and_again_changes_no_outcome(bare: World, worker: Process) -> None:
    cases = [await bare.declare() for _ in range(3)]
    playing = asyncio.gather(*(released(case) for case in cases))
    kills = 0
    while not playing.done():
        await worker.kill()
        started = worker.said.count("worker-started")
        await worker.start()
        kills += 1
        # A machine that is slow to start a worker must not be given one that never works.
        while worker.said.count("worker-started") == started and not playing.done():
            await asyncio.sleep(0.1)
        await asyncio.wait({playing}, timeout=4)
    await playing
    assert kills >= 1
    for case in cases:
        await ends_well(case)
