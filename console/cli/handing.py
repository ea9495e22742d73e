"""Handing cases over to the next shift: offer, accept, decline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import As, CaseId, Output, Yes, person_of, shape_of

if TYPE_CHECKING:
    from domain.desk import Desk, Waiting


def hand_over(
    ctx: typer.Context,
    case: CaseId,
    to: Annotated[str, typer.Option(metavar="OFFICE|PERSON", help="An office (uk, us, au) or a directory id.")],
    promises: Annotated[str, typer.Option(metavar="FILE", help="What we told others we would do; - for stdin.")] = "",
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Offer a case to the next shift, with all that is open. It stays yours until somebody accepts it."""
    from console.cli import files
    from console.cli.deciding import confirm
    from console.cli.finding import case_of
    from console.cli.sending import send
    from domain.acts import Act, HandOver
    from domain.evidence import EvidenceKind

    wanted, who = case_of(case), person_of(ctx, person)
    text = files.read_text(promises) if promises else ""
    confirm(f"Offer {wanted} to {to}", yes)

    async def act(desk: Desk) -> Act:
        kept = await desk.keep(who, wanted, EvidenceKind.ARTEFACT, text) if text else None
        return HandOver(to=to, promises=kept)

    send(who, wanted, act, shape_of(ctx, shape))


def accept(
    ctx: typer.Context,
    case: CaseId,
    decline: Annotated[str, typer.Option(metavar="CODE", help="Decline instead; the code says why.")] = "",
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Take over a case that was offered, after reading what is open in it; or decline, and the next person is asked."""
    from console.cli.cards import lines_of
    from console.cli.connect import with_desk
    from console.cli.deciding import confirm
    from console.cli.finding import case_of, find
    from console.cli.output import say
    from console.cli.sending import send
    from domain.acts import Accept, Act, Decline
    from domain.errors import Code, HoldfastError
    from domain.handing import REASONS

    wanted, who = case_of(case), person_of(ctx, person)
    if decline and decline not in REASONS:
        raise HoldfastError(Code.REASON_REQUIRED, ", ".join(REASONS))

    async def look(desk: Desk, person: str) -> Waiting:
        return await find(desk, person, wanted, "hand-over", "hand-over")

    waiting = with_desk(who, look)
    say("\n".join(lines_of(waiting)))
    confirm(f"Decline to take {wanted} over" if decline else f"Take {wanted} over: you will own it", yes)

    async def act(desk: Desk) -> Act:
        return Decline(code=decline) if decline else Accept()

    send(who, waiting, act, shape_of(ctx, shape))
