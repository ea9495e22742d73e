"""Histories must replay: those recorded in the repository, those of today, and one that must fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from domain.acts import Approve
from domain.people import Role
from integrations.base.keyring import KeyRing, load_ring
from integrations.temporal.plugin import holdfast_plugin
from tests.flows.record import STORED, stored_ring
from tests.flows.scenarios import SCENARIOS
from tests.procedures.changed import ChangedProcedure
from tests.world import World


def replayer(ring: KeyRing, *classes: type) -> Replayer:
    return Replayer(workflows=list(classes), plugins=[holdfast_plugin(ring)])


@pytest.mark.parametrize("name", ["approve", "deny then refuse", "raw cancel"])
async def test_a_closed_and_a_parked_history_of_today_replay(world: World, name: str) -> None:
    scenario = SCENARIOS[name]
    case = await scenario.open(world)
    ring = load_ring(world.settings.codec_ring)
    await case.open("call-back")
    parked = await case.handle.fetch_history()
    await scenario.play(case)
    await case.result()
    closed = await case.handle.fetch_history()
    for history in (parked, closed):
        await replayer(ring, *world.catalogue.workflows).replay_workflow(history)


async def test_a_changed_procedure_does_not_replay_an_open_case(world: World) -> None:
    case = await world.declare()
    await case.verified()
    await case.act(Role.LEGAL, "release", Approve())
    history = await case.handle.fetch_history()
    with pytest.raises(workflow.NondeterminismError):
        await replayer(load_ring(world.settings.codec_ring), ChangedProcedure).replay_workflow(history)


def test_histories_are_stored_for_closed_and_for_parked_cases() -> None:
    """That each of them replays, and decides as it did, is `test_gate`."""
    names = {each.stem for each in STORED.glob("*.json")}
    assert {
        "approve-closed",
        "approve-parked-at-release",
        "protect-closed",
        "review-closed",
        "self-harm-closed",
    } <= names


async def test_a_stored_history_that_must_fail_fails(world: World) -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replayer(stored_ring(), ChangedProcedure).replay_workflow(stored(STORED / "approve-closed.json"))


def stored(path: Path) -> WorkflowHistory:
    """The case id is needed to open what was sealed for it."""
    body = json.loads(path.read_text())
    return WorkflowHistory.from_json(body["workflow_id"], body["history"])
