"""Acts on a case as a whole: own it, amend its facts, note something, ask to stand it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.deciding import Part
from console.cli.options import As, CaseId, Output, Yes, person_of, shape_of

if TYPE_CHECKING:
    from console.cli.output import Shape
    from domain.acts import Act
    from domain.desk import Desk


def own(ctx: typer.Context, case: CaseId, person: As = "", shape: Output = None) -> None:
    """Take the owner's seat of a case."""
    from domain.acts import Take

    _on_case(ctx, case, Take(), person, shape)


def amend(
    ctx: typer.Context,
    case: CaseId,
    sets: Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="A fact; as often as needed.")],
    reason: Annotated[str, typer.Option(metavar="CODE", help="Why, as a code.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Change facts of a case. Its cards are drawn anew at once, and wider ones are asked again."""
    from console.cli import forms
    from console.cli.finding import case_of
    from domain.acts import Amend
    from workers.catalogue import load_catalogue

    given = forms.pairs(sets)
    intake = load_catalogue().procedure(case_of(case).partition("-")[0]).intake
    # Only what is given is checked: the rest of the form was filled in long ago.
    named = tuple(each for each in intake if each.name in given)
    facts = forms.answers_of(named, given)
    _on_case(ctx, case, Amend.model_validate({"facts": facts, "code": reason}), person, shape)


def note(
    ctx: typer.Context,
    case: CaseId,
    text: Annotated[str, typer.Argument(help="The note; - reads standard input. It is kept in the vault.")],
    person: As = "",
    shape: Output = None,
) -> None:
    """Add a note to the timeline; its text is sealed in the vault."""
    from console.cli import files
    from console.cli.exits import Told
    from console.cli.finding import case_of
    from console.cli.sending import send
    from domain.acts import Note
    from domain.errors import Code
    from domain.evidence import EvidenceKind

    wanted, who = case_of(case), person_of(ctx, person)
    words = files.read_text("-") if text == "-" else text
    if not words.strip():
        raise Told(Code.INVALID, "The note is empty; write what you want to keep.")

    async def act(desk: Desk) -> Act:
        return Note(text=await desk.keep(who, wanted, EvidenceKind.REASON, words))

    send(who, wanted, act, shape_of(ctx, shape))


def speak(ctx: typer.Context, case: CaseId, task: Part, person: As = "", shape: Output = None) -> None:
    """Show the one-time code to read out, once, while you have the agency on the line."""
    from console.cli.connect import with_desk
    from console.cli.finding import case_of, find
    from console.cli.output import emit_fields
    from domain.desk import Speak, Spoken

    wanted = case_of(case)

    async def ask(desk: Desk, who: str) -> Spoken:
        waiting = await find(desk, who, wanted, task, "task")
        return await desk.code_to_speak(who, Speak(case=wanted, subject=waiting.key))

    spoken = with_desk(person_of(ctx, person), ask)
    emit_fields(shape_of(ctx, shape), spoken.model_dump(mode="json"), {"read out": spoken.code})


def stand_down(
    ctx: typer.Context,
    case: CaseId,
    reason: Annotated[str, typer.Option(metavar="CODE", help="Why, as a code (false-alarm, duplicate).")],
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Ask that a case be stood down. A gate opens; when two people agree, what was done is taken back."""
    from console.cli.deciding import confirm
    from console.cli.finding import case_of
    from domain.acts import AskToStandDown

    confirm(f"Ask that {case_of(case)} be stood down", yes)
    _on_case(ctx, case, AskToStandDown(code=reason), person, shape)


def severity(
    ctx: typer.Context,
    case: CaseId,
    imminence: Annotated[
        int | None, typer.Option(min=0, max=3, help="0 none … 3 now. Left out: unknown, and counts as the worst.")
    ] = None,
    harm: Annotated[int | None, typer.Option(min=1, max=4, help="1 slight … 4 deadly. Left out: unknown.")] = None,
    credibility: Annotated[
        int | None, typer.Option(min=1, max=3, help="1 doubtful … 3 confirmed. Left out: unknown.")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="CODE", help="Why, as a code.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Say anew how bad it is. Raising takes effect at once; lowering a P0 needs a duty manager or two people."""
    from domain.acts import Reassess

    said = Reassess(imminence=imminence, harm=harm, credibility=credibility, code=reason)
    _on_case(ctx, case, said, person, shape)


def escalate(
    ctx: typer.Context,
    case: CaseId,
    what: Annotated[str, typer.Argument(help="Its key or name, or any part of them; else everything that waits.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Call the next person now, for one thing that waits or for all. Nothing is decided by it."""
    from console.cli.finding import case_of, find
    from console.cli.sending import send_on
    from domain.acts import Escalate

    wanted, who = case_of(case), person_of(ctx, person)

    async def subject(desk: Desk) -> tuple[str, str, str]:
        return ((await find(desk, who, wanted, what, "")).key, "", "") if what else ("", "", "")

    async def act(_: Desk) -> Act:
        return Escalate()

    send_on(who, wanted, subject, act, shape_of(ctx, shape))


def _on_case(ctx: typer.Context, case: str, act: Act, person: str, shape: Shape | None) -> None:
    from console.cli.finding import case_of
    from console.cli.sending import send

    async def given(_: Desk) -> Act:
        return act

    send(person_of(ctx, person), case_of(case), given, shape_of(ctx, shape))
