"""From a typed command to a released answer: real server, real store, real HTTP and Socket Mode, a whole deployment."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

import tests.world
from domain.people import Directory, Role
from domain.state import State, Status
from integrations.simulator.faults import Fault
from integrations.simulator.slack import SlackSimulator
from integrations.simulator.slack.model import Message
from integrations.slack.cards import APPROVE, OPEN, RETRY, SEEN
from integrations.slack.room import STATUS
from integrations.slack.words import room_name
from integrations.temporal.server import EmbeddedServer
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, DESK_URL, INCIDENTS, everything_said, running_app
from tests.world import Approve, Case, Simulators, World, open_world
from workers.settings import Settings

MAIL, WORDS = "desk.sergeant@police.northfield.example.org", "SYNTHETIC: a walker has not come home"


@dataclass
class Deployment:
    world: World
    slack: SlackSimulator


@pytest.fixture
async def deployment(
    slack: SlackSimulator,
    simulators: Simulators,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Deployment]:
    """A server of its own: on the shared one, workers that know no Slack would answer for this room."""
    plain = tests.world.settings_for
    with_slack = {
        "slack_api_url": slack.api_url,
        "slack_bot_token": SecretStr(BOT_TOKEN),
        "slack_app_token": SecretStr(APP_TOKEN),
        "desk_url": DESK_URL,
    }

    def settings_for(*given: object) -> Settings:
        return plain(*given).model_copy(update=with_slack)  # type: ignore[arg-type]

    monkeypatch.setattr(tests.world, "settings_for", settings_for)
    home = tmp_path_factory.mktemp("slack-home")
    async with (
        EmbeddedServer(tmp_path_factory.mktemp("slack-temporal"), time_skipping=True) as server,
        open_world(home, server, simulators) as world,
        running_app(slack, world.desk, dict(world.catalogue.procedures)),
    ):
        yield Deployment(world, slack)


async def declared(here: Deployment, account: str) -> Case:
    said = await here.slack.command(
        "U0ESC01", INCIDENTS, "/incident", f"edr {account} {MAIL} US missing-person {WORDS}"
    )
    found = re.search(r"EDR-\w{5}-\w{5}", said.text)
    assert found is not None, said.text
    assert "is open" in said.text
    return Case(here.world, found.group())


def messages(here: Deployment, case: Case) -> list[Message]:
    try:
        return here.slack.messages(room_name(case.id))
    except KeyError:
        return []


def cards(here: Deployment, case: Case, word: str) -> list[Message]:
    return [each for each in messages(here, case) if word in each.text and _type(each) != STATUS]


def _type(message: Message) -> str:
    return str(message.metadata["event_type"]) if message.metadata else ""


def _failed(state: State) -> bool:
    return any(each.open for each in state.interventions.values())


async def test_a_command_becomes_a_case_with_a_room_that_people_can_work_from(
    deployment: Deployment, directory: Directory
) -> None:
    here, sims = deployment, deployment.world.sims
    account = here.world.fresh_account()
    sims.platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="status", value=409, times=1))
    here.slack.faults.add(method="chat.postMessage", kind="reply_lost", times=2)

    case = await declared(here, account)

    # The step that failed asks in the room; one press, delivered three times, is one choice.
    await here.slack.until(lambda: cards(here, case, "snapshot_account failed"), 30)
    [card] = cards(here, case, "snapshot_account failed")
    engineer = next(each.slack for each in directory.people if Role.ENGINEER in each.roles)
    key = next(iter((await case.until(_failed)).interventions))
    pressed = await here.slack.click(engineer, room_name(case.id), card.ts, RETRY, times=3)
    assert pressed.ok
    state = await case.until(lambda it: it.interventions[key].status is Status.RETRY)
    assert len(state.interventions[key].choices) == 1
    assert len(state.interventions) == 1
    await here.slack.until(lambda: card.edited_ts, 30)
    assert f"<@{engineer}> chose: try it again." in str(card.blocks)

    # The release is asked for in the room and decided at the desk only.
    await case.verified()
    await here.slack.until(lambda: cards(here, case, "release subscriber"), 30)
    release = cards(here, case, "release subscriber")[0]
    [row] = [each for each in release.blocks if each["type"] == "actions"]
    assert [each["action_id"] for each in row["elements"]] == [APPROVE, SEEN, OPEN]
    assert row["elements"][-1]["url"] == f"{DESK_URL}/decide/{case.id}?key=notify%2Frelease%2F1"
    assert (await here.slack.click("U0LEG01", room_name(case.id), release.ts, OPEN)).ok

    asked = await here.slack.command("U0LEG01", INCIDENTS, "/incident", f"status {case.id}")
    assert "release subscriber" in asked.text
    assert "legal-counsel" in asked.text

    await case.act(Role.LEGAL, "release", Approve())
    await case.act(Role.DUTY_MANAGER, "release", Approve())
    await here.slack.until(lambda: "notify" in str(_status(here, case).blocks), 30)

    # One status, edited in place and pinned; no post twice; nothing of the request anywhere.
    channel = here.slack.channel(room_name(case.id))
    assert channel.is_private
    assert channel.pins == [_status(here, case).ts]
    assert _status(here, case).edited_ts is not None
    keys = [each.metadata["event_payload"]["key"] for each in channel.messages if each.metadata]
    assert len(keys) == len(set(keys)) == len(channel.messages)
    for secret in (MAIL, account, WORDS, "walker", "desk.sergeant"):
        assert secret not in everything_said(here.slack)


def _status(here: Deployment, case: Case) -> Message:
    [only] = [each for each in messages(here, case) if _type(each) == STATUS]
    return only


async def test_the_owner_is_found_by_a_press_in_the_room(deployment: Deployment) -> None:
    case = await declared(deployment, deployment.world.fresh_account())
    await deployment.slack.until(lambda: cards(deployment, case, "needs an owner"), 30)
    [card] = cards(deployment, case, "needs an owner")
    assert (await deployment.slack.click("U0ESC01", room_name(case.id), card.ts, "holdfast_take")).ok
    state = await case.until(lambda it: it.owner is not None and bool(it.owner.person))
    assert state.owner is not None
    assert state.owner.person == "esc-dara"


async def test_somebody_unknown_starts_nothing(deployment: Deployment) -> None:
    said = await deployment.slack.command("U0STRANGER", INCIDENTS, "/incident", f"edr acct-x {MAIL} US violence")
    assert "does not know this person" in said.text
    assert not await deployment.world.desk.cases(await deployment.world.someone(Role.INCIDENT_COMMANDER))
