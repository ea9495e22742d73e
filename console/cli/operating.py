"""What an operator does on a machine: set it up, check it, read its settings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from console.cli.options import CaseId, Output, shape_of


class Install(StrEnum):
    """What `setup` can make by itself, for an installation that makes each where it belongs."""

    KEYS = "keys"
    DIRECTORY = "directory"
    NAMESPACE = "namespace"
    TABLES = "tables"


def setup(
    ctx: typer.Context,
    only: Annotated[
        list[Install] | None, typer.Option("--only", help="Just this; as often as needed. Else all but the tables.")
    ] = None,
    wait: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Wait for Temporal so long, and fail without it.")
    ] = None,
    shape: Output = None,
) -> None:
    """Make what is missing: keys, the directory file, the namespace. Nothing that exists is touched."""
    import asyncio
    from datetime import timedelta

    from console.cli.installing import install
    from console.cli.output import emit, patience
    from workers.settings import load_settings

    settings = load_settings()

    async def work() -> list[tuple[str, str]]:
        async with patience("Setting up …"):
            return await install(settings, only or (), None if wait is None else timedelta(seconds=wait))

    done = asyncio.run(work())
    data = [{"what": what, "result": result} for what, result in done]
    emit(shape_of(ctx, shape), data, ("What", "Result"), done)


def doctor(ctx: typer.Context, shape: Output = None) -> None:
    """Check this machine: each line is ok, warn or fail, with what to do. Exit status 1 if anything fails."""
    import asyncio

    from console.cli.checkup import Grade, examine
    from console.cli.exits import FAILED
    from console.cli.output import emit, patience

    async def work() -> list[tuple[Grade, str, str]]:
        async with patience("Looking …"):
            return [(each.grade, each.about, each.sentence) for each in await examine()]

    found = asyncio.run(work())
    data = [{"grade": grade.value, "about": about, "sentence": sentence} for grade, about, sentence in found]
    rows = [(grade.value, about, sentence) for grade, about, sentence in found]
    emit(shape_of(ctx, shape), data, ("", "About", "What we found, and what to do"), rows)
    if any(grade is Grade.FAIL for grade, _, _ in found):
        raise typer.Exit(FAILED)


def show_config(ctx: typer.Context, shape: Output = None) -> None:
    """Every setting, secrets hidden, and where its value comes from."""
    from console.cli.output import emit
    from console.cli.provenance import lines
    from workers.settings import load_settings

    rows = lines(load_settings())
    data = [dict(zip(("setting", "value", "source", "about"), row, strict=True)) for row in rows]
    emit(shape_of(ctx, shape), data, ("Setting", "Value", "Source", "About"), rows)


def trace(ctx: typer.Context, case: CaseId, shape: Output = None) -> None:
    """The id of a case's trace at your collector. It needs this deployment's keys, and Temporal."""
    import asyncio

    from console.cli.finding import case_of
    from console.cli.output import emit, patience
    from domain.errors import Code, HoldfastError
    from integrations.base.keyring import load_ring
    from integrations.temporal.plugin import connect
    from integrations.temporal.tracing import trace_of
    from workers.settings import load_settings

    settings, wanted = load_settings(), case_of(case)

    async def work() -> str:
        async with patience("Looking …"):
            ring = load_ring(settings.codec_ring)
            return await trace_of(await connect(settings.temporal_address, settings.namespace, ring), wanted)

    found = asyncio.run(work())
    if not found:
        raise HoldfastError(Code.NO_SUCH_SUBJECT, "this case was declared without telemetry")
    emit(shape_of(ctx, shape), {"case": wanted, "trace": found}, ("Case", "Trace"), [(wanted, found)])
