"""Simulated people bring a real case through, from its declaration to its signed review, and are never refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from console.running.script import CREW
from domain.incident import Outcome
from domain.state import Status
from integrations.simulator.people import People
from integrations.temporal.server import EmbeddedServer
from tests.flows.reviews import looked_back
from tests.world import World, open_simulators, open_world


@pytest.fixture
async def quiet_world(tmp_path: Path) -> AsyncIterator[World]:
    """A deployment with no case but this one: whoever looks at their desk looks at every open case."""
    async with (
        EmbeddedServer(tmp_path / "temporal", time_skipping=True) as server,
        open_simulators() as sims,
        open_world(tmp_path / "home", server, sims) as opened,
    ):
        yield opened


async def test_people_bring_a_case_from_its_declaration_to_its_signed_review(quiet_world: World) -> None:
    world = quiet_world
    directory = await world.ports.directory.current()
    crew = [each for each in directory.people if each.id in CREW]
    people = People(crew, {each.id: world.desk for each in crew}, seed=3, delay=(0.0, 0.1))
    case = await world.declare("esc-dara")
    working = asyncio.create_task(people.run())
    try:
        for name in ("day", "week"):
            key = f"notify/wait-{name}/1"
            state = await case.until(lambda state, key=key: key in state.deadlines)  # type: ignore[misc]
            now = await world.travel.now(case.handle)
            await world.travel.later(case.handle, state.deadlines[key] - now + timedelta(seconds=1))
        report = await case.result()
        await case.review.until(lambda state: "said/signed" in state.journal, within=60)
        await looked_back(case.review)
        review = await case.review.result()
        state, reviewed = await case.state(), await case.review.state()
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
    assert (report.outcome, review.outcome) == (Outcome.DISCLOSED, Outcome.REVIEWED)
    assert people.refusals == []
    assert state.owner is not None
    assert state.owner.person == "esc-dara"
    deciders = {vote.person for gate in state.gates.values() for vote in gate.votes}
    verifier = next(each.doer for each in state.tasks.values() if each.task.name == "call-back")
    assert deciders == {"leg-fay", "dut-hana"}
    assert verifier not in deciders
    doers = {each.task.name: each.doer for each in reviewed.tasks.values() if each.status is Status.DONE}
    assert doers.keys() == {"choose-privilege", "sign-short"}
    assert doers["sign-short"] not in deciders
