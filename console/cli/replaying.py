"""The replay gate from the command line: yes or no before a deploy, and which code it speaks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Output, shape_of

if TYPE_CHECKING:
    from temporalio.client import WorkflowHistory

    from console.cli.output import Shape
    from integrations.base.keyring import KeyRing
    from workers.replaying import Touched, Verdict
    from workers.settings import Settings

_FOLDER = Path("tests/flows/histories")
_RING = "ring.synthetic"


def replay(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Stored histories, their key ring and their baseline.")] = _FOLDER,
    live: Annotated[
        bool, typer.Option("--live", help="Play what is open in Temporal now, not what is stored.")
    ] = False,
    address: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="With --live: Temporal, else HOLDFAST_TEMPORAL_ADDRESS.")
    ] = "",
    closed: Annotated[float, typer.Option(min=0, help="With --live: also what closed within so many hours.")] = 24.0,
    case: Annotated[str, typer.Option(metavar="CASE", help="With --live: only this case.")] = "",
    record: Annotated[
        bool, typer.Option("--record", help="Make today's code and decisions the baseline, once it is deployed.")
    ] = False,
    shape: Output = None,
) -> None:
    """Play histories with the code at hand: which cases would it break, and where would it decide otherwise?

    Exit status 1 if any. A changed function that no history ran is named: replay says nothing about it.
    """
    import asyncio

    from console.cli.exits import FAILED, Told
    from console.cli.finding import case_of
    from domain.errors import Code
    from workers import replaying
    from workers.settings import load_settings

    if record and live:
        raise Told(Code.INVALID, "Only stored histories are recorded: leave out --live or --record.")
    settings = load_settings()
    wanted = case_of(case) if case else ""
    verdict = asyncio.run(_judged(settings, folder, live, address, closed, wanted))
    _print(verdict, shape_of(ctx, shape))
    if not verdict.ok:
        raise typer.Exit(FAILED)
    if record:
        replaying.record(folder, verdict)


async def _judged(settings: Settings, folder: Path, live: bool, address: str, closed: float, case: str) -> Verdict:
    from datetime import timedelta

    from console.cli.output import patience
    from integrations.base.keyring import load_ring
    from integrations.temporal.plugin import connect
    from workers import replaying
    from workers.catalogue import load_catalogue

    classes, baseline = load_catalogue().workflows, replaying.read_baseline(folder)
    async with patience("Playing …"):
        histories: dict[str, WorkflowHistory]
        if live:
            ring = load_ring(settings.codec_ring)
            client = await connect(address or settings.temporal_address, settings.namespace, ring)
            histories = {name: each async for name, each in replaying.live(client, timedelta(hours=closed), case)}
            # What the stored ones came to says nothing about these; which code is new does.
            return await replaying.judge(histories, classes, ring, baseline, settings.namespace)
        return await replaying.judge(replaying.stored(folder), classes, _stored_ring(folder), baseline)


def _stored_ring(folder: Path) -> KeyRing:
    """The ring beside stored histories: made for them, it opens nothing else."""
    import json

    from domain.errors import Code, HoldfastError
    from integrations.base.keyring import KeyRing

    try:
        body = json.loads((folder / _RING).read_text())
        return KeyRing(body["active"], {name: bytes.fromhex(key) for name, key in body["keys"].items()})
    except (OSError, ValueError, KeyError, AttributeError):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{_RING} beside the histories") from None


def _print(verdict: Verdict, shape: Shape | None) -> None:
    from console.cli.output import Shape, emit, emit_json, say

    played = verdict.played.items()
    if shape is Shape.JSON:
        emit_json(
            {
                "ok": verdict.ok,
                "histories": [
                    {
                        "name": name,
                        "kind": each.kind,
                        "events": each.events,
                        "fault": each.fault,
                        "differs": each.differs,
                    }
                    | {"patches": each.patches}
                    for name, each in played
                ],
                "changed": [
                    {"function": each.name, "ran": each.ran, "agreed": each.agreed} for each in verdict.touched
                ],
            }
        )
        return
    rows = [(name, each.kind, each.events, each.fault or each.differs or "ok") for name, each in played]
    emit(shape, None, ("History", "Procedure", "Events", "Result"), rows)
    for each in verdict.touched:
        say(_sentence(each, len(verdict.played)))
    wrong = sum(not each.ok for each in verdict.played.values())
    count = f"{len(verdict.played)} histories"
    say(f"{wrong} of {count} would break or decide otherwise: do not deploy." if wrong else f"{count} replay alike.")


def _sentence(each: Touched, of: int) -> str:
    if not each.covered:
        return f"Changed: {each.name}; none of {of} histories has run it, so replay says nothing about it."
    agree = "and all of them replay alike" if each.agreed == each.ran else f"and {each.ran - each.agreed} do not agree"
    return f"Changed: {each.name}; {each.ran} of {of} histories have run it, {agree}."
