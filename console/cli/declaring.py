"""`holdfast declare`: a file becomes a case; the same file is the same case."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console.cli.options import As, Output, person_of, shape_of


def declare(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Procedure, or the prefix of its cases (edr).")],
    file: Annotated[str, typer.Option("--file", "-f", metavar="FILE", help="Answers, YAML or JSON; - for stdin.")] = "",
    attach: Annotated[
        list[str] | None,
        typer.Option("--attach", metavar="FILE", help="Seal this with the case; repeat for more. Nobody opens it."),
    ] = None,
    key: Annotated[str, typer.Option(help="What makes it the same case again; else the file's bytes.")] = "",
    drill: Annotated[bool, typer.Option("--drill", help="A rehearsal against stand-ins.")] = False,
    drill_factor: Annotated[
        float, typer.Option("--drill-factor", metavar="X", help="Play a drill's waits faster: 0.0167 is 60 times.")
    ] = 1.0,
    template: Annotated[bool, typer.Option("--template", help="Print a file to fill in, and declare nothing.")] = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Open a case from a filled-in form. The same file again answers with the same case."""
    from console.cli import files, forms
    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from console.cli.output import emit, say
    from domain.desk import Declaration, Declared, Desk
    from domain.errors import Code
    from workers.catalogue import load_catalogue

    procedure = load_catalogue().procedure(slug)
    if template:
        print(forms.template(procedure.title, procedure.slug, procedure.intake), end="")
        return
    if not file:
        raise Told(Code.INVALID, "Name the file with the answers: --file FILE; `--template` prints one to fill in.")
    if drill_factor != 1.0 and not (drill and 0 < drill_factor < 1):
        raise Told(Code.INVALID, "--drill-factor is for drills: give --drill, and a number between 0 and 1.")
    data = files.read_bytes(file)
    answers: dict[str, Any] = forms.answers_of(procedure.intake, files.parse_answers(file, data))
    declaration = Declaration(
        slug=procedure.slug,
        answers=answers,
        key=key or files.key_of(data, drill=drill),
        attachments=files.uploads_of(attach or ()),
        channel="cli",
        drill=drill,
        drill_factor=drill_factor,
    )

    async def send(desk: Desk, who: str) -> Declared:
        return await desk.declare(who, declaration)

    declared = with_desk(person_of(ctx, person), send)
    known, runs = ("new" if declared.new else "known"), ("running" if declared.running else "waiting")
    emit(shape_of(ctx, shape), declared.model_dump(mode="json"), ("Case", "", ""), [(declared.case, known, runs)])
    if not declared.new:
        say("This was declared before; it is the same case.")
    if not declared.running:
        say("Temporal cannot be reached. The case is kept and starts by itself when Temporal is back.")
