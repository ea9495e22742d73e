"""The review from a terminal: what it waits for, its report, a later date for an action, and reports by one press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from console.cli.options import As, CaseId, Output, person_of, shape_of

if TYPE_CHECKING:
    from console.cli.output import Shape
    from domain.desk import Desk, Waiting
    from domain.evidence import EvidenceRef
    from domain.standing import Standing
    from domain.state import State

What = Literal["deviation", "tool-fault", "consequence"]
_FORMS = ("md", "html", "pdf")
_CODE = "What it was; `holdfast {name} CASE list` shows the codes."


def review(
    ctx: typer.Context,
    case: CaseId,
    form: Annotated[str, typer.Option("--format", metavar="md|html|pdf", help="The report itself, in this form.")] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Write the report there, not to standard output.")
    ] = "",
    version: Annotated[int, typer.Option(min=0, help="An earlier version of the report; 0 is the latest.")] = 0,
    person: As = "",
    shape: Output = None,
) -> None:
    """How a case's review stands: who is waited for, actions and their dates; with --format its report."""
    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from domain.errors import Code
    from domain.standing import standing

    wanted, who = _review_of(case), person_of(ctx, person)
    if form and form not in _FORMS:
        raise Told(Code.INVALID, f"--format is one of {', '.join(_FORMS)}.")
    if to and not form:
        form = to.rpartition(".")[2] if to.rpartition(".")[2] in _FORMS else "md"

    async def look(desk: Desk, person: str) -> State:
        return await desk.show(person, wanted)

    stands = standing(with_desk(who, look))
    if not form:
        _show(wanted, stands, shape_of(ctx, shape))
        return
    ref = _version(stands, version, form)

    async def fetch(desk: Desk, person: str) -> bytes:
        return await desk.document(person, wanted, ref)

    _write(with_desk(who, fetch), to, form)


def _review_of(case: str) -> str:
    from console.cli.finding import case_of

    return f"{case_of(case).partition('/')[0]}/review"


def _version(stands: Standing, number: int, form: str) -> EvidenceRef:
    from console.cli.exits import Told
    from domain.errors import Code

    if not stands.versions:
        raise Told(Code.NO_SUCH_SUBJECT, "The report is not drafted yet; look again in a moment.")
    if number > len(stands.versions):
        raise Told(Code.NO_SUCH_SUBJECT, f"There are {len(stands.versions)} versions; choose one of them.")
    ref = stands.versions[number - 1 if number else -1].form(form)
    if ref is None:
        raise Told(Code.NO_SUCH_SUBJECT, f"This version has no {form}; ask for --format md.")
    return ref


def _write(data: bytes, to: str, form: str) -> None:
    import sys
    from pathlib import Path

    from console.cli.exits import Told
    from console.cli.output import say
    from domain.errors import Code

    if not to:
        if form == "pdf" and sys.stdout.isatty():
            raise Told(Code.INVALID, "A PDF does not belong on a terminal; name a file with --to.")
        sys.stdout.buffer.write(data)
        return
    try:
        Path(to).write_bytes(data)
    except OSError as error:
        raise Told(Code.INVALID, f"{to!r} cannot be written: {error.strerror}; name another file.") from None
    say(f"{len(data)} bytes written to {to}")


def _show(case: str, stands: Standing, shape: Shape | None) -> None:
    from console.cli.output import emit_fields

    fields: dict[str, object] = {
        "review": case,
        "kind": "directed by counsel" if stands.privileged else "ordinary",
        "depth": stands.depth or "not read from the record yet",
        "triggers": ", ".join(stands.triggers) or "none",
        "signed off": stands.signed,
        "draft due": _day(stands.draft_due),
        "actions owned by": _day(stands.owned_due),
        "versions": ", ".join(f"{each.number} {each.version}" for each in stands.versions) or "none yet",
    }
    for each in stands.actions:
        moved = (
            " (moved)" if each.moved else f" (moving to {_day(each.asked_for)} is asked for)" if each.asked_for else ""
        )
        fields[f"action {each.key}"] = f"{each.what}, {each.owner}, due {_day(each.due)}{moved}: {each.status}"
    for wait in stands.waits:
        fields[f"waits {wait.key}"] = f"{' or '.join(wait.roles)}; called again {_day(wait.next_call)}"
    fields |= {f"looks back {number}": _day(at) for number, at in enumerate(stands.looks, 1)}
    emit_fields(shape, stands.model_dump(mode="json"), fields)


def _day(at: object) -> str:
    return at.isoformat(sep=" ", timespec="minutes") if hasattr(at, "isoformat") else "-"


def move(
    ctx: typer.Context,
    case: CaseId,
    action: Annotated[str, typer.Argument(help="The action: its key, or any part of it that fits one alone.")],
    to: Annotated[
        str, typer.Option("--to", metavar="DATE", help="The new date (2026-12-24), at the end of its day, UTC.")
    ],
    reason: Annotated[str, typer.Option(metavar="CODE", help="Why, as a code (vendor-is-late).")],
    person: As = "",
    shape: Output = None,
) -> None:
    """Ask for a later date of an action of a review, once. Somebody who signs reviews agrees or does not."""
    from datetime import UTC, datetime, timedelta

    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from console.cli.finding import find
    from console.cli.sending import send
    from domain.acts import Act, Move
    from domain.errors import Code

    wanted, who = _review_of(case), person_of(ctx, person)
    try:
        day = datetime.strptime(to, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Told(Code.INVALID, "--to takes a date such as 2026-12-24.") from None

    async def look(desk: Desk, person: str) -> Waiting:
        return await find(desk, person, wanted, action, "task")

    async def act(_: Desk) -> Act:
        return Move(to=day + timedelta(days=1) - timedelta(seconds=1), code=reason)

    send(who, with_desk(who, look), act, shape_of(ctx, shape))


def report_deviation(
    ctx: typer.Context,
    case: CaseId,
    code: Annotated[str, typer.Argument(help=_CODE.format(name="report-deviation"))],
    person: As = "",
    shape: Output = None,
) -> None:
    """Say that we left the procedure. It lands in the timeline and in the review."""
    _report(ctx, case, "deviation", code, person, shape)


def report_tool_fault(
    ctx: typer.Context,
    case: CaseId,
    code: Annotated[str, typer.Argument(help=_CODE.format(name="report-tool-fault"))],
    person: As = "",
    shape: Output = None,
) -> None:
    """Say that a tool of ours failed you. It lands in the timeline and in the review."""
    _report(ctx, case, "tool-fault", code, person, shape)


def report_consequence(
    ctx: typer.Context,
    case: CaseId,
    code: Annotated[str, typer.Argument(help=_CODE.format(name="report-consequence"))],
    person: As = "",
    shape: Output = None,
) -> None:
    """Say what came of it: a death, an injury, an inquiry. It makes the review a full one."""
    _report(ctx, case, "consequence", code, person, shape)


def _report(ctx: typer.Context, case: str, what: What, code: str, person: str, shape: Shape | None) -> None:
    from console.cli.finding import case_of
    from console.cli.output import emit
    from console.cli.sending import send
    from domain.acts import Act, Report
    from domain.codes import REPORTS
    from domain.errors import Code, HoldfastError

    codes = REPORTS[what]
    if code == "list":
        emit(shape_of(ctx, shape), list(codes), ("Code",), [(each,) for each in codes])
        return
    if code not in codes:
        raise HoldfastError(Code.REASON_REQUIRED, ", ".join(codes))

    async def act(_: Desk) -> Act:
        return Report(what=what, code=code)

    send(person_of(ctx, person), case_of(case), act, shape_of(ctx, shape))
