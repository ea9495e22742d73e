"""The options that many commands share, and who asks for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from console.cli.output import Shape

# `As` is also accepted after the command, where most people write it.
As = Annotated[
    str,
    typer.Option("--as", metavar="PERSON", help="Who acts (else HOLDFAST_AS). Development login: this machine only."),
]
Output = Annotated[
    Shape | None, typer.Option("--output", "-o", help="table or json; else a table on a terminal, lines in a pipe.")
]
Zone = Annotated[
    str, typer.Option("--zone", metavar="ZONE", help="Also tell times in this zone (else HOLDFAST_ZONE, else here).")
]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Case id, in either case of letters.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without a question.")]

CASES, DECIDING, PROCEDURES, RUNNING = "Cases", "Deciding and doing", "Procedures", "Running it"


@dataclass(frozen=True)
class Shared:
    """What was given before the command: `holdfast --as PERSON -o json list`."""

    person: str = ""
    shape: Shape | None = None
    zone: str = ""


def person_of(ctx: typer.Context, given: str) -> str:
    """Who acts: the command's own option, else the global one, else HOLDFAST_AS; empty if nobody is named."""
    return given or _shared(ctx).person


def shape_of(ctx: typer.Context, given: Shape | None) -> Shape | None:
    return given or _shared(ctx).shape


def zone_of(ctx: typer.Context, given: str = "") -> str:
    """In whose time a person reads: the command's own option, else the global one; empty for this machine's."""
    return given or _shared(ctx).zone


def _shared(ctx: typer.Context) -> Shared:
    found = ctx.find_root().obj
    return found if isinstance(found, Shared) else Shared()
