"""Which processes make a stack, with what they are told and how each shows that it works."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

import console
from activities.step import SOP_QUEUE
from console.running.child import Part, Ready
from console.running.places import HOST, Places
from domain.people import Directory
from integrations.simulator.deadman import DEADMAN_TOKEN
from integrations.slack.manifest import manifest
from workers.settings import PREFIX, Settings

CHANNEL_ID, CHANNEL = "C0INCIDENTS", "incidents"
BOT_TOKEN, APP_TOKEN = "xoxb-synthetic", "xapp-synthetic"
SIDE_BY_SIDE = ("U0ESC01", "U0LEG01")  # of the synthetic team: who declares, and who decides
STAND_INS = ("platform", "portal", "pager", "mail", "witness")
SWITCH = "deadman"  # hears beats and applies nothing, so it has no figures of effects
_ROOT = Path(console.__file__).parents[1]


def environment(settings: Settings) -> dict[str, str]:
    """Ours, with every `HOLDFAST_…` as in these settings and the folder that holds our packages on the path."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    paths = [str(_ROOT), *filter(None, [plain.get("PYTHONPATH")])]
    told = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is not None:
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            told[f"{PREFIX}{name.upper()}"] = text
    return {**plain, **told, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


def simulators(settings: Settings, places: Places, http: httpx.AsyncClient) -> Part:
    """Platform, portal, pager and mail as one process; their state lies under home."""
    ports = [part for name in (*STAND_INS, "smtp", SWITCH) for part in (f"--{name}-port", str(getattr(places, name)))]
    state = settings.home / "simulators" / "state.json"
    pages = [f"{places.url(name)}/_sim" for name in (*STAND_INS, SWITCH)]
    command = (sys.executable, "-m", "integrations.simulator", *ports, "--state", str(state))
    return Part("simulators", command, environment(settings), settings.home, _answers(http, *pages))


def slack(settings: Settings, places: Places, directory: Directory, http: httpx.AsyncClient) -> Part:
    """Slack's stand-in, with everybody who has a Slack id, and one channel for all of them."""
    people = [f"{each.slack}={each.id}" for each in directory.people if each.slack]
    (settings.home / "simulators").mkdir(parents=True, exist_ok=True, mode=0o700)
    described = settings.home / "simulators" / "slack-manifest.json"
    described.write_text(json.dumps(manifest().as_json()))
    command = (
        *(sys.executable, "-m", "integrations.simulator.slack", "--port", str(places.slack)),
        *("--state", str(settings.home / "simulators" / "slack.json")),
        *("--bot-token", BOT_TOKEN, "--app-token", APP_TOKEN),
        *("--manifest", str(described)),
        *("--channel", f"{CHANNEL_ID}={CHANNEL}"),
        *(part for each in people for part in ("--user", each)),
    )
    ready = _answers(http, f"{places.url('slack')}/_sim")
    return Part("slack", command, environment(settings), settings.home, ready)


def desk(settings: Settings, places: Places, http: httpx.AsyncClient) -> Part:
    """The desk with its pages and the Slack app; it works when both its port and its Slack connection are there."""

    async def ready(since: datetime) -> bool:
        try:
            found = await http.get(f"{settings.desk_url}/v1/ready")
            state = await http.get(f"{places.url('slack')}/_sim/state")
        except httpx.TransportError:
            return False
        reachable = found.is_success and found.json()["temporal"] == "reachable"
        return reachable and state.is_success and int(state.json()["connections"]) > 0

    command = (sys.executable, "-m", "console.cli", "desk", "--port", str(places.desk))
    return Part("desk", command, environment(settings), settings.home, ready)


def worker(role: str, settings: Settings, client: Client) -> Part:
    """The workers of one role; they work when Temporal has seen this process ask for work."""
    command = (sys.executable, "-m", "console.cli", "worker", "--role", role)
    kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW if role == SOP_QUEUE else TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

    async def ready(since: datetime) -> bool:
        request = DescribeTaskQueueRequest(
            namespace=settings.namespace, task_queue=TaskQueue(name=role), task_queue_type=kind
        )
        try:
            found = await client.workflow_service.describe_task_queue(request)
        except RPCError:
            return False
        return any(each.last_access_time.ToDatetime(tzinfo=UTC) >= since for each in found.pollers)

    return Part(f"worker-{role}", command, environment(settings), settings.home, ready)


def switch_url(places: Places) -> str:
    """What the auditor beats."""
    return f"{places.url(SWITCH)}/ping/{DEADMAN_TOKEN}"


def auditor(settings: Settings, places: Places, http: httpx.AsyncClient) -> Part:
    """The auditor; it works when the dead man's switch has heard of a whole round."""

    async def ready(since: datetime) -> bool:
        try:
            found = await http.get(f"{places.url(SWITCH)}/_sim/state")
        except httpx.TransportError:
            return False
        heard = found.json()["last_beat"] if found.is_success else None
        return heard is not None and datetime.fromisoformat(heard) >= since

    command = (sys.executable, "-m", "console.cli", "auditor")
    return Part("auditor", command, environment(settings), settings.home, ready)


def _answers(http: httpx.AsyncClient, *urls: str) -> Ready:
    async def one(url: str) -> bool:
        try:
            return not (await http.get(url)).is_server_error
        except httpx.TransportError:
            return False

    async def ready(since: datetime) -> bool:
        return all(await asyncio.gather(*(one(url) for url in urls)))

    return ready


def slack_page(places: Places) -> str:
    """The page on which people sit side by side; whom the directory does not have, it leaves out."""
    panes = "&".join(f"as={each}" for each in SIDE_BY_SIDE)
    return f"{places.url('slack')}/_sim?{panes}"


def pages(places: Places) -> Sequence[tuple[str, str]]:
    """Name and address of every page that people may look at."""
    found = [
        ("Desk", places.url("desk")),
        ("Slack stand-in", slack_page(places)),
        *((f"{name.capitalize()} stand-in", f"{places.url(name)}/_sim") for name in STAND_INS),
        ("Dead man's switch", f"{places.url(SWITCH)}/_sim"),
    ]
    return [*found, ("Temporal", f"http://{HOST}:{places.ui}")] if places.ui else found
