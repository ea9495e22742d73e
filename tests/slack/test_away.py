"""Slack is away: no case waits for it, the desk and the command line carry the same authority, and what rooms were
not told is said when it is back: in order, once, and nothing that has been overtaken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from domain.people import Directory, Role
from domain.state import Status
from domain.timeline import Kind
from integrations.desk_client import DeskClient
from integrations.simulator.slack.model import Message
from integrations.slack.catching_up import CatchingUp
from integrations.slack.room import STATUS, open_room
from integrations.slack.words import room_name
from tests.slack.conftest import BOT_TOKEN, INCIDENTS
from tests.slack.deployed import Deployment, open_deployment, unsaid_of
from tests.world import Approve, Case, Done, Simulators, Take


@pytest.fixture(scope="module")
async def deployment(
    directory: Directory, simulators: Simulators, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    async with open_deployment(directory, simulators, tmp_path_factory.mktemp("away")) as opened:
        yield opened


def messages(here: Deployment, case: Case) -> list[Message]:
    try:
        return here.slack.messages(room_name(case.id))
    except KeyError:
        return []


def keys(here: Deployment, case: Case) -> list[str]:
    return [each.metadata["event_payload"]["key"] for each in messages(here, case) if each.metadata]


def cards(here: Deployment, case: Case) -> list[str]:
    """What each card asks, in the order in which they stand."""
    return [each.blocks[1]["text"]["text"].strip("*") for each in messages(here, case) if _is_card(each)]


def _is_card(message: Message) -> bool:
    return bool(message.metadata) and message.metadata["event_type"] != STATUS


async def test_no_case_waits_for_slack_and_its_room_is_told_the_rest_when_it_is_back(deployment: Deployment) -> None:
    here, sims = deployment, deployment.world.sims
    await here.slack.go_away()
    assert (await here.slack.command("U0ESC01", INCIDENTS, "/incident", "list")).error == "dispatch_failed"

    # Declared, worked on and decided through the desk's own interface, as the command line does.
    case = await here.world.declare("esc-dara")
    called = await case.noted(Kind.PAGED, "owner")
    assert called.detail["room"] == "transient"
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        dara = DeskClient(here.desk_url, "esc-dara", http)
        assert case.id in [each.case for each in await dara.cases("esc-dara", open_only=True)]
    await case.act("esc-dara", "", Take())
    ada = await here.world.someone(Role.LE_SPECIALIST)
    await case.act(ada, "call-back", Done(result={"answer": "confirmed"}, artefact=await case.record()))
    judged = {"real": True, "because": ("plausible-account",)}
    await case.act("esc-dara", "assess-emergency", Done(result=judged))
    await case.act(Role.LEGAL, "release", Approve())
    key = (await case.open("release")).key
    state = await case.state()
    assert not any(each.unpaged for each in (*state.gates.values(), *state.tasks.values()))
    assert all(each.called for each in (*state.gates.values(), *state.tasks.values()))
    assert sims.pager.stats()["applied"] > 0
    assert messages(here, case) == []

    # Back: the status of now, and the one card that still waits for somebody. The rest has been overtaken.
    await here.slack.come_back()
    await here.slack.until(lambda: cards(here, case), 20)
    assert cards(here, case) == [state.gates[key].gate.title]
    [status] = [each for each in messages(here, case) if each.metadata and each.metadata["event_type"] == STATUS]
    assert "decision: release" in str(status.blocks)
    assert "esc-dara" in str(status.blocks)
    assert status.ts < messages(here, case)[-1].ts

    # And on from there, with nothing said twice.
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await case.until(lambda it: it.gates[key].status is Status.APPROVED)
    await here.slack.until(lambda: "decision: release" not in str(status.blocks), 20)
    assert len(keys(here, case)) == len(set(keys(here, case)))


async def test_what_waits_for_several_is_said_late_in_the_order_in_which_they_were_called(
    deployment: Deployment,
) -> None:
    here = deployment
    await here.slack.go_away()
    case = await here.world.declare("esc-dara")
    await case.open("call-back")
    await case.open("assess-emergency")
    for subject in ("owner", "call-back", "assess-emergency"):
        await case.noted(Kind.PAGED, "owner" if subject == "owner" else "task")
    called = [each async for each in _until_called(case, 3)]
    await here.slack.come_back()
    await here.slack.until(lambda: len(cards(here, case)) >= len(called), 20)
    state = await case.state()
    titles = {key: each.task.title for key, each in state.tasks.items()} | {"owner": "take this incident"}
    assert cards(here, case) == [titles[each] for each in called]
    assert len(keys(here, case)) == len(set(keys(here, case)))

    # A desk that was killed meanwhile reads the same from the ledger, and finds what it had said.
    said = keys(here, case)
    async with open_room(here.slack.api_url, BOT_TOKEN, here.desk_url, pace=0) as room:
        await CatchingUp(room, unsaid_of(here.world)).once()
    assert keys(here, case) == said


async def _until_called(case: Case, count: int) -> AsyncIterator[str]:
    async with asyncio.timeout(20):
        while len([each for each in await case.timeline() if each.kind is Kind.PAGED]) < count:
            await asyncio.sleep(0.05)
    for each in await case.timeline():
        if each.kind is Kind.PAGED:
            yield each.subject


async def test_a_slack_that_hangs_holds_no_call_up(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    here = deployment
    monkeypatch.setattr("activities.calling.ROOM_WITHIN", 0.5)
    here.slack.faults.add(method="*", kind="latency", value=60, times=1000)
    began = time.monotonic()
    case = await here.world.declare("esc-dara")
    entry = await case.noted(Kind.PAGED, "owner")
    assert entry.detail["room"] == "transient"
    assert time.monotonic() - began < 15
    here.slack.faults.clear()


async def test_a_room_that_was_only_told_to_wait_is_told_late_and_once(deployment: Deployment) -> None:
    """No worker waits for Slack's `Retry-After`: the call is over, and the desk says it when the time has come."""
    here = deployment
    here.slack.faults.add(method="chat.postMessage", kind="ratelimited", value=1, times=3)
    case = await here.world.declare("esc-dara")
    await case.noted(Kind.PAGED, "owner")
    await here.slack.until(lambda: "take this incident" in cards(here, case), 20)
    called = [each async for each in _until_called(case, 3)]
    await here.slack.until(lambda: len(cards(here, case)) == len(called), 20)
    assert len(keys(here, case)) == len(set(keys(here, case)))
