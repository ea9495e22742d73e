"""Cases that begin again: one whose run was lost goes on, one that is closed gets a successor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import As, CaseId, Output, Yes, person_of, shape_of

if TYPE_CHECKING:
    from domain.desk import Desk, Recovered, Reopened


def recover(
    ctx: typer.Context,
    case: CaseId,
    replace: Annotated[
        bool, typer.Option("--replace", help="End a run that is open but stuck, or was reset by Temporal's own tools.")
    ] = False,
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Start a case whose run is gone from the store's copy: what was decided stays, what was begun is done again."""
    from console.cli.connect import with_desk
    from console.cli.deciding import confirm
    from console.cli.finding import case_of
    from console.cli.output import emit_fields
    from domain.desk import Recover

    wanted = case_of(case)
    confirm(f"Start {wanted} again from its copy", yes)

    async def ask(desk: Desk, who: str) -> Recovered:
        return await desk.recover(who, Recover(case=wanted, replace=replace))

    done = with_desk(person_of(ctx, person), ask)
    fields: dict[str, object] = {"case": done.case, "its run was": done.why, "recovery": done.number}
    emit_fields(shape_of(ctx, shape), done.model_dump(mode="json"), fields)


def reopen(
    ctx: typer.Context,
    case: CaseId,
    reason: Annotated[
        str,
        typer.Option(metavar="CODE", help="new-harm, appeal-upheld, follow-up-by-authority or hash-reappeared."),
    ],
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Open a new case that goes on from a closed one, with its intake and facts. A case is reopened once."""
    from console.cli.connect import with_desk
    from console.cli.deciding import confirm
    from console.cli.finding import case_of
    from console.cli.output import emit_fields
    from domain.desk import Reopen

    wanted = case_of(case)
    confirm(f"Open a new case that goes on from {wanted}", yes)

    async def ask(desk: Desk, who: str) -> Reopened:
        return await desk.reopen(who, Reopen(case=wanted, code=reason))

    done = with_desk(person_of(ctx, person), ask)
    fields: dict[str, object] = {"case": done.case, "goes on from": done.of, "new": done.new}
    emit_fields(shape_of(ctx, shape), done.model_dump(mode="json"), fields)
