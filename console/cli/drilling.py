"""`holdfast drill`: practise a procedure, on this machine alone, and be told how it went."""

from __future__ import annotations

from typing import Annotated

import typer


def drill(
    slug: Annotated[str, typer.Argument(metavar="PROCEDURE", help="Its slug or prefix: edr.")],
    scenario: Annotated[
        str, typer.Option(metavar="NAME", help="How it goes: genuine, pressured, forged, silent or sealed.")
    ] = "genuine",
    seed: Annotated[int, typer.Option(help="Sets people's pace: the same seed, the same minutes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The score as JSON.")] = False,
) -> None:
    """Play a procedure in simulated time, with simulated people, and score it.

    Exit status 0 only if all was met.
    """
    import asyncio
    import sys

    from console.cli.exits import FAILED
    from console.drilling.drill import drill as play
    from console.drilling.telling import Telling
    from workers.settings import load_settings

    telling = Telling(to_stderr=as_json)
    result = asyncio.run(play(load_settings(), slug, scenario, seed, telling))
    if as_json:
        sys.stdout.write(result.model_dump_json() + "\n")
        sys.stdout.flush()
    else:
        telling.score(result)
    if not result.ok:
        raise typer.Exit(FAILED)
