"""The procedures as documents, drawn from their own code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from console.cli.options import Output, shape_of


def sops(ctx: typer.Context, shape: Output = None) -> None:
    """The procedures of this installation."""
    from console.cli.output import emit
    from workers.catalogue import load_catalogue

    found = sorted(load_catalogue().procedures.values(), key=lambda each: each.slug)
    rows = [(each.slug, each.prefix, each.version, each.title) for each in found]
    data = [dict(zip(("slug", "prefix", "version", "title"), row, strict=True)) for row in rows]
    emit(shape_of(ctx, shape), data, ("Slug", "Prefix", "Version", "Title"), rows)


def sop(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Procedure, or the prefix of its cases (edr).")],
    shape: Output = None,
) -> None:
    """One procedure as a document: prose, form, gates, tasks, follow-ups, review, diagram."""
    from console.cli.output import Shape, emit_json
    from console.document import document_of, markdown
    from workers.catalogue import load_catalogue

    catalogue = load_catalogue()
    procedure = catalogue.procedure(slug)
    document = document_of(procedure, catalogue.modules[procedure.slug])
    form = shape_of(ctx, shape)
    if form is Shape.JSON:
        emit_json(document.model_dump(mode="json"))
    elif form is Shape.TABLE or sys.stdout.isatty():
        _rendered(markdown(document))
    else:
        print(markdown(document), end="")


def _rendered(text: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    Console(file=sys.stdout).print(Markdown(text))
