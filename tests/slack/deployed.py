"""What `holdfast up` runs, in the process of a test: server, workers, desk with its pages, Slack app, stand-ins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from console.rooms import RoomRecords
from console.unsaid import UnsaidInRooms
from domain.people import Directory
from integrations.base.ports import free_port
from integrations.simulator.slack import Shortcut, SlackSimulator
from integrations.slack.manifest import manifest
from integrations.slack.running import Reach, open_slack_app
from integrations.temporal.server import EmbeddedServer
from tests.desk.conftest import served, web_over
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, workspace
from tests.world import Simulators, World, open_world


@dataclass
class Deployment:
    world: World
    slack: SlackSimulator
    desk_url: str


@asynccontextmanager
async def open_deployment(directory: Directory, sims: Simulators, home: Path) -> AsyncIterator[Deployment]:
    """A server of its own: on the shared one, workers that know no Slack would answer for these rooms."""
    port = free_port()
    async with workspace(directory, shortcuts=Shortcut.of_manifest(manifest().as_json())) as slack:
        told = {
            "slack_api_url": slack.api_url,
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": SecretStr(APP_TOKEN),
            "desk_url": f"http://127.0.0.1:{port}",
        }
        async with (
            EmbeddedServer(home / "temporal", time_skipping=True) as server,
            open_world(home / "home", server, sims, **told) as world,
            served(web_over(world), port) as desk_url,
            open_slack_app(
                world.desk,
                procedures=dict(world.catalogue.procedures),
                api_url=slack.api_url,
                bot_token=BOT_TOKEN,
                reach=Reach(app_token=APP_TOKEN),
                desk_url=desk_url,
                ping_interval=0.5,
                records=_records(world),
                keep_every=0.5,
                unsaid=unsaid_of(world, settled=0.5),
                catch_up_every=0.2,
            ),
        ):
            await slack.connected()
            yield Deployment(world, slack, desk_url)


def _records(world: World) -> RoomRecords:
    return RoomRecords(
        desk=world.desk,
        directory=world.ports.directory,
        cases=world.records.cases,
        ledger=world.records.ledger,
        vault=world.ports.vault,
        updates=world.records.updates,
    )


def unsaid_of(world: World, settled: float = 0.0) -> UnsaidInRooms:
    """What rooms of this deployment were not told, read anew."""
    return UnsaidInRooms(
        cases=world.records.cases,
        ledger=world.records.ledger,
        directory=world.ports.directory,
        key=world.ports.key,
        settled=settled,
    )
