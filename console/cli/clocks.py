"""Clocks on the command line: what runs out next, which rows of the register nobody looked at, and acts on one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import As, CaseId, Output, Zone, person_of, shape_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.cli.output import Shape
    from domain.acts import Act
    from domain.clocks import ClockRecord
    from domain.desk import Desk
    from domain.state import State
    from domain.timeline import Projection

_STALE_DAYS = 90  # a quarter: laws of this field changed in each one of the last two years
_UNTIL = Annotated[
    datetime | None,
    typer.Option("--until", metavar="TIME", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"],
                 help="With --toll: when it goes on by itself, as 2026-12-01T12:00Z."),
]  # fmt: skip


def clocks(
    ctx: typer.Context,
    stale: Annotated[
        bool, typer.Option("--stale", help="The rows of the register that somebody must look at.")
    ] = False,
    days: Annotated[int, typer.Option(min=0, help="With --stale: looked at more than so many days ago.")] = _STALE_DAYS,
    zone: Zone = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """All running clocks of the open cases that you may see, what is in danger first."""
    if stale:
        _stale(days, shape_of(ctx, shape))
        return
    from datetime import UTC

    from console import times
    from console.cli.connect import with_desk
    from console.cli.output import emit, plain
    from console.ticking import ticking

    where = times.here(zone_of(ctx, zone))

    async def look(desk: Desk, who: str) -> Sequence[Projection]:
        return await desk.cases(who, open_only=True)

    found = ticking(with_desk(person_of(ctx, person), look), datetime.now(UTC))
    rows = (
        (
            each.clock,
            each.case,
            each.gone or "-",
            times.span(each.left) if each.left is not None else "-",
            times.cell(each.due_at, where) if each.due_at else "-",
            each.kind,
            each.said,
            each.counsel,
            each.duty,
        )
        for each in found
    )
    columns = ("Clock", "Case", "Gone", "Left", "Due (UTC)", "Kind", "Status", "Counsel", "Duty")
    emit(shape_of(ctx, shape), plain(found), columns, rows)


def _stale(days: int, shape: Shape | None) -> None:
    from datetime import UTC, timedelta

    from console.cli.output import emit, plain
    from domain.register import REGISTER, stale

    found = stale(REGISTER, datetime.now(UTC).date(), timedelta(days=days))
    rows = (
        (each.id, each.reviewed, each.counsel.standing.value, each.read.value, each.source, each.doubt or "-")
        for each in found
    )
    emit(shape, plain(found), ("Clock", "Reviewed", "Counsel", "How we know", "Source", "Doubt"), rows)


def clock(
    ctx: typer.Context,
    case: CaseId,
    which: Annotated[str, typer.Argument(metavar="CLOCK", help="Its key or id, or any part that fits one alone.")],
    met: Annotated[
        str, typer.Option("--met", metavar="FILE", help="The duty is done; the record of it, as text.")
    ] = "",
    toll: Annotated[str, typer.Option("--toll", metavar="CODE", help="Ask that it stand still, and why.")] = "",
    days: Annotated[int, typer.Option(min=0, help="With --toll: for so many days from the approval.")] = 0,
    until: _UNTIL = None,
    resume: Annotated[str, typer.Option("--resume", metavar="CODE", help="Let it go on, and why.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Act on a clock of a case, as its owner or as counsel. Letting one stand still is decided by two other people."""
    from console.cli import files
    from console.cli.exits import Told
    from console.cli.finding import case_of
    from console.cli.sending import send_on
    from domain.acts import AskToToll, ClockMet, Resume
    from domain.errors import Code
    from domain.evidence import EvidenceKind

    if sum(map(bool, (met, toll, resume))) != 1 or ((days or until) and not toll) or (days and until):
        raise Told(Code.INVALID, "Choose one: --met FILE, or --toll CODE (with --days or --until), or --resume CODE.")
    wanted, who = case_of(case), person_of(ctx, person)
    text = files.read_text(met) if met else ""

    async def act(desk: Desk) -> Act:
        if toll:
            return AskToToll(code=toll, days=days, until=until)
        if resume:
            return Resume(code=resume)
        return ClockMet(artefact=await desk.keep(who, wanted, EvidenceKind.ARTEFACT, text))

    async def subject(desk: Desk) -> tuple[str, str, str]:
        found = _the_one(await desk.show(who, wanted), which)
        return found.key, found.nonce, found.digest

    send_on(who, wanted, subject, act, shape_of(ctx, shape))


def _the_one(state: State, part: str) -> ClockRecord:
    """The owed clock that `part` means.

    Raises:
        Told: naming what runs.
    """
    from console.cli.exits import Told
    from domain.errors import Code

    owed = [each for each in state.clocks.values() if each.owed]
    wanted = part.strip().lower()
    exact = [each for each in owed if wanted in (each.key.lower(), each.rule.id.lower())]
    some = exact or [each for each in owed if wanted and wanted in each.key.lower()]
    if len(some) == 1:
        return some[0]
    known = ", ".join(each.key for each in owed) or "nothing"
    raise Told(Code.NO_SUCH_SUBJECT, f"{part!r} means no clock of this case, or several; owed now: {known}.")
