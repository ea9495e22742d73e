"""Who is on duty, in which hours somebody is missing, and the rota as a calendar, out and in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.options import As, CaseId, Output, Yes, person_of, shape_of

if TYPE_CHECKING:
    from datetime import datetime

    from domain.acts import Act
    from domain.desk import Desk

Days = Annotated[int, typer.Option(min=1, max=366, help="How many days from now.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON; the same as --output json.")]


def tonight(ctx: typer.Context, days: Days = 14, as_json: AsJson = False, shape: Output = None) -> None:
    """Every span of the next fortnight in which some gate of some procedure could not be met.

    Exit status 1 if there is one. Worst case: whoever verified and whoever assessed are used up first.
    """
    import asyncio
    from datetime import UTC, datetime, timedelta

    from console.cli.exits import FAILED
    from console.cli.output import Shape, emit, emit_json, say
    from console.rostering import roster
    from domain.access import roles_of
    from domain.people import Role
    from domain.rest import tired
    from domain.tonight import bare_spans, holes
    from workers.catalogue import load_catalogue
    from workers.settings import load_settings

    form = Shape.JSON if as_json else shape_of(ctx, shape)
    found = asyncio.run(roster(load_settings()))
    procedures = list(load_catalogue().procedures.values())
    start = datetime.now(UTC).replace(second=0, microsecond=0)
    end = start + timedelta(days=days)
    rota, people = found.known.rota, found.directory
    gaps = holes(rota, people, procedures, start, end)
    roles = [role for role in Role if any(role in roles_of(each) for each in procedures)]
    bare = bare_spans(rota, people, roles, start, end)
    worn = tired(rota, people, start, end) if rota is not None else ()
    if form is Shape.JSON:
        emit_json(
            {
                "from": start,
                "until": end,
                "rota": {"revision": rota.revision if rota else "", "fault": found.known.fault, "as_of": _iso(found)},
                "holes": [each.model_dump(mode="json") for each in gaps],
                "alone": [each.model_dump(mode="json") for each in bare],
                "tired": [each.model_dump(mode="json") for each in worn],
            }
        )
    else:
        columns = ("From (UTC)", "Until (UTC)", "Here", "Procedure", "Gate", "Why", "Empty seats")
        emit(
            form,
            None,
            columns,
            (
                (_utc(each.start), _utc(each.end), _here(each.start, each.end), each.procedure, each.gate,
                 each.because, ", ".join(each.missing))
                for each in gaps
            ),
        )  # fmt: skip
        for one in bare:
            say(f"{_utc(one.start)} to {_utc(one.end)}: {one.role.value} is {one.person} alone, with no backup.")
        for each in worn:
            what = f"{each.number} h of rest" if each.code == "short-rest" else f"{each.number} nights in a row"
            say(f"{_utc(each.start)} to {_utc(each.end)}: {each.person} has {what}.")
        if rota is None:
            say("No rota is kept: everybody of the directory counts as on duty. Set HOLDFAST_ROTA_FILE.")
        if found.known.fault:
            say(f"The rota may be old ({found.known.fault}); it is as of {_iso(found)}.")
        say(f"{len(gaps)} hole(s) in {days} day(s)." if gaps else f"Every gate can be met for {days} day(s).")
    if gaps:
        raise typer.Exit(FAILED)


def ack(ctx: typer.Context, case: CaseId, subject: Annotated[str, typer.Argument(help="Its key or name, or `owner`.")],
        person: As = "", shape: Output = None) -> None:  # fmt: skip
    """Say that you have seen what waits. It decides nothing; the next person is not called for now."""
    from console.cli.connect import with_desk
    from console.cli.finding import case_of, find
    from console.cli.sending import send
    from domain.acts import Acknowledge
    from domain.desk import Waiting

    wanted, who = case_of(case), person_of(ctx, person)

    async def look(desk: Desk, person: str) -> Waiting:
        if subject.strip().lower() == "owner":
            state = await desk.show(person, wanted)
            return Waiting(
                case=wanted, key="owner", kind="owner", title="", severity=int(state.severity),
                opened_at=state.declared_at, nonce=state.owner.nonce if state.owner else "", digest="", rungs=0,
            )  # fmt: skip
        return await find(desk, person, wanted, subject, "")

    waiting = with_desk(who, look)

    async def act(_: Desk) -> Act:
        return Acknowledge()

    send(who, waiting, act, shape_of(ctx, shape))


def show(
    ctx: typer.Context,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="Of this role only.")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="At this moment, such as 2026-12-24T22:00Z.")] = "",
    shape: Output = None,
) -> None:
    """Who is on duty, in the order in which they are called, and why."""
    import asyncio

    from console.cli.output import emit
    from console.rostering import role_of, roster
    from domain.duty import on_duty
    from domain.people import Role
    from workers.settings import load_settings

    found = asyncio.run(roster(load_settings()))
    roles = [role_of(role)] if role else list(Role)
    there = [each for one in roles for each in on_duty(found.known.rota, found.directory, one, _moment(at))]
    data = [{"role": each.role, "person": each.person.id, "stand": each.stand, "until": each.until,
             "reason": each.reason} for each in there]  # fmt: skip
    emit(shape_of(ctx, shape), data, ("Role", "Who", "How"),
         ((each.role.value, each.person.id, each.reason) for each in there))  # fmt: skip


def export(
    ctx: typer.Context,
    person: Annotated[str, typer.Option("--person", metavar="PERSON", help="Only this person's duties.")] = "",
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="Only this role's duties.")] = "",
    days: Days = 28,
) -> None:
    """Print duties as an iCalendar file, for any calendar."""
    import asyncio
    import sys
    from datetime import UTC, datetime, timedelta

    from console.rostering import role_of, roster
    from domain.duty import duty_spans
    from domain.errors import Code, HoldfastError
    from domain.people import Role
    from integrations.rota.calendars import calendar_of
    from workers.settings import load_settings

    found = asyncio.run(roster(load_settings()))
    if person and found.directory.person(person) is None:
        raise HoldfastError(Code.UNKNOWN_PERSON)
    now = datetime.now(UTC).replace(microsecond=0)
    roles = [role_of(role)] if role else list(Role)
    spans = duty_spans(found.rota, found.directory, roles, now.replace(minute=0, second=0), now + timedelta(days=days))
    wanted = [each for each in spans if not person or each.person.id == person]
    sys.stdout.buffer.write(calendar_of(wanted, now))
    sys.stdout.flush()


def import_changes(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE.ics", help="The calendar; - for standard input.")],
    days: Days = 90,
    yes: Yes = False,
    shape: Output = None,
) -> None:
    """Take leave, cover, swaps and overrides out of a calendar. Shows what would change, and writes it after --yes."""
    import asyncio
    from datetime import UTC, datetime, timedelta

    from console.cli import files
    from console.cli.output import emit, say
    from console.rostering import roster, rota_file
    from domain.rota_changes import effects
    from integrations.rota.calendars import changes_in
    from integrations.rota.file import parse_rota
    from integrations.rota.writing import keep, with_changes
    from workers.settings import load_settings

    settings = load_settings()
    path = rota_file(settings)
    found = asyncio.run(roster(settings))
    asked = changes_in(files.read_bytes(file), found.rota, found.directory)
    for each in asked.skipped:
        say(f"Event {each.number} changes nothing: {each.why}.")
    now = datetime.now(UTC)
    data = with_changes(path, asked.changes)
    # Read as it will be read: what would be refused then is refused before anything is written.
    parse_rota(path.name, path.read_bytes(), found.directory, now.year, changes=data)
    changed = effects(found.rota, found.rota.plus(asked.changes), found.directory, now, now + timedelta(days=days))
    rows = (
        (_utc(each.start), _utc(each.end), each.role.value, ", ".join(each.before) or "nobody",
         ", ".join(each.after) or "nobody")
        for each in changed
    )  # fmt: skip
    emit(shape_of(ctx, shape), [each.model_dump(mode="json") for each in changed],
         ("From (UTC)", "Until (UTC)", "Role", "On duty now", "On duty then"), rows)  # fmt: skip
    count = len(asked.changes.changes)
    if not count:
        say("Nothing is to be changed.")
    elif not yes:
        say(f"Nothing was written. {count} change(s) wait; add --yes to keep them.")
    else:
        say(f"{count} change(s) kept in {keep(path, data)}.")


def _moment(text: str) -> datetime:
    from datetime import UTC, datetime

    from console.cli.exits import Told
    from domain.errors import Code

    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Told(Code.INVALID, "--at is a moment such as 2026-12-24T22:00Z.") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _utc(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes").removesuffix("+00:00")


def _here(start: datetime, end: datetime) -> str:
    """On this machine's own clock."""
    first, last = start.astimezone(), end.astimezone()
    return f"{first:%a %d %b %H:%M} to {last:%a %d %b %H:%M %Z}"


def _iso(found: Any) -> str:
    at = found.known.as_of
    return at.isoformat(timespec="seconds") if at is not None else ""
