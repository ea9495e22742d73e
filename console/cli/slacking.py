"""The Slack app from the command line: its manifest, and whether Slack has it as it should be."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.options import Output, shape_of


def manifest(
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="For HTTP: where Slack reaches us; else for Socket Mode.")
    ] = "",
) -> None:
    """Print the app's manifest as JSON: paste it under "From a manifest" at api.slack.com/apps."""
    from console.cli.output import emit_json
    from integrations.slack.manifest import manifest as made

    emit_json(made(url).as_json())


def check(ctx: typer.Context, shape: Output = None) -> None:
    """Ask Slack whether tokens and scopes are as they should be. Exit status 1 if something is not."""
    import asyncio

    from console.cli.exits import FAILED
    from console.cli.output import emit, plain
    from integrations.slack.checking import check as asked
    from workers.settings import load_settings

    settings = load_settings()
    app, signed = settings.slack_app_token, settings.slack_signing_secret
    found = asyncio.run(
        asked(
            str(settings.slack_api_url) if settings.slack_api_url else None,
            settings.required("slack_bot_token"),
            app.get_secret_value() if app else "",
            signed=signed is not None,
        )
    )
    rows = ((each.what, "ok" if each.ok else "FAILED", each.says) for each in found)
    emit(shape_of(ctx, shape), plain(found), ("What", "", "Says"), rows)
    if not all(each.ok for each in found):
        raise typer.Exit(FAILED)
