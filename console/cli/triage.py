"""Triage on the command line: what waits for a person, one line, mine, closed, a case after all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from console.cli.options import As, Output, person_of, shape_of
from domain.line_codes import MOST_LISTED, ClosingCode, LineState

if TYPE_CHECKING:
    from integrations.desk_client import TriageClient

T = TypeVar("T")
Ids = Annotated[list[str], typer.Argument(metavar="LINE...", help="Ids of lines.")]
_TIMES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]


def listed(
    ctx: typer.Context,
    state: Annotated[LineState | None, typer.Option(help="Only these; else those that are open.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Whatever their state.")] = False,
    source: Annotated[str, typer.Option(help="The way in.")] = "",
    case: Annotated[str, typer.Option(help="Those that belong to this case.")] = "",
    why: Annotated[str, typer.Option(help="Why they are here: a budget, or a code.")] = "",
    domain: Annotated[str, typer.Option(help="The requester's mail domain.")] = "",
    agency: Annotated[str, typer.Option(help="The agency's id in the directory.")] = "",
    target: Annotated[str, typer.Option(help="The account that they are about.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=_TIMES, help="Came in then or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_TIMES, help="Came in before.")] = None,
    after: Annotated[str, typer.Option(metavar="LINE", help="The last line of the page before.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=MOST_LISTED)] = 50,
    person: As = "",
    shape: Output = None,
) -> None:
    """Lines that wait for a person: confirmed agencies first, then the oldest. No line is ever dropped."""
    from console.cli.output import emit
    from domain.triage import LineQuery

    query = LineQuery(
        state="" if every else (state or LineState.OPEN).value,
        source=source,
        case=case.upper(),
        why=why,
        domain=domain,
        agency=agency,
        target=target,
        since=since,
        until=until,
        after=after,
        limit=limit,
    )
    found = _asked(person_of(ctx, person), lambda desk, who: desk.lines(who, query))
    columns = ("Line", "State", "From", "Proven by it", "Requester", "Known", "Verdict", "Why", "Case", "Owner", "At")
    rows = (
        (
            each.line,
            each.state.value,
            each.source,
            each.source_trust.value,
            each.requester.value,
            each.requester_trust.value,
            each.verdict.value,
            each.why,
            each.case,
            each.owner,
            each.received_at.isoformat(timespec="seconds"),
        )
        for each in found
    )
    emit(shape_of(ctx, shape), [each.model_dump(mode="json") for each in found], columns, rows)


def show(
    ctx: typer.Context,
    line: Annotated[str, typer.Argument(metavar="LINE", help="Id of a line.")],
    person: As = "",
    shape: Output = None,
) -> None:
    """One line: what was said, what the way in proves, what is still missing. That you looked is logged."""
    from console.cli.output import emit_fields

    view = _asked(person_of(ctx, person), lambda desk, who: desk.look(who, line))
    told, mail = view.told, view.told.mail
    signed = ", ".join(f"{each.result} by {each.domain}" for each in mail.dkim) if mail else ""
    fields: dict[str, object] = {
        "line": view.line.line,
        "state": f"{view.line.state.value} {view.line.code}".strip(),
        "came in": f"{told.received_at.isoformat(timespec='seconds')} by {told.channel.value}, source {told.source}",
        "the way in proves": told.source_trust.value,
        "requester": f"{told.requester.value}, {told.requester_trust.value}",
        "domain": told.domain,
        "agency": told.agency,
        "mail evidence": f"DMARC {mail.dmarc}; DKIM {signed or 'none'}" if mail else "",
        "about": told.identifier,
        "verdict": f"{view.line.verdict.value} {view.line.why}".strip(),
        "case": view.line.case,
        "owner": view.line.owner,
        "attachments": len(told.attachments),
        "missing": view.missing,
        "said": told.text,
        **{f"answer {name}": value for name, value in told.answers.items()},
    }
    emit_fields(shape_of(ctx, shape), view.model_dump(mode="json"), fields)


def own(ctx: typer.Context, lines: Ids, person: As = "") -> None:
    """These are mine: nobody else is called for them."""
    from console.cli.output import say

    count = _asked(person_of(ctx, person), lambda desk, who: desk.own(who, tuple(lines)))
    say(f"{count} line(s) are yours.")


def close(
    ctx: typer.Context,
    code: Annotated[ClosingCode, typer.Option(help="How they ended.")],
    lines: Annotated[list[str] | None, typer.Argument(metavar="[LINE]...", help="Ids of lines.")] = None,
    case: Annotated[str, typer.Option(help="Instead: every open line that joined this case.")] = "",
    person: As = "",
) -> None:
    """Close lines with a code."""
    from console.cli.output import say
    from domain.triage import Closing

    closing = Closing(lines=tuple(lines or ()), case=case.upper(), code=code)
    say(f"{_asked(person_of(ctx, person), lambda desk, who: desk.close(who, closing))} line(s) closed.")


def open_case(
    ctx: typer.Context,
    line: Annotated[str, typer.Argument(metavar="LINE", help="Id of a line that is open.")],
    about: Annotated[str, typer.Option(metavar="IDENTIFIER", help="Whom it is about, if the line does not say.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Open a case of its own from a line, whatever its budget said."""
    from console.cli.output import emit_fields
    from domain.triage import Opening

    opening = Opening(line=line, identifier=about)
    found = _asked(person_of(ctx, person), lambda desk, who: desk.open(who, opening))
    fields: dict[str, object] = {"case": found.case, "state": found.state.value}
    emit_fields(shape_of(ctx, shape), found.model_dump(mode="json"), fields)


def _asked(person: str, work: Callable[[TriageClient, str], Awaitable[T]]) -> T:
    from console.cli.connect import with_desk
    from domain.desk import Desk
    from integrations.desk_client import TriageClient

    async def ask(desk: Desk, who: str) -> T:
        assert isinstance(desk, TriageClient)
        return await work(desk, who)

    return with_desk(person, ask)
