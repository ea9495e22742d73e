"""What an auditor does: check all that is recorded, take one case out with its proof, and publish the key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import As, CaseId, Output, person_of, shape_of

if TYPE_CHECKING:
    from console.cli.output import Shape
    from domain.desk import Desk
    from domain.timeline import AuditReport

_WITNESS = {
    "off": "No witness is set, so only our own checkpoints speak against somebody with our keys.",
    "agrees": "The witness agrees",
    "differs": "The witness has OTHER checkpoints",
    "unreachable": "The witness could NOT be asked; this audit is not complete.",
}


def verify(ctx: typer.Context, person: As = "", shape: Output = None) -> None:
    """Compare every case's chain with the checkpoints, and both with the witness. Exit status 1 and the place of each
    fault if one is found, or if the witness cannot be asked."""
    from console.cli.auditing import verified
    from console.cli.exits import FAILED

    report, where = verified(person_of(ctx, person))
    _print_report(report, where, shape_of(ctx, shape))
    if not report.ok:
        raise typer.Exit(FAILED)


def _print_report(report: AuditReport, where: str, shape: Shape | None) -> None:
    from console.cli.output import Shape, emit, emit_json, say

    if shape is Shape.JSON:
        emit_json({**report.model_dump(mode="json"), "ok": report.ok, "read": where})
        return
    rows = [(each.case, each.sequence, each.fault) for each in report.faults]
    if rows:
        emit(shape, None, ("Case", "Entry", "Fault"), rows)
    elif report.ok:
        print(f"ok\t{report.cases} cases\t{report.entries} entries\t{report.checkpoints} checkpoints")
    broken = f"{len(rows)} faults; keep the store as it is and tell the auditor." if rows else "Every chain is whole."
    say(f"Read {where}. {broken} {_witness(report)}")


def _witness(report: AuditReport) -> str:
    said = _WITNESS.get(report.witness, report.witness)
    if report.witness not in ("agrees", "differs"):
        return said
    upto = "has none yet"
    if report.witnessed_at is not None:
        upto = f"up to checkpoint {report.witnessed} of {report.witnessed_at.isoformat(timespec='seconds')}"
    return f"{said} {upto}; {report.unwitnessed} entries are newer, and have only our own word."


def export(
    ctx: typer.Context,
    case: CaseId,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE.zip", help="Where to; default: CASE.zip here.")
    ] = None,
    person: As = "",
    shape: Output = None,
) -> None:
    """Take one case out as a ZIP archive that proves itself, with its own verifier. The timeline keeps that you did."""
    import os

    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from console.cli.finding import case_of
    from console.cli.output import emit_fields
    from domain.errors import Code

    wanted = case_of(case)
    path = to if to is not None else Path(f"{wanted.replace('/', '-')}.zip")
    if path.exists():
        raise Told(Code.INVALID, f"{str(path)!r} is there already; name another file with --to.")

    async def take(desk: Desk, who: str) -> bytes:
        return await desk.export(who, wanted)

    data = with_desk(person_of(ctx, person), take)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise Told(Code.INVALID, f"{str(path)!r} cannot be written: {error.strerror}; name another file.") from None
    told = {"case": wanted, "file": str(path), "bytes": len(data)}
    emit_fields(shape_of(ctx, shape), told, {**told, "check it with": "python3 verify.py, in the unpacked folder"})


def key(ctx: typer.Context, shape: Output = None) -> None:
    """The public key of checkpoints and exports, to publish where others can find it without asking you."""
    from console.cli.output import emit, plain
    from workers.keys import notary_keys
    from workers.settings import load_settings

    found = notary_keys(load_settings())
    emit(shape_of(ctx, shape), plain(found), ("Id", "Ed25519 public key"), [(each.id, each.ed25519) for each in found])
