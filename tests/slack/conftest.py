"""A stand-in of Slack with the people of the synthetic directory, the real app on it, and rooms over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from domain.desk import Desk
from domain.people import Directory
from domain.policy import Procedure
from integrations.directory.file import DirectoryFile
from integrations.simulator.slack import SlackSimulator
from integrations.slack.room import SlackRoom, open_room
from integrations.slack.running import Reach, open_slack_app
from tests.slack.fake_desk import FakeDesk
from tests.world import EXAMPLE_DIRECTORY
from workflows.sops.emergency_data_request import POLICY

BOT_TOKEN, APP_TOKEN = "xoxb-synthetic", "xapp-synthetic"
DESK_URL = "http://desk.example.org"
INCIDENTS = "incidents"


@pytest.fixture(scope="session")
async def directory() -> Directory:
    return await DirectoryFile(EXAMPLE_DIRECTORY).current()


def workspace(directory: Directory, **changes: object) -> SlackSimulator:
    users = {each.slack: each.id for each in directory.people} | {"U0STRANGER": "a.stranger"}
    return SlackSimulator(
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret="synthetic",
        users=users,
        channels={"C0INCIDENTS": INCIDENTS},
        **changes,  # type: ignore[arg-type]
    )


@pytest.fixture
async def slack(directory: Directory) -> AsyncIterator[SlackSimulator]:
    async with workspace(directory) as running:
        yield running


@asynccontextmanager
async def running_app(
    slack: SlackSimulator, desk: Desk, procedures: dict[str, Procedure], **changes: Any
) -> AsyncIterator[None]:
    async with open_slack_app(
        desk,
        procedures=procedures,
        api_url=slack.api_url,
        bot_token=BOT_TOKEN,
        reach=Reach(app_token=APP_TOKEN),
        desk_url=DESK_URL,
        ping_interval=0.2,
        **changes,
    ):
        await slack.connected()
        yield


@dataclass
class Played:
    """The app on a fake desk."""

    slack: SlackSimulator
    desk: FakeDesk


@pytest.fixture
async def app(slack: SlackSimulator) -> AsyncIterator[Played]:
    desk = FakeDesk(POLICY)
    async with running_app(slack, desk, {POLICY.slug: POLICY}):
        yield Played(slack, desk)


@pytest.fixture
async def room(slack: SlackSimulator) -> AsyncIterator[SlackRoom]:
    async with open_room(slack.api_url, BOT_TOKEN, DESK_URL, pace=0) as opened:
        yield opened


def everything_said(slack: SlackSimulator) -> str:
    """All that anybody can see in the workspace, private answers included."""
    return slack.workspace.state.model_dump_json()
