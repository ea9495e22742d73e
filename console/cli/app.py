"""The tree of commands: only names, help and options; what a command needs it imports when it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from console.cli import (
    again,
    agencies,
    cases,
    clocks,
    deciding,
    declaring,
    drilling,
    handing,
    health,
    keeping,
    operating,
    procedures,
    proving,
    replaying,
    reviewing,
    rota,
    running,
    saying,
    slacking,
    triage,
    watching,
)
from console.cli.options import CASES, DECIDING, PROCEDURES, RUNNING, Output, Shared


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"holdfast {version('holdfast')}")
        raise typer.Exit


def _globals(
    ctx: typer.Context,
    person: Annotated[
        str, typer.Option("--as", metavar="PERSON", envvar="HOLDFAST_AS", help="Who acts: a directory id.")
    ] = "",
    shape: Output = None,
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", envvar="HOLDFAST_ZONE", help="Also tell times in this zone.")
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Holdfast runs a Trust & Safety team's emergency procedures.

    Exit status: 0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 unreachable.
    """
    ctx.obj = Shared(person, shape, zone)


app = typer.Typer(name="holdfast", callback=_globals, add_completion=False, pretty_exceptions_enable=False)
config = typer.Typer(help="Settings.")
audit = typer.Typer(help="The records: check them, take a case out.")
keys = typer.Typer(help="Keys: list them, add new ones, rotate.")
roster = typer.Typer(help="Who is on duty.")
slack = typer.Typer(help="The Slack app.")
listed = typer.Typer(help="The list of agencies: our own numbers, each by two people.")
worker = typer.Typer(help=running.worker.__doc__)
lines = typer.Typer(help="Lines that opened no case of their own: look, own, close, open one after all.")

_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    CASES: {
        "declare": declaring.declare,
        "list": cases.list_cases,
        "show": cases.show,
        "timeline": cases.timeline,
        "gates": cases.gates,
        "tasks": cases.tasks,
        "interventions": cases.interventions,
        "clocks": clocks.clocks,
        "review": reviewing.review,
    },
    DECIDING: {
        "ack": rota.ack,
        "decide": deciding.decide,
        "done": deciding.done,
        "intervene": deciding.intervene,
        "speak": saying.speak,
        "own": saying.own,
        "hand-over": handing.hand_over,
        "accept": handing.accept,
        "amend": saying.amend,
        "note": saying.note,
        "severity": saying.severity,
        "escalate": saying.escalate,
        "stand-down": saying.stand_down,
        "clock": clocks.clock,
        "move": reviewing.move,
        "report-deviation": reviewing.report_deviation,
        "report-tool-fault": reviewing.report_tool_fault,
        "report-consequence": reviewing.report_consequence,
        "reopen": again.reopen,
    },
    PROCEDURES: {"sops": procedures.sops, "sop": procedures.sop},
    RUNNING: {
        "tonight": rota.tonight,
        "up": running.up,
        "demo": running.demo,
        "drill": drilling.drill,
        "setup": operating.setup,
        "doctor": operating.doctor,
        "trace": operating.trace,
        "recover": again.recover,
        "replay": replaying.replay,
        "desk": running.desk,
        "auditor": watching.auditor,
        "healthy": health.healthy,
        "backup": keeping.backup,
        "restore": keeping.restore,
    },
}
_TRIAGE: dict[str, Callable[..., None]] = {
    "list": triage.listed,
    "show": triage.show,
    "own": triage.own,
    "close": triage.close,
    "open": triage.open_case,
}
for panel, commands in _COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)

config.command("show")(operating.show_config)
audit.command("verify")(proving.verify)
audit.command("export")(proving.export)
audit.command("key")(proving.key)
for name, command in {"list": keeping.list_keys, "add": keeping.add, "rotate": keeping.rotate}.items():
    keys.command(name)(command)
app.add_typer(keys, name="keys", rich_help_panel=RUNNING)
roster.command("show")(rota.show)
roster.command("export")(rota.export)
roster.command("import")(rota.import_changes)
app.add_typer(roster, name="rota", rich_help_panel=RUNNING)
slack.command("manifest")(slacking.manifest)
slack.command("check")(slacking.check)
app.add_typer(slack, name="slack", rich_help_panel=RUNNING)
_LISTED: dict[str, Callable[..., None]] = {
    "list": agencies.list_agencies,
    "show": agencies.show,
    "propose": agencies.propose,
    "confirm": agencies.confirm,
    "recheck": agencies.recheck,
    "remove": agencies.remove,
    "drop": agencies.drop,
    "notified": agencies.notified,
}
for name, command in _LISTED.items():
    listed.command(name)(command)
app.add_typer(listed, name="agencies", rich_help_panel=DECIDING)
for name, command in _TRIAGE.items():
    lines.command(name)(command)
app.add_typer(lines, name="triage", rich_help_panel=CASES)
worker.callback(invoke_without_command=True)(running.worker)
worker.command("drain")(running.drain)
app.add_typer(worker, name="worker", rich_help_panel=RUNNING)
app.add_typer(config, name="config", rich_help_panel=RUNNING)
app.add_typer(audit, name="audit", rich_help_panel=RUNNING)
