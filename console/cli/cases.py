"""Looking at cases: the list, one case, its timeline, and what waits for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.options import As, CaseId, Output, person_of, shape_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from console.cli.output import Shape
    from domain.desk import Desk, Waiting
    from domain.state import State
    from domain.timeline import LedgerEntry, Projection

MaybeCase = Annotated[str, typer.Argument(metavar="[CASE]", help="Of this case only, and in full.")]
_FOLLOW_EVERY = 1.0  # seconds between two looks at a timeline


def list_cases(
    ctx: typer.Context,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """All cases that you may see."""
    from console import times
    from console.cli.connect import with_desk
    from console.cli.output import emit, plain

    where = times.here(zone_of(ctx))

    async def look(desk: Desk, who: str) -> Sequence[Projection]:
        return await desk.cases(who, open_only=open_only)

    found = with_desk(person_of(ctx, person), look)
    rows = (
        (
            each.case,
            f"P{each.severity}",
            each.status,
            each.phase,
            each.owner or "-",
            ", ".join((*each.open_gates, *each.open_tasks, *each.open_interventions)) or "-",
            each.outcome or "-",
            "drill" if each.drill else "real",
            times.cell(each.next_clock, where) if each.next_clock else "-",
        )
        for each in found
    )
    columns = ("Case", "P", "Status", "Phase", "Owner", "Waiting for people", "Outcome", "Drill", "Next clock (UTC)")
    emit(shape_of(ctx, shape), plain(found), columns, rows)


def show(ctx: typer.Context, case: CaseId, person: As = "", shape: Output = None) -> None:
    """One case: where it stands, who owns it, what is open, what falls due."""
    from console import times
    from console.cli.connect import with_desk
    from console.cli.finding import case_of
    from console.cli.output import emit_fields

    wanted = case_of(case)

    async def look(desk: Desk, who: str) -> State:
        return await desk.show(who, wanted)

    state = with_desk(person_of(ctx, person), look)
    emit_fields(shape_of(ctx, shape), state.model_dump(mode="json"), _summary(state, times.here(zone_of(ctx))))


def _summary(state: State, where: tzinfo) -> dict[str, object]:
    from datetime import UTC, datetime

    from console import times
    from console.ticking import clocks_of

    owner = state.owner.person if state.owner and state.owner.person else "nobody yet"
    fields: dict[str, object] = {
        "case": state.case,
        "procedure": state.slug,
        "severity": f"P{int(state.severity)}",
        "drill": state.drill,
        "status": state.status.value,
        "phase": state.phase.value,
        "owner": owner,
        "declared": times.both(state.declared_at, where),
    }
    fields |= {f"fact {name}": value for name, value in sorted(state.facts.items())}
    for kind, records in (("gate", state.gates), ("task", state.tasks), ("intervention", state.interventions)):
        fields |= {f"{kind} {key}": each.status.value for key, each in records.items()}
    fields |= {f"due {key}": times.both(at, where) for key, at in state.deadlines.items()}
    for each in clocks_of(state, datetime.now(UTC)):
        due = f"due {times.both(each.due_at, where)}" if each.due_at else "no time in law"
        fields[f"{each.key} {each.kind}"] = f"{each.said}, {each.gone} gone, {due}, counsel: {each.counsel}"
    ended = [each for each in state.clocks.values() if not each.owed]
    fields |= {each.key: f"{each.status.value}{' (met late)' if each.late else ''}" for each in ended}
    if state.outcome:
        fields["outcome"] = f"{state.outcome} {state.outcome_code}".strip()
    links = {"review": state.review, "goes on from": state.reopens, "reopened as": state.reopened_as}
    fields |= {name: value for name, value in links.items() if value}
    if state.recovered:
        fields["recovered"] = state.recovered
    return fields


def timeline(
    ctx: typer.Context,
    case: CaseId,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the case is closed (or Ctrl-C).")] = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """What happened in a case, in order, as its ledger has it."""
    import asyncio

    from console import times
    from console.cli.connect import with_desk
    from console.cli.finding import case_of
    from console.cli.output import Shape, emit, plain
    from domain.timeline import Kind

    wanted, form, where = case_of(case), shape_of(ctx, shape), times.here(zone_of(ctx))

    async def look(desk: Desk, who: str) -> Sequence[LedgerEntry]:
        return await desk.timeline(who, wanted)

    async def watch(desk: Desk, who: str) -> None:
        last = 0
        while True:
            fresh = await desk.timeline(who, wanted, after=last)
            for each in fresh:
                last = each.sequence
                print(each.model_dump_json() if form is Shape.JSON else "  ".join(_row(each, where)), flush=True)
                if each.entry.kind is Kind.CLOSED:
                    return
            await asyncio.sleep(_FOLLOW_EVERY)

    if follow:
        with_desk(person_of(ctx, person), watch, spin=False)
        return
    entries = with_desk(person_of(ctx, person), look)
    columns = ("#", "At (UTC)", "What", "Subject", "Who", "Code", "Detail")
    emit(form, plain(entries), columns, (_row(each, where) for each in entries))


def _row(line: LedgerEntry, where: tzinfo) -> tuple[str, ...]:
    from console import times
    from console.cli.output import clean

    entry = line.entry
    detail = ", ".join(f"{name}={value}" for name, value in entry.detail.items())
    at = times.cell(entry.at, where)
    cells = (line.sequence, at, entry.kind.value, entry.subject or "-", entry.who or "-", entry.code or "-", detail)
    return tuple(clean(each) for each in cells)


def gates(ctx: typer.Context, case: MaybeCase = "", person: As = "", shape: Output = None) -> None:
    """Decisions that wait."""
    _waiting(ctx, "gate", case, person, shape)


def tasks(ctx: typer.Context, case: MaybeCase = "", person: As = "", shape: Output = None) -> None:
    """Work that waits, with its scripts."""
    _waiting(ctx, "task", case, person, shape)


def interventions(ctx: typer.Context, case: MaybeCase = "", person: As = "", shape: Output = None) -> None:
    """Failed steps that wait for a way out."""
    _waiting(ctx, "intervention", case, person, shape)


def _waiting(ctx: typer.Context, kind: str, case: str, person: str, shape: Shape | None) -> None:
    import sys

    from console import times
    from console.cli.cards import lines_of
    from console.cli.connect import with_desk
    from console.cli.finding import case_of
    from console.cli.output import Shape, emit, plain

    wanted, form, where = case_of(case) if case else "", shape_of(ctx, shape), times.here(zone_of(ctx))

    async def look(desk: Desk, who: str) -> Sequence[Waiting]:
        return await desk.waiting(who, kind=kind, case=wanted)

    found = with_desk(person_of(ctx, person), look)
    in_full = wanted and form is not Shape.JSON and (form is Shape.TABLE or sys.stdout.isatty())
    if in_full:
        print("\n\n".join("\n".join(lines_of(each)) for each in found))
        return
    rows: list[tuple[Any, ...]] = [
        (
            each.case,
            each.key,
            f"P{each.severity}",
            times.cell(each.opened_at, where),
            each.rungs,
            "yours" if each.may else each.why_not,
            each.title,
        )
        for each in found
    ]
    emit(form, plain(found), ("Case", "Key", "P", "Open since (UTC)", "Rungs", "You", "Title"), rows)
