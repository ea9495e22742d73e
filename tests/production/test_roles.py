"""Each process starts with its own keys and secrets alone, refuses to start without one, and holds nothing else."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from console.wiring import open_desk
from domain.errors import Code, HoldfastError
from integrations.temporal.server import EmbeddedServer
from tests.cli.shell import COMMAND, Shell
from tests.world import EXAMPLE_DIRECTORY, World
from workers.keys import make_keys
from workers.needs import DESK, Needs, needs_of
from workers.settings import Settings, load_settings
from workers.wiring import ROLES, _Absent, open_ports, steps_of

SECRETS = {
    "platform_token": "SYNTHETIC-platform",
    "portal_token": "SYNTHETIC-portal",
    "pager_secret": "SYNTHETIC-pager",
    "slack_bot_token": "xoxb-SYNTHETIC",
    "slack_app_token": "xapp-SYNTHETIC",
    "slack_signing_secret": "SYNTHETIC",
    "pagerduty_token": "SYNTHETIC-pagerduty",
    "witness_token": "SYNTHETIC-witness",
}
PLAIN = {
    "platform_url": "http://platform.example.org",
    "portal_url": "http://portal.example.org",
    "pager_url": "http://pager.example.org",
    "slack_api_url": "http://127.0.0.1:9/api/",
}


@pytest.fixture
def every_key(tmp_path: Path) -> Path:
    settings = load_settings(home=tmp_path / "made")
    make_keys(settings)
    return settings.keys_dir


def given(folder: Path, every_key: Path, needs: Needs, *, but: str = "") -> Settings:
    """Settings, keys and secrets as a process gets that has just these needs."""
    folder.mkdir()
    (folder / "keys").mkdir(mode=0o700)
    for name in needs.keys - {but}:
        shutil.copy2(every_key / name, folder / "keys" / name)
    url = f"sqlite:///{folder / 'store.db'}"
    return load_settings(
        home=folder / "home",
        keys=folder / "keys",
        directory_file=EXAMPLE_DIRECTORY.absolute(),
        **PLAIN,
        **{name: {**SECRETS, "store_url": url}[name] for name in needs.secrets - {but}},
    )


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_opens_what_it_needs_and_its_steps_hold_nothing_that_is_absent(
    role: str, tmp_path: Path, every_key: Path, world: World
) -> None:
    async with open_ports(given(tmp_path / role, every_key, needs_of(role)), (role,)) as ports:
        for step in steps_of(role, ports, world.client):
            held: dict[str, Any] = vars(step.__self__)  # type: ignore[attr-defined]
            assert [name for name, value in held.items() if isinstance(value, _Absent)] == [], step
        withheld = {name for name, value in vars(ports).items() if isinstance(value, _Absent)}
    assert ("portal" in withheld) == (role != "disclosure")
    assert ("ledger" in withheld) == (role in ("comms", "enforcement"))


@pytest.mark.parametrize("role", [*ROLES, "desk"])
async def test_a_process_that_lacks_one_of_its_keys_or_secrets_does_not_start(
    role: str, tmp_path: Path, every_key: Path
) -> None:
    needs = DESK if role == "desk" else needs_of(role)
    # Chat, schedules and witness are optional, a store of its own is the default, the desk can call by mail,
    # a verifying key may be read when something is verified, and the codec's ring when Temporal is met.
    optional = {
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "pagerduty_token",
        "witness_token",
        "store_url",
        "checkpoint.pub",
    }
    optional |= {"pager_secret"} if role == "desk" else {"codec.json"}
    for number, but in enumerate(sorted((needs.keys | needs.secrets) - optional)):
        settings = given(tmp_path / str(number), every_key, needs, but=but)
        opened = open_desk(settings) if role == "desk" else open_ports(settings, (role,))
        with pytest.raises(HoldfastError) as refused:
            async with opened:
                pass
        assert refused.value.code is Code.BROKEN_CONFIGURATION
        assert but.upper() in refused.value.sentence or but in refused.value.sentence


@pytest.fixture(scope="module")
async def lonely(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    """A server that no other worker of these tests polls."""
    async with EmbeddedServer(tmp_path_factory.mktemp("temporal")) as server:
        yield server


async def polled(client: Client, role: str, since: datetime) -> None:
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    request = DescribeTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=role), task_queue_type=kind)
    while True:
        found = await client.workflow_service.describe_task_queue(request)
        if any(each.last_access_time.ToDatetime(tzinfo=UTC) >= since for each in found.pollers):
            return
        await asyncio.sleep(0.1)


async def test_every_role_works_as_a_process_with_secrets_as_files_and_is_found_healthy(
    tmp_path: Path, every_key: Path, lonely: EmbeddedServer
) -> None:
    """As in production: a directory of its own keys, a directory of its own secrets, no home of others."""
    client, since = await Client.connect(lonely.address), datetime.now(UTC)
    shells = {role: shell_of(role, tmp_path, every_key, lonely.address) for role in ROLES}
    async with AsyncExitStack() as stack:
        for role, shell in shells.items():
            process = await asyncio.create_subprocess_exec(
                *COMMAND, "worker", "--role", role, cwd=shell.directory, env=shell.environment()
            )
            stack.push_async_callback(process.wait)
            stack.callback(process.kill)
        async with asyncio.timeout(60):
            await asyncio.gather(*(polled(client, role, since) for role in ROLES))
        await shells["comms"].ok("healthy", "comms")
        assert "No worker of this machine" in await shells["comms"].refused(1, "healthy", "nobody-polls-this")


def shell_of(role: str, folder: Path, every_key: Path, address: str) -> Shell:
    needs = needs_of(role)
    settings = given(folder / role, every_key, needs)
    secrets = folder / role / "secrets"
    secrets.mkdir()
    for name in needs.secrets:
        (secrets / f"holdfast_{name}").write_text(
            f"{getattr(settings, name) if name == 'store_url' else SECRETS[name]}\n"
        )
    told = {
        "HOLDFAST_KEYS": str(settings.keys_dir),
        "HOLDFAST_SECRETS": str(secrets),
        "HOLDFAST_TEMPORAL_ADDRESS": address,
        "HOLDFAST_DIRECTORY_FILE": str(settings.directory_path),
        **{f"HOLDFAST_{name.upper()}": value for name, value in PLAIN.items()},
    }
    return Shell(folder / role, settings=told)


async def test_a_secret_in_a_file_is_a_setting_and_is_shown_as_one(tmp_path: Path) -> None:
    shell = Shell(tmp_path, settings={"HOLDFAST_SECRETS": str(tmp_path / "secrets")})
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "holdfast_platform_token").write_text("SYNTHETIC-SECRET\n")
    (tmp_path / "secrets" / "holdfast_slack_bot_token").write_text("")
    shell.file("holdfast.toml", 'platform_token = "SYNTHETIC-OTHER"\n')
    found = await shell.ok("config", "show")
    shown = {line[0]: (line[1], line[2]) for line in found.lines}
    assert shown["HOLDFAST_PLATFORM_TOKEN"] == ("********", "secrets")
    assert shown["HOLDFAST_SLACK_BOT_TOKEN"][0] == "-"
    assert "SYNTHETIC" not in found.out


async def test_setup_makes_a_namespace_that_a_server_does_not_have_yet(tmp_path: Path, lonely: EmbeddedServer) -> None:
    shell = Shell(tmp_path, settings={"HOLDFAST_TEMPORAL_ADDRESS": lonely.address, "HOLDFAST_NAMESPACE": "incidents"})
    for _ in range(2):
        found = await shell.ok("setup", "--only", "namespace", "--only", "tables", "--wait", "60", "-o", "json")
        assert [each["what"] for each in found.data] == ["namespace incidents", "tables"]
        assert "3650 days; search attributes are there" in found.data[0]["result"]
    assert not (tmp_path / "home" / "keys").exists()


async def test_a_job_that_waits_for_temporal_fails_without_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path, settings={"HOLDFAST_TEMPORAL_ADDRESS": "127.0.0.1:9"})
    assert "not reached" in await shell.refused(5, "setup", "--only", "namespace", "--wait", "0.2")
