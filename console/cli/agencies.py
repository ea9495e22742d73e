"""The list of agencies: who is in it, what is due, and its edits by two people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from console.cli.options import As, Output, Yes, person_of, shape_of

if TYPE_CHECKING:
    from domain.agencies import Source, Waiting
    from domain.agency_desk import AgencyLine, AgencyList, Edited
    from domain.agency_edits import Revision
    from domain.people import Agency
    from integrations.desk_client.agencies import AgenciesClient

T = TypeVar("T")
AgencyId = Annotated[str, typer.Argument(metavar="AGENCY", help="Its id in the list, such as agency-northfield.")]
ProposalId = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, as `agencies list` shows it.")]
SourceKind = Annotated[
    str,
    typer.Option(
        "--source-kind", metavar="KIND",
        help="national-register, government-site, printed-directory, known-liaison or trusted-peer.",
    ),
]  # fmt: skip
SourceName = Annotated[str, typer.Option("--source", metavar="NAME", help="The independent source, by its name.")]


def list_agencies(
    ctx: typer.Context,
    due: Annotated[bool, typer.Option("--due", help="Only what is due for its check of 90 days.")] = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Every agency of the list, the proposals that wait for a second person, and the notices still to be given."""
    from console.cli.output import Shape, emit, emit_json, say

    form = shape_of(ctx, shape)
    found = _at_desk(person_of(ctx, person), lambda desk, who: desk.agencies(who))
    lines = [each for each in found.agencies if each.overdue or not due]
    if form is Shape.JSON:
        emit_json({**found.model_dump(mode="json"), "agencies": [each.model_dump(mode="json") for each in lines]})
        return
    columns = ("Agency", "What", "Country", "Call", "Checked", "Stands")
    emit(form, None, columns, (
        (each.listed.agency.id, each.kind, each.listed.agency.country, each.listed.agency.call_back,
         f"{each.listed.checked_at:%Y-%m-%d}" if each.listed.checked_at else "never",
         _stands(each))
        for each in lines
    ))  # fmt: skip
    for waiting in found.waiting:
        say(_waits(waiting))
    for notice in found.notices:
        way = notice.mailbox or notice.call_back
        say(f"Notice {notice.id}: tell {notice.agency} at its old contact ({way}) by {notice.due:%Y-%m-%d %H:%M} UTC.")
    if not found.revision:
        say("The list has not begun: the directory's file is read as it is.")


def show(ctx: typer.Context, agency: AgencyId, person: As = "", shape: Output = None) -> None:
    """One agency with all its edits: what was written down when, by whom, on which source."""
    from console.cli.output import Shape, emit, emit_fields, emit_json
    from domain.errors import Code, HoldfastError

    form = shape_of(ctx, shape)

    async def look(desk: AgenciesClient, who: str) -> tuple[AgencyList, list[Revision]]:
        return await desk.agencies(who), list(await desk.history(who, agency))

    found, history = _at_desk(person_of(ctx, person), look)
    line = next((each for each in found.agencies if each.listed.agency.id == agency), None)
    if line is None and not history:
        raise HoldfastError(Code.NO_SUCH_SUBJECT, "agency")
    if form is Shape.JSON:
        listed = line.model_dump(mode="json") if line else None
        emit_json({"agency": listed, "history": [each.model_dump(mode="json") for each in history]})
        return
    if line is not None:
        plain = line.listed.agency.model_dump(mode="json", exclude_defaults=True)
        emit_fields(
            form, None, {**plain, "proposed by": line.listed.proposed_by, "confirmed by": line.listed.confirmed_by}
        )
    rows = ((each.number, f"{each.at:%Y-%m-%d %H:%M}", each.edit.kind, each.who or "the desk") for each in history)
    emit(form, None, ("Revision", "When (UTC)", "Edit", "Who"), rows)


def propose(
    ctx: typer.Context,
    agency: AgencyId,
    file: Annotated[
        str,
        typer.Option("--file", metavar="FILE", help="The entry as YAML or JSON; what is left out stays."),
    ],
    source_kind: SourceKind,
    source: SourceName,
    second_kind: Annotated[
        str, typer.Option("--second-source-kind", metavar="KIND", help="Where the second number was found.")
    ] = "",
    second: Annotated[str, typer.Option("--second-source", metavar="NAME", help="The same, by its name.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="CASE", help="The case that asks for it.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Propose a new agency, or another entry for one of the list. Nothing changes before a second person confirms."""
    from console.cli import files
    from domain.agencies import Change
    from domain.agency_desk import Propose

    changes = files.parse_entry(file, files.read_bytes(file))

    async def ask(desk: AgenciesClient, who: str) -> Edited:
        known = _find(await desk.agencies(who), agency)
        base = known.model_dump(mode="json", exclude={"checked_on"}) if known else {}
        entry = _entry({"name": agency, **base, **changes, "id": agency})
        wanted = Propose(
            change=Change.CHANGE if known else Change.ADD,
            agency=entry,
            source=_source(source_kind, source),
            second_source=_source(second_kind, second) if second or second_kind else None,
            case=case,
        )
        return await desk.propose(who, wanted)

    _tell(ctx, shape, _at_desk(person_of(ctx, person), ask))


def recheck(
    ctx: typer.Context,
    agency: AgencyId,
    source_kind: SourceKind,
    source: SourceName,
    second_kind: Annotated[
        str, typer.Option("--second-source-kind", metavar="KIND", help="Where its second number was found again.")
    ] = "",
    second: Annotated[str, typer.Option("--second-source", metavar="NAME", help="The same, by its name.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Say that you looked an agency up again and found the same. A second person confirms it, for 90 days."""
    from domain.agencies import Change
    from domain.agency_desk import Propose

    async def ask(desk: AgenciesClient, who: str) -> Edited:
        wanted = Propose(
            change=Change.RECHECK,
            agency=_known(await desk.agencies(who), agency),
            source=_source(source_kind, source),
            second_source=_source(second_kind, second) if second or second_kind else None,
        )
        return await desk.propose(who, wanted)

    _tell(ctx, shape, _at_desk(person_of(ctx, person), ask))


def remove(ctx: typer.Context, agency: AgencyId, source_kind: SourceKind, source: SourceName, person: As = "",
           shape: Output = None) -> None:  # fmt: skip
    """Propose that an agency be taken off the list. A second person confirms it; the old contact is told."""
    from domain.agencies import Change
    from domain.agency_desk import Propose

    async def ask(desk: AgenciesClient, who: str) -> Edited:
        known = _known(await desk.agencies(who), agency)
        # Without its second number it needs no second source to be taken away.
        entry = known.model_copy(update={"second_number": ""})
        return await desk.propose(who, Propose(change=Change.REMOVE, agency=entry, source=_source(source_kind, source)))

    _tell(ctx, shape, _at_desk(person_of(ctx, person), ask))


def confirm(
    ctx: typer.Context,
    proposal: ProposalId,
    source_kind: SourceKind,
    source: SourceName,
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Confirm what somebody else proposed, after you looked it up yourself at a source of your own."""
    from console.cli.deciding import confirm as sure
    from console.cli.output import clean, say
    from domain.agency_desk import Confirm
    from domain.errors import Code, HoldfastError

    who = person_of(ctx, person)
    found = _at_desk(who, lambda desk, asking: desk.agencies(asking))
    waiting = next((each for each in found.waiting if each.proposed.id == proposal), None)
    if waiting is None:
        raise HoldfastError(Code.NOT_OPEN)
    for name, value in waiting.proposed.agency.model_dump(mode="json", exclude_defaults=True).items():
        say(f"{name}: {clean(value)}")
    sure(f"You found the same yourself: {_waits(waiting)} Confirm it", yes)
    said = Confirm(id=proposal, seen=waiting.proposed.digest, source=_source(source_kind, source))
    _tell(ctx, shape, _at_desk(who, lambda desk, asking: desk.confirm(asking, said)))


def drop(ctx: typer.Context, proposal: ProposalId, person: As = "", shape: Output = None) -> None:
    """Take a proposal back, or say that somebody's is wrong."""
    _tell(ctx, shape, _at_desk(person_of(ctx, person), lambda desk, who: desk.drop(who, proposal)))


def notified(
    ctx: typer.Context,
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, as `agencies list` shows it.")],
    how: Annotated[str, typer.Option("--how", metavar="HOW", help="call or mail.")] = "call",
    person: As = "",
    shape: Output = None,
) -> None:
    """Say that the old contact of a changed entry was told."""
    from domain.agency_desk import Notify

    said = Notify(notice=notice, how=how)
    _tell(ctx, shape, _at_desk(person_of(ctx, person), lambda desk, who: desk.notified(who, said)))


def _at_desk(person: str, work: Callable[[AgenciesClient, str], Awaitable[T]]) -> T:
    from console.cli.connect import with_agencies

    return with_agencies(person, work)


def _tell(ctx: typer.Context, shape: Output, done: Edited) -> None:
    from console.cli.output import emit_fields, say

    plain = {name: value for name, value in done.model_dump(mode="json").items() if value != ""}
    emit_fields(shape_of(ctx, shape), plain, plain)
    if done.status == "waiting":
        say(f"Nothing has changed yet: another keeper confirms {done.id}.")


def _stands(line: AgencyLine) -> str:
    if line.overdue:
        return "check is due"
    return f"content from {line.cool_at:%Y-%m-%d %H:%M} UTC" if line.cool_at else "ok"


def _find(found: AgencyList, agency: str) -> Agency | None:
    return next((each.listed.agency for each in found.agencies if each.listed.agency.id == agency), None)


def _known(found: AgencyList, agency: str) -> Agency:
    from domain.errors import Code, HoldfastError

    known = _find(found, agency)
    if known is None:
        raise HoldfastError(Code.NO_SUCH_SUBJECT, "agency")
    return known


def _entry(plain: dict[str, object]) -> Agency:
    from pydantic import ValidationError

    from domain.errors import Code, HoldfastError
    from domain.people import Agency

    try:
        return Agency.model_validate(plain)
    except ValidationError as error:
        known = set(Agency.model_fields)
        fields = {str(each["loc"][0]) if each["loc"] and each["loc"][0] in known else "?" for each in error.errors()}
    raise HoldfastError(Code.INVALID, ", ".join(sorted(fields)))


def _source(kind: str, name: str) -> Source:
    from domain.agencies import Source, SourceKind
    from domain.errors import Code, HoldfastError

    kinds = [each.value for each in SourceKind if each is not SourceKind.SEED]
    if kind not in kinds:
        raise HoldfastError(Code.INVALID, f"a source is one of {', '.join(kinds)}")
    return Source(kind=SourceKind(kind), name=name)


def _waits(waiting: Waiting) -> str:
    said = waiting.proposed
    return f"Proposal {said.id}: {said.change.value} {said.agency.id}, by {said.by.person}, from {said.source.name}."
