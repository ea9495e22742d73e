"""`holdfast auditor`: the watcher outside Temporal, running, or looking once for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Output, shape_of

if TYPE_CHECKING:
    from console.cli.output import Shape
    from workers.auditor.rounds import Looked
    from workers.settings import Settings


def auditor(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Look once, print, call nobody.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: the same as --output json.")] = False,
    shape: Output = None,
) -> None:
    """Watch from outside: runs, ledger, queues, inbox. Calls people, and beats a dead man's switch.

    With --once the exit status is 0 if nothing was found and everything could be read, else 1.
    """
    import asyncio

    from console.cli.exits import FAILED
    from console.cli.logs import log_as_json
    from console.cli.output import Shape
    from workers.settings import load_settings

    settings = load_settings()
    _require_store(settings)
    if not once:
        log_as_json(settings.log_level)
        asyncio.run(_watch(settings))
        return
    looked = asyncio.run(_look(settings))
    _print(looked, Shape.JSON if as_json else shape_of(ctx, shape))
    if looked.findings or not looked.complete:
        raise typer.Exit(FAILED)


def _require_store(settings: Settings) -> None:
    """Looking must not make it: an empty store where the real one is not mounted would look healthy."""
    from console.cli.auditing import store_file
    from domain.errors import Code, HoldfastError

    file = store_file(settings.store_url)
    if file is not None and not file.exists():
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"HOLDFAST_STORE_URL: there is no store at {file}")


async def _look(settings: Settings) -> Looked:
    from console.cli.output import patience
    from workers.auditor.wiring import open_auditor

    async with open_auditor(settings) as watcher, patience("Looking …"):
        return await watcher.look()


async def _watch(settings: Settings) -> None:
    import asyncio
    from contextlib import AsyncExitStack
    from datetime import timedelta

    import structlog

    from console.cli.output import say
    from console.cli.running import _stopping
    from workers.auditor.wiring import open_auditor
    from workers.patience import entered

    log = structlog.get_logger("holdfast.auditor")
    stop = _stopping()
    async with AsyncExitStack() as stack:
        watcher = await entered(stack, lambda: open_auditor(settings), stop, say)
        if watcher is None:
            return
        if settings.deadman_url is None:
            say("HOLDFAST_DEADMAN_URL is not set: if this process dies, nobody is told.")
        log.info("auditor-started", every=settings.auditor_every, temporal=settings.temporal_address)
        say(f"Looking every {settings.auditor_every:g} seconds. Ctrl-C or SIGTERM stops it.")
        watching = asyncio.create_task(watcher.run(timedelta(seconds=settings.auditor_every)))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        watching.cancel()
        await asyncio.wait((watching,))
        if not watching.cancelled():
            watching.result()
    log.info("auditor-stopped")


def _print(looked: Looked, shape: Shape | None) -> None:
    from console.cli.output import Shape, emit, emit_json, say

    found = [{**each.model_dump(mode="json"), "id": each.id, "sentence": each.sentence} for each in looked.findings]
    if shape is Shape.JSON:
        emit_json({"complete": looked.complete, "findings": found})
        return
    rows = [
        (f"P{each.severity}", each.code.value, each.subject, each.part, "drill" if each.drill else "", each.sentence)
        for each in looked.findings
    ]
    emit(shape, None, ("Severity", "Finding", "Subject", "Part", "", "What it is, and what to do"), rows)
    if not looked.complete:
        say("Not everything could be read: what is missing here is not known to be well.")
    elif not rows:
        say("Nothing is wrong that can be seen from outside.")
