"""A procedure as a document, drawn from its own code and data: what people are trained on is what runs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from console.cli.outline import Move, outline
from console.cli.picture import mermaid
from console.cli.spans import span
from console.clock_words import time_words
from domain.base import Model
from domain.clock_rules import FULL, ClockRule
from domain.gates import AtTheEnd, Family, Gate, Ladder
from domain.policy import FormField, Procedure, ReviewPolicy, TaskPolicy
from workflows.kit.incident import IncidentWorkflow

SILENCE: dict[AtTheEnd, str] = {
    AtTheEnd.NOTHING_LEAVES: "Nothing leaves, and paging never stops.",
    AtTheEnd.STAYS: "What was done stays, and paging goes on.",
    AtTheEnd.FILES: "It files with what is known; the unknown is left blank.",
    AtTheEnd.GOES_ON: "The incident goes on.",
    AtTheEnd.RUNS_ON: "The clock goes on running.",
}
_CHOICE = "Nobody is chosen for: everything stays as it is, and paging goes on."


class RungText(Model):
    """When who is called, in words."""

    after: str
    roles: tuple[str, ...]
    alone: tuple[str, ...] = ()


class GateText(Model):
    """A decision: its seats, whom it calls, and what silence means."""

    name: str
    title: str
    family: str
    press: str
    seats: dict[str, tuple[str, ...]]
    rungs: tuple[RungText, ...]
    again: str
    silence: str
    excludes: tuple[str, ...]
    reasons: tuple[str, ...]
    because: tuple[str, ...] = ()
    ratify: dict[str, tuple[str, ...]] = {}
    ratify_within: str = ""


class TaskText(Model):
    """Work by a person, with its script."""

    name: str
    title: str
    roles: tuple[str, ...]
    rungs: tuple[RungText, ...]
    again: str
    say: tuple[str, ...]
    never_say: tuple[str, ...]
    write_down: tuple[str, ...]
    form: tuple[FormField, ...]
    reasons: tuple[str, ...]
    record: bool
    gives_up: str = ""
    after: str = ""
    """Of a follow-up: how long after the step before."""


class ClockText(Model):
    """A clock: its duty, its time in law and our own, whom it calls, and what meets it."""

    id: str
    duty: str
    time: str
    source: str
    counsel: str
    calls: dict[str, tuple[str, ...]]
    met_by: tuple[str, ...] = ()


class ProcedureDocument(Model):
    """Everything that there is to know of a procedure. `diagram` is Mermaid text; `moves` the outline of its run."""

    slug: str
    prefix: str
    title: str
    version: int
    prose: str
    moves: tuple[Move, ...]
    diagram: str
    intake: tuple[FormField, ...]
    gates: tuple[GateText, ...]
    tasks: tuple[TaskText, ...]
    owner: tuple[RungText, ...]
    interventions: tuple[RungText, ...]
    follow_ups: tuple[TaskText, ...]
    review: tuple[TaskText, ...]
    clocks: tuple[ClockText, ...] = ()


def document_of(procedure: Procedure, module: ModuleType) -> ProcedureDocument:
    """The document of a procedure and the module that holds it. The same code gives the same document."""
    moves = outline(_class_of(module))
    return ProcedureDocument(
        slug=procedure.slug,
        prefix=procedure.prefix,
        title=procedure.title,
        version=procedure.version,
        prose=inspect.cleandoc(module.__doc__ or ""),
        moves=moves,
        diagram=mermaid(moves),
        intake=procedure.intake,
        gates=tuple(_gate(each) for each in _gates(procedure)),
        tasks=tuple(_task(each) for each in procedure.tasks),
        owner=_rungs(procedure.owner),
        interventions=_rungs(procedure.interventions),
        follow_ups=tuple(_task(each.task, span(each.after)) for each in procedure.follow_ups),
        review=_review(procedure.review),
        clocks=tuple(_clock(each) for each in procedure.clocks),
    )


def _gates(procedure: Procedure) -> tuple[Gate, ...]:
    """Every gate that may open: tolling is asked for only where clocks run."""
    return (*procedure.gates, procedure.stand_down, *((procedure.toll,) if procedure.clocks else ()))


def _clock(rule: ClockRule) -> ClockText:
    return ClockText(
        id=rule.id,
        duty=rule.duty,
        time=time_words(rule),
        source=rule.source,
        counsel=rule.counsel.standing.value,
        calls={f"{each} %": tuple(role.value for role in rule.roles(each)) for each in (*rule.warn, FULL)},
        met_by=rule.met_by,
    )


def _class_of(module: ModuleType) -> type[IncidentWorkflow]:
    found = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, IncidentWorkflow) and each.__module__ == module.__name__
    ]
    return found[0]


def _rungs(ladder: Ladder) -> tuple[RungText, ...]:
    return tuple(
        RungText(
            after=span(each.after),
            roles=tuple(role.value for role in each.page),
            alone=tuple(role.value for role in each.alone),
        )
        for each in ladder.rungs
    )


def _gate(gate: Gate) -> GateText:
    return GateText(
        name=gate.name,
        title=gate.title,
        family=gate.family.value,
        press=gate.press,
        seats={seat.name: tuple(role.value for role in seat.roles) for seat in gate.seats},
        rungs=_rungs(gate.ladder),
        again=span(gate.ladder.again),
        silence=_CHOICE if gate.family is Family.DEVOLVE else SILENCE[gate.silence],
        excludes=gate.excludes,
        reasons=gate.reasons,
        because=gate.because,
        ratify={seat.name: tuple(role.value for role in seat.roles) for seat in gate.ratify},
        ratify_within=span(gate.ratify_within) if gate.ratify_within else "",
    )


def _task(task: TaskPolicy, after: str = "") -> TaskText:
    return TaskText(
        name=task.name,
        title=task.title,
        roles=tuple(role.value for role in task.roles),
        rungs=_rungs(task.ladder),
        again=span(task.ladder.again),
        say=task.script.say,
        never_say=task.script.never_say,
        write_down=task.script.write_down,
        form=task.form,
        reasons=task.reasons,
        record=task.artefact,
        gives_up=span(task.give_up) if task.give_up else "",
        after=after,
    )


def _review(policy: ReviewPolicy | None) -> tuple[TaskText, ...]:
    if policy is None:
        return ()
    return tuple(_task(each) for each in policy.tasks)


# -- as Markdown --------------------------------------------------------------------------------------------


def markdown(document: ProcedureDocument) -> str:
    """The document as Markdown, the diagram in a `mermaid` block; ends with a line feed."""
    return "\n".join(_lines(document)).rstrip() + "\n"


def _lines(document: ProcedureDocument) -> Iterator[str]:
    yield from (f"# {document.title}", "", f"`{document.slug}`, version {document.version}; cases {document.prefix}-…")
    yield from ("", document.prose, "", "## How it runs", "", "```mermaid", document.diagram.rstrip(), "```")
    yield from _Outline().lines(document.moves)
    yield from (
        "",
        "## Intake form",
        "",
        "| Field | What | Kind | Required | Where it is kept |",
        "|---|---|---|---|---|",
    )
    for each in document.intake:
        choices = f" ({', '.join(each.choices)})" if each.choices else ""
        place = "vault" if each.identifying else "case"
        need = "yes" if each.required else "no"
        yield f"| `{each.name}` | {each.label}{choices} | {each.kind.value} | {need} | {place} |"
    yield from ("", "## Decisions", "")
    for gate in document.gates:
        yield from _gate_lines(gate)
    yield from ("## Work by people", "")
    for task in document.tasks:
        yield from _task_lines(task)
    yield from ("## Who owns it, and who is called when a step fails", "")
    yield from ("Owner:", "", *_rung_lines(document.owner), "")
    yield from ("A step that failed:", "", *_rung_lines(document.interventions), "")
    if document.clocks:
        yield from (
            "## Clocks",
            "",
            "They run beside all of it, and warn. A case does not close while a duty in law is owed.",
            "",
        )
    for clock in document.clocks:
        yield f"- `{clock.id}`: {clock.duty}, {clock.time}. Source: {clock.source}. Counsel: {clock.counsel}."
        yield from (f"  - at {percent}: {', '.join(roles)}" for percent, roles in clock.calls.items())
        if clock.met_by:
            yield f"  - met by the end of: {', '.join(f'`{each}`' for each in clock.met_by)}"
    if document.clocks:
        yield ""
    for title, tasks in (("Follow-ups", document.follow_ups), ("Review", document.review)):
        if tasks:
            yield from (f"## {title}", "")
        for task in tasks:
            yield from _task_lines(task)


def _gate_lines(gate: GateText) -> Iterator[str]:
    yield from (
        f"### {gate.title}",
        "",
        f"`{gate.name}`, family **{gate.family}**. The button says: “{gate.press}”.",
        "",
    )
    for name, roles in gate.seats.items():
        yield f"- Seat *{name}*: {' or '.join(roles)}"
    if gate.excludes:
        yield f"- Barred: whoever is recorded as {' or '.join(gate.excludes)}"
    if gate.because:
        yield f"- Is approved with one of: {', '.join(gate.because)}"
    if gate.reasons:
        yield f"- May be denied with: {', '.join(gate.reasons)}"
    for name, roles in gate.ratify.items():
        yield f"- Ratified by *{name}*: {' or '.join(roles)}, never by whoever chose"
    if gate.ratify_within:
        yield f"- What was decided alone or done at once is ratified within {gate.ratify_within}"
    yield from ("", *_rung_lines(gate.rungs), f"- then again every {gate.again}", "")
    yield from (f"Silence: {gate.silence}", "")


def _task_lines(task: TaskText) -> Iterator[str]:
    after = f", {task.after} later" if task.after else ""
    yield from (f"### {task.title}", "", f"`{task.name}`{after}; done by {' or '.join(task.roles)}.", "")
    for title, said in (("Say", task.say), ("Never say", task.never_say), ("Write down", task.write_down)):
        yield from (f"- **{title}:** {line}" for line in said)
    for field in task.form:
        choices = f" ({', '.join(field.choices)})" if field.choices else f" ({field.kind.value})"
        yield f"- Fill in `{field.name}`{' (required)' if field.required else ''}: {field.label}{choices}"
    if task.record:
        yield "- The record of it is kept in the vault; without it the task is not done."
    if task.reasons:
        yield f"- If it cannot be done: {', '.join(task.reasons)}"
    yield from ("", *_rung_lines(task.rungs), f"- then again every {task.again}", "")
    silence = f"the procedure goes on without it after {task.gives_up}" if task.gives_up else "calling never stops"
    yield from (f"Silence: {silence}.", "")


def _rung_lines(rungs: tuple[RungText, ...]) -> Iterator[str]:
    for each in rungs:
        when = each.after if each.after == "at once" else f"after {each.after}"
        alone = f"; from now on one of {', '.join(each.alone)} may decide alone" if each.alone else ""
        yield f"- {when}: {', '.join(each.roles)}{alone}"


_SAYS = {
    "have": "a person: ",
    "task": "a person, beside it all: ",
    "brief": "brief the room: ",
    "ask": "**decision:** ",
    "keep_calling": "keep calling: ",
    "ratify": "done at once, then **decided:** ",
    "when": "as soon as it is so: ",
    "devolve": "**one person chooses:** ",
    "chosen": "if they choose so: ",
    "follow_up": "later, ",
    "clock": "a clock runs beside it all: ",
    "close": "closed: ",
}


class _Outline:
    """The moves as nested lists. A sequence that closes the case is written out where it comes first."""

    def __init__(self) -> None:
        self._written: set[str] = set()
        self._phase = ""

    def lines(self, moves: tuple[Move, ...], depth: int = 0) -> Iterator[str]:
        margin = "  " * depth
        for each in moves:
            if depth == 0 and each.phase != self._phase and each.kind != "end":
                self._phase = each.phase
                yield from ("", f"**{each.phase.capitalize()}**", "")
            match each.kind:
                case "end":
                    continue
                case "both":
                    yield f"{margin}- at the same time:"
                    yield from self.lines(each.moves, depth + 1)
                case "beside":
                    yield f"{margin}- beside all that follows:"
                    yield from self.lines(each.moves, depth + 1)
                case "choice":
                    yield from (line for arm in each.moves if arm.moves for line in self._arm(arm, depth))
                case "part" if each.text in self._written and each.closes:
                    yield f"{margin}- {each.text}, as above"
                case "part":
                    self._written.add(each.text)
                    yield from self.lines(each.moves, depth)
                case _:
                    effect = f" ({each.effect})" if each.effect else ""
                    yield f"{margin}- {_SAYS.get(each.kind, '')}{each.text}{effect}"

    def _arm(self, arm: Move, depth: int) -> Iterator[str]:
        yield f"{'  ' * depth}- {'' if arm.text == 'otherwise' else 'if '}{arm.text}:"
        yield from self.lines(arm.moves, depth + 1)
