"""Acting on what is open: a decision binds to exactly what was printed, a task to its script."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import As, CaseId, Output, Yes, person_of, shape_of

if TYPE_CHECKING:
    from domain.desk import Desk, Waiting

Part = Annotated[str, typer.Argument(help="Its key or name, or any part of them that fits one alone.")]
Sets = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="A field of the form; as often as needed.")
]


def decide(
    ctx: typer.Context,
    case: CaseId,
    gate: Part,
    approve: Annotated[bool, typer.Option("--approve", help="Approve exactly what the card shows.")] = False,
    because: Annotated[str, typer.Option(metavar="CODE", help="Why, where the card asks for a reason to act.")] = "",
    only: Annotated[str, typer.Option(metavar="ITEM,ITEM", help="Approve only these items.")] = "",
    deny: Annotated[str, typer.Option(metavar="CODE", help="Deny, with one of the gate's reasons.")] = "",
    ask: Annotated[str, typer.Option(metavar="QUESTION", help="Ask before deciding; with --of.")] = "",
    of: Annotated[str, typer.Option(metavar="ROLE", help="Whom to ask.")] = "",
    minutes: Annotated[int, typer.Option(min=1, help="How long the answer may take.")] = 10,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back your own decision.")] = False,
    yes: Yes = False,
    person: As = "",
    shape: Output = None,
) -> None:
    """Decide on a gate. Prints what would leave, asks, and binds the decision to exactly that."""
    from console.cli.cards import gate_lines
    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from console.cli.finding import case_of, find
    from console.cli.output import say
    from console.cli.sending import send
    from console.cli.verdicts import verdict_of
    from domain.cards import Card
    from domain.errors import Code

    wanted, who = case_of(case), person_of(ctx, person)
    chosen = verdict_of(
        approve=approve,
        because=because,
        only=only,
        deny=deny,
        ask=ask,
        of=of,
        minutes=minutes,
        withdraw=withdraw,
    )

    async def look(desk: Desk, person: str) -> Waiting:
        return await find(desk, person, wanted, gate, "gate")

    waiting = with_desk(who, look)
    card = Card.model_validate(waiting.card)
    if card.digest != waiting.digest:
        raise Told(Code.STALE, "The card does not fit its digest, so nothing was sent; look at it again.")
    chosen.check(waiting, card)
    shown = chosen.narrowed(card)
    say("\n".join(gate_lines(waiting, shown)))
    confirm(chosen.sentence(shown), yes)
    send(who, waiting, lambda desk: chosen.act(desk, who, wanted), shape_of(ctx, shape))


def done(
    ctx: typer.Context,
    case: CaseId,
    task: Part,
    sets: Sets = [],  # noqa: B006 - typer reads it and never changes it
    record: Annotated[str, typer.Option(metavar="FILE", help="What you wrote down, as text; - for stdin.")] = "",
    cannot: Annotated[str, typer.Option(metavar="CODE", help="It cannot be done; the code says why.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Say that a task is done, with its form and its record, or that it cannot be done."""
    from console.cli import files, forms
    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from console.cli.finding import case_of, find
    from console.cli.sending import send
    from domain.acts import Act, Cannot, Done
    from domain.errors import Code, HoldfastError
    from domain.evidence import EvidenceKind
    from domain.policy import FormField, check_form
    from integrations.base.filing import filed, seals

    wanted, who = case_of(case), person_of(ctx, person)
    if cannot and (sets or record):
        raise Told(Code.INVALID, "Either it is done (--set, --record) or it cannot be done (--cannot CODE).")
    given = forms.pairs(sets)
    text = files.read_text(record) if record else ""

    async def look(desk: Desk, person: str) -> Waiting:
        return await find(desk, person, wanted, task, "task")

    waiting = with_desk(who, look)
    reasons = tuple(waiting.card.get("reasons", ()))
    if cannot and cannot not in reasons:
        raise HoldfastError(Code.REASON_REQUIRED, ", ".join(reasons))
    form = tuple(FormField.model_validate(each) for each in waiting.card.get("form", ()))
    sealing = not cannot and seals(form)
    answers = {} if cannot else forms.typed_of(form, given) if sealing else forms.answers_of(form, given)
    if not cannot and waiting.card.get("artefact") and not text:
        raise HoldfastError(Code.ARTEFACT_REQUIRED, "--record FILE")

    async def act(desk: Desk) -> Act:
        if cannot:
            return Cannot(code=cannot)
        filled = await filed(desk, who, wanted, form, answers) if sealing else answers
        if problems := check_form(form, filled):
            raise Told(Code.INVALID, f"The form is not right: {'; '.join(problems)}. Correct it and send it again.")
        artefact = await desk.keep(who, wanted, EvidenceKind.ARTEFACT, text) if text else None
        return Done.model_validate({"result": filled, "artefact": artefact})

    send(who, waiting, act, shape_of(ctx, shape))


def intervene(
    ctx: typer.Context,
    case: CaseId,
    key: Part,
    retry: Annotated[bool, typer.Option("--retry", help="Let the step try again, with the same key.")] = False,
    by_hand: Annotated[
        str, typer.Option("--by-hand", metavar="FILE", help="You did it: the step's result, YAML or JSON.")
    ] = "",
    record: Annotated[str, typer.Option(metavar="FILE", help="The record of what you did, with --by-hand.")] = "",
    skip: Annotated[str, typer.Option(metavar="CODE", help="Go on without it, where the step allows that.")] = "",
    person: As = "",
    shape: Output = None,
) -> None:
    """Choose a way out of a failed step. Some ways need a second person who chooses the same."""
    from console.cli import files
    from console.cli.connect import with_desk
    from console.cli.exits import Told
    from console.cli.finding import case_of, find
    from console.cli.sending import send
    from domain.acts import Act, ByHand, Retry, Skip
    from domain.errors import Code
    from domain.evidence import EvidenceKind

    wanted, who = case_of(case), person_of(ctx, person)
    if sum((retry, bool(by_hand), bool(skip))) != 1 or bool(record) != bool(by_hand):
        raise Told(Code.INVALID, "Choose one way: --retry, or --by-hand FILE with --record FILE, or --skip CODE.")
    result = files.parse_values(by_hand, files.read_bytes(by_hand)) if by_hand else {}
    text = files.read_text(record) if record else ""
    way = "retry" if retry else "by-hand" if by_hand else "skip"

    async def look(desk: Desk, person: str) -> Waiting:
        return await find(desk, person, wanted, key, "intervention")

    waiting = with_desk(who, look)
    if way not in waiting.choices:
        raise Told(Code.NOT_ALLOWED, f"This step does not allow {way}; it allows: {', '.join(waiting.choices)}.")

    async def act(desk: Desk) -> Act:
        if retry:
            return Retry()
        if skip:
            return Skip(code=skip)
        return ByHand(result=result, artefact=await desk.keep(who, wanted, EvidenceKind.ARTEFACT, text))

    send(who, waiting, act, shape_of(ctx, shape))


def confirm(question: str, yes: bool) -> None:
    from console.cli.exits import FAILED, Told
    from console.cli.output import say
    from domain.errors import Code

    if yes:
        return
    if not sys.stdin.isatty():
        raise Told(Code.INVALID, "Nothing was sent: add --yes to do this without a question.")
    if not typer.confirm(f"{question}?", default=False, err=True):
        say("Nothing was sent.")
        raise typer.Exit(FAILED)
