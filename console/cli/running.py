"""The long-running commands: worker, desk, and the whole stack on one machine."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Output, shape_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from temporalio.client import Client

    from workers.settings import Settings
    from workers.telemetry import Telemetry


class RoleName(StrEnum):
    """What a worker process does; `all` is for one machine, production runs one role per process."""

    SOP = "sop"
    ENFORCEMENT = "enforcement"
    DISCLOSURE = "disclosure"
    COMMS = "comms"
    ALL = "all"


Role = Annotated[RoleName | None, typer.Option(help="Whose steps it runs.")]


def worker(ctx: typer.Context, role: Role = None) -> None:
    """Run a worker. SIGTERM, or `holdfast worker drain`, lets it finish what it does; Temporal hands the rest to
    another."""
    import asyncio

    from console.cli.exits import Told
    from console.cli.logs import log_as_json
    from domain.errors import Code
    from workers.draining import at_work
    from workers.settings import load_settings

    if ctx.invoked_subcommand:
        return
    if role is None:
        raise Told(Code.INVALID, f"Say whose steps it runs: --role {'|'.join(each.value for each in RoleName)}.")
    settings = load_settings()
    log_as_json(settings.log_level)
    roles = _roles(role)
    with at_work(settings.home, roles):
        asyncio.run(_work(settings, roles))


def drain(
    ctx: typer.Context,
    role: Annotated[RoleName, typer.Option(help="Only workers of this role.")] = RoleName.ALL,
    within: Annotated[float, typer.Option(min=0, help="Seconds to wait for them.")] = 90.0,
    shape: Output = None,
) -> None:
    """Tell the workers on this machine to finish what they have and to go, and wait until they are gone. Exit status 1
    if one still works then; it goes when it has finished."""
    import asyncio

    from console.cli.exits import FAILED
    from console.cli.output import emit, patience
    from workers import draining
    from workers.settings import load_settings

    home = load_settings().home

    async def work() -> tuple[Sequence[draining.AtWork], Sequence[draining.AtWork]]:
        async with patience("Waiting for what is under way …"):
            return await draining.drain(home, _roles(role), within)

    told, left = asyncio.run(work())
    rows = [(each.pid, ",".join(each.roles), "working" if each in left else "gone") for each in told]
    data = [{"pid": pid, "roles": roles.split(","), "state": state} for pid, roles, state in rows]
    emit(shape_of(ctx, shape), data, ("Process", "Roles", "State"), rows)
    if left:
        raise typer.Exit(FAILED)


def _roles(role: RoleName) -> tuple[str, ...]:
    from workers.wiring import ROLES

    return ROLES if role is RoleName.ALL else (role.value,)


async def _work(settings: Settings, roles: tuple[str, ...]) -> None:
    from contextlib import AsyncExitStack

    import structlog

    from console.cli.output import say
    from workers.catalogue import load_catalogue
    from workers.patience import entered
    from workers.runner import run_until
    from workers.telemetry import open_telemetry
    from workers.wiring import open_ports

    log = structlog.get_logger("holdfast.worker")
    stop, catalogue = _stopping(), load_catalogue()
    service = f"holdfast-worker-{roles[0] if len(roles) == 1 else 'all'}"
    async with AsyncExitStack() as stack:
        telemetry = await stack.enter_async_context(open_telemetry(settings, service))
        ports = await entered(stack, lambda: open_ports(settings, roles, telemetry.observer), stop, say)
        client = await _patient_client(settings, stop, telemetry)
        if client is not None and ports is not None:
            log.info("worker-started", roles=list(roles), temporal=settings.temporal_address)
            say(f"Working as {', '.join(roles)}. Ctrl-C or SIGTERM finishes what runs and stops.")
            await run_until(stop, client, ports, catalogue, roles)
    log.info("worker-stopped", roles=list(roles))


def _stopping() -> asyncio.Event:
    """Set by SIGTERM and by Ctrl-C."""
    import asyncio
    import signal

    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


async def _patient_client(settings: Settings, stop: asyncio.Event, telemetry: Telemetry) -> Client | None:
    """A client, however long Temporal takes; None when we are told to stop first."""
    from datetime import timedelta

    from console.cli.output import say
    from domain.errors import Code, HoldfastError
    from integrations.base.keyring import load_ring
    from integrations.temporal.plugin import connect
    from workers.wire import wire_of

    ring, wire, told = load_ring(settings.codec_ring), wire_of(settings), False
    while not stop.is_set():
        try:
            return await connect(
                settings.temporal_address,
                settings.namespace,
                ring,
                within=timedelta(seconds=2),
                interceptors=telemetry.interceptors,
                runtime=telemetry.runtime,
                wire=wire,
            )
        except HoldfastError as error:
            if error.code is not Code.UNREACHABLE:
                raise
            if not told:
                say(
                    f"Waiting for Temporal at {settings.temporal_address}; start it, or correct "
                    "HOLDFAST_TEMPORAL_ADDRESS (or the certificates, if it asks for TLS)."
                )
                told = True
    return None


def desk(
    host: Annotated[str, typer.Option(help="Address to listen on; else that of HOLDFAST_DESK_URL.")] = "",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port, 0 for any; else that of HOLDFAST_DESK_URL.")
    ] = None,
) -> None:
    """Run the desk: its pages, its HTTP interface, and Slack where that is configured."""
    import asyncio

    from console.cli.connect import address_of
    from console.cli.logs import log_as_json
    from console.serve import serve
    from workers.settings import load_settings

    settings = load_settings()
    log_as_json(settings.log_level)
    its_host, its_port = address_of(settings.desk_url)
    at_host, at_port = host or its_host, its_port if port is None else port

    async def run() -> None:
        await serve(settings, host=at_host, port=at_port, ready=_announce, stop=_stopping())

    asyncio.run(run())


def _announce(url: str) -> None:
    from console.cli.output import say

    say(f"The desk answers at {url}. Ctrl-C or SIGTERM stops it.")


def up(
    browse: Annotated[bool, typer.Option("--open", help="Open the chat stand-in's page when it runs.")] = False,
) -> None:
    """Start everything on this machine and leave it running, with stand-ins for every outside party."""
    from console.stack import up_command
    from workers.settings import load_settings

    raise typer.Exit(up_command(load_settings(), browse=browse))


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Without the pauses that are for reading.")] = False,
) -> None:
    """Play a drill from declaration to review: people decide, a worker is killed, nothing is lost."""
    from console.demo import demo_command
    from workers.settings import load_settings

    raise typer.Exit(demo_command(load_settings(), as_json=as_json, fast=fast))
