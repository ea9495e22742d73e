"""The checks of `holdfast doctor` that ask other programs: store, Temporal, desk, mail, vendors, Slack."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from console.cli.auditing import listens, store_file
from console.cli.checkup import Check, Grade
from console.cli.connect import address_of
from domain.errors import Code, HoldfastError

if TYPE_CHECKING:
    from workers.settings import Settings

_COLLECTOR_WITHIN = 3.0  # seconds, as long as a process gives it for one batch


async def store(settings: Settings) -> list[Check]:
    from integrations.base.keyring import load_ring
    from integrations.store.store import open_store
    from integrations.vault.keys import CaseKeys

    file = store_file(settings.store_url)
    if file is not None and not file.exists():
        # Looking must not make it: an empty store where the real one is not mounted would hide that.
        return [Check(Grade.WARN, "store", f"{file} is not there yet; the desk or a worker makes it at its start")]
    keys = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))
    async with open_store(settings.store_url, keys, migrate=False) as opened:
        waiting = len(await opened.inbox.pending())
    if waiting:
        return [Check(Grade.WARN, "store", f"{waiting} declarations wait for Temporal; start it and the desk")]
    return [Check(Grade.OK, "store", "opens, and its tables are of this version")]


async def binary(settings: Settings) -> list[Check]:
    from integrations.temporal.server import find_binary

    try:
        path = find_binary(settings.temporal_binary)
    except HoldfastError as error:
        return [Check(Grade.WARN, "temporal binary", f"{error.sentence} Only the embedded server needs it.")]
    process = await asyncio.create_subprocess_exec(
        str(path), "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    if process.returncode:
        return [Check(Grade.FAIL, "temporal binary", f"{path} does not run; install it again")]
    return [Check(Grade.OK, "temporal binary", f"{said.decode(errors='replace').strip()} at {path}")]


async def temporal(settings: Settings) -> list[Check]:
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.client import Client
    from temporalio.service import RPCError, RPCStatusCode

    from integrations.temporal.server import RETENTION
    from workers.wire import wire_of

    address, name = settings.temporal_address, settings.namespace
    host, _, port = address.rpartition(":")
    down = Check(
        Grade.FAIL, "temporal", f"nothing answers at {address}; `holdfast up` starts one, or correct its setting"
    )
    # Knocked at first: the SDK itself goes on trying for longer than a doctor may take.
    if not await listens(host.strip("[]"), int(port)):
        return [down]
    try:
        client = await Client.connect(address, namespace=name, **wire_of(settings).options())
        described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=name))
    except RuntimeError:
        return [down]
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return [Check(Grade.FAIL, "temporal", f"there is no namespace {name!r}; run `holdfast setup`")]
        return [Check(Grade.FAIL, "temporal", f"answers {error.status.name}; ask whoever runs it")]
    days = described.config.workflow_execution_retention_ttl.seconds // 86400
    if days < RETENTION.days:
        return [Check(Grade.WARN, "temporal", f"deletes closed cases after {days} days; run `holdfast setup`")]
    return [Check(Grade.OK, "temporal", f"answers at {address}, keeps closed cases for {days} days")]


async def desk(settings: Settings) -> list[Check]:
    from httpx import HTTPError

    from integrations.base.client import open_http

    url = settings.desk_url
    address_of(url)
    try:
        async with open_http() as http:
            answer = await http.get(f"{url}/v1/ready")
            said = answer.json()
    except (HTTPError, ValueError):
        said = None
    if not isinstance(said, dict) or "ready" not in said:
        return [Check(Grade.FAIL, "desk", f"no desk answers at {url}; start it with `holdfast desk`")]
    if not said["ready"]:
        return [Check(Grade.FAIL, "desk", f"answers at {url}, but is not ready: {said.get('fault', '')}")]
    if said.get("temporal") != "reachable":
        return [Check(Grade.WARN, "desk", f"answers at {url}, but cannot reach Temporal: it only keeps declarations")]
    if said.get("checkpoints"):
        return [Check(Grade.WARN, "desk", f"answers at {url}, but its checkpoints fail: {said['checkpoints']}")]
    return [Check(Grade.OK, "desk", f"answers at {url}")]


async def mail(settings: Settings) -> list[Check]:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    if await listens(settings.smtp_host, settings.smtp_port):
        return [Check(Grade.OK, "mail", f"relay {where} answers; we write as {settings.mail_from}")]
    return [
        Check(Grade.WARN, "mail", f"no relay answers at {where}; correct HOLDFAST_SMTP_HOST and HOLDFAST_SMTP_PORT")
    ]


async def telemetry(settings: Settings) -> list[Check]:
    import httpx

    from workers.telemetry import otlp_headers

    if settings.otlp_endpoint is None:
        return [
            Check(Grade.OK, "telemetry", "off: nothing is traced, counted or sent; HOLDFAST_OTLP_ENDPOINT turns it on")
        ]
    headers = {**otlp_headers(settings), "content-type": "application/x-protobuf"}
    where = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_COLLECTOR_WITHIN) as http:
            status = (await http.post(where, content=b"", headers=headers)).status_code  # no spans: a valid message
    except (httpx.HTTPError, httpx.InvalidURL):
        status = 0
    if status == 200:
        return [Check(Grade.OK, "telemetry", "on: the collector takes what we send")]
    said = f"answers {status}" if status else "does not answer"
    why = "cases go on without it; correct HOLDFAST_OTLP_ENDPOINT and HOLDFAST_OTLP_HEADERS, or start it"
    return [Check(Grade.WARN, "telemetry", f"on, but the collector {said}: {why}")]


async def systems(settings: Settings) -> list[Check]:
    pairs = {
        "platform": ("platform_url", "platform_token"),
        "portal": ("portal_url", "portal_token"),
        "pager": ("pager_url", "pager_secret"),
    }
    return [_system(settings, about, names) for about, names in pairs.items()]


def _system(settings: Settings, about: str, names: tuple[str, str]) -> Check:
    for name in names:
        try:
            settings.required(name)
        except HoldfastError as error:
            if error.code is not Code.BROKEN_CONFIGURATION:
                raise
            return Check(Grade.FAIL, about, f"{error.detail}; no worker starts without it")
    return Check(Grade.OK, about, f"configured: {settings.required(names[0])}")


async def witness(settings: Settings) -> list[Check]:
    from console.auditing import open_witness

    async with open_witness(settings) as opened:
        if opened is None:
            off = "not configured: nobody outside keeps our checkpoints, so somebody with our keys could rewrite them"
            return [Check(Grade.WARN, "witness", off)]
        newest = await opened.latest()
    said = newest.read() if newest is not None else None
    have = f"has our checkpoints up to {said.number}" if said is not None else "has no checkpoint of ours yet"
    return [Check(Grade.OK, "witness", f"answers at {settings.witness_url}, {have}")]


async def slack(settings: Settings) -> list[Check]:
    bot = settings.slack_bot_token is not None
    app = settings.slack_app_token is not None or settings.slack_signing_secret is not None
    if bot and app:
        return [Check(Grade.OK, "slack", "configured; `holdfast slack check` asks Slack")]
    if bot or app:
        missing = "HOLDFAST_SLACK_APP_TOKEN" if bot else "HOLDFAST_SLACK_BOT_TOKEN"
        return [Check(Grade.FAIL, "slack", f"{missing} is not set; Slack needs both tokens")]
    return [Check(Grade.WARN, "slack", "not configured; the pager, the desk and this command line carry everything")]


async def attachments(settings: Settings) -> list[Check]:
    """Where this fails the step asks a person, for each attachment anew."""
    from integrations.attachments.hash_list import NoHashList
    from integrations.attachments.reader import ConfinedReader
    from workers.wiring import open_hash_list

    known = open_hash_list(settings)
    if isinstance(known, NoHashList):
        off = "no hash list: none is examined, a person is asked about each; set HOLDFAST_HASH_LIST"
        return [Check(Grade.WARN, "attachments", off)]
    await ConfinedReader().check()
    return [Check(Grade.OK, "attachments", f"{settings.hash_list_name!r} knows {await known.entries()} hashes")]


async def auditor(settings: Settings) -> list[Check]:
    from datetime import UTC, datetime, timedelta

    from workers.auditor.memory import Memory
    from workers.auditor.wiring import memory_file

    watch = await Memory(memory_file(settings)).load()
    late = timedelta(seconds=max(3 * settings.auditor_every, 120))
    if watch.looked_at is None or watch.looked_at + late < datetime.now(UTC):
        when = f"last saw everything {watch.looked_at:%Y-%m-%d %H:%M} UTC" if watch.looked_at else "never looked here"
        return [Check(Grade.WARN, "auditor", f"{when}; start it with `holdfast auditor`, best on another machine")]
    if watch.findings:
        return [Check(Grade.WARN, "auditor", f"{len(watch.findings)} findings; `holdfast auditor --once` lists them")]
    if settings.deadman_url is None:
        return [Check(Grade.WARN, "auditor", "looks, but HOLDFAST_DEADMAN_URL is not set: nobody hears of its death")]
    return [Check(Grade.OK, "auditor", f"looked {watch.looked_at:%H:%M:%S} UTC and found nothing")]
