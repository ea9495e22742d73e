"""A card, a task or a failed step in words: what a person reads before they act on it."""

from __future__ import annotations

from collections.abc import Iterable

from console import times
from console.cli.output import clean
from domain.basis import basis_digest, rows_named
from domain.cards import Card
from domain.desk import Waiting
from domain.errors import SENTENCES, Code


def gate_lines(waiting: Waiting, card: Card) -> list[str]:
    """The card as it would be decided on: `card` may hold fewer items than the gate shows."""
    shown = waiting.card
    name, mailbox = str(shown.get("recipient_name", "")), str(shown.get("recipient_mailbox", ""))
    to = f"{name or card.recipient}{f' <{mailbox}>' if mailbox else ''} [{card.recipient}]" if card.recipient else ""
    fields = [
        *_head(waiting),
        ("Approving", card.button),
        ("Recipient", to),
        *(("Legal basis", line) for line in _basis(card)),
        *(("What leaves", _joined((item.id, item.label, item.tier, item.why, item.sha256))) for item in card.items),
        *(
            ("Finding", _joined((f"{each.about}: {each.verdict}", ", ".join(each.because), ", ".join(each.by))))
            for each in card.findings
        ),
        *(("Seat", f"{seat['name']}: {', '.join(seat['roles'])}") for seat in shown.get("seats", ())),
        *(("So far", f"{vote['person']}: {vote['kind']}") for vote in shown.get("votes", ())),
        ("May be approved", ", ".join(shown.get("because", ()))),
        ("May be denied", ", ".join(shown.get("reasons", ()))),
        ("Next call", shown.get("next_call", "")),
        *_you(waiting),
        ("Digest", card.digest),
    ]
    return _aligned(fields)


def task_lines(waiting: Waiting) -> list[str]:
    """A task with its script: what to say, what never to say, what to write down."""
    shown = waiting.card
    script = shown.get("script", {})
    fields: list[tuple[str, object]] = [*_head(waiting), ("For", ", ".join(shown.get("roles", ())))]
    fields += [("About", f"{name}: {clean(value)}") for name, value in shown.get("about", {}).items()]
    fields += [("Say", line) for line in script.get("say", ())]
    fields += [("Never say", line) for line in script.get("never_say", ())]
    fields += [("Write down", line) for line in script.get("write_down", ())]
    for each in shown.get("form", ()):
        choices = f" ({', '.join(each['choices'])})" if each.get("choices") else f" ({each['kind']})"
        fields.append(("Fill in", f"{each['name']}{'*' if each['required'] else ''}: {each['label']}{choices}"))
    fields += [
        ("Record", "required: --record FILE" if shown.get("artefact") else ""),
        ("If you cannot", ", ".join(shown.get("reasons", ()))),
        *_you(waiting),
    ]
    return _aligned(fields)


def intervention_lines(waiting: Waiting) -> list[str]:
    """A failed step and the ways out of it."""
    shown = waiting.card
    ways = [f"{name} ({leave})" for name, leave in shown.get("leave", {}).items() if name in waiting.choices]
    fields = [
        *_head(waiting),
        ("Step", f"{shown.get('step', '')}, effect {shown.get('effect', '')}, failed with {shown.get('fault', '')}"),
        ("Ways out", ", ".join(ways)),
        *(("Chosen", f"{each['person']}: {each['kind']}") for each in shown.get("chosen", ())),
        *_you(waiting),
    ]
    return _aligned(fields)


def hand_over_lines(waiting: Waiting) -> list[str]:
    """An offer to the next shift: who offers, what is open, when what runs is due, and who waits on whom."""
    shown = waiting.card
    taken = shown.get("carried", {})
    fields = [
        *_head(waiting),
        ("Offered", f"by {shown.get('offered_by', '')} to {shown.get('to') or 'whoever is called'}"),
        *(("Waits on", f"{key}: {', '.join(people)}") for key, people in taken.get("waits_on", {}).items()),
        *(("Runs", f"{key}: due {due}") for key, due in taken.get("due", {}).items()),
        ("Promised", "a document in the vault" if taken.get("promises") else "nothing was written down"),
        ("Decline with", ", ".join(shown.get("reasons", ()))),
        *_you(waiting),
    ]
    return _aligned(fields)


def lines_of(waiting: Waiting) -> list[str]:
    """The lines of whatever kind of thing this is."""
    match waiting.kind:
        case "gate":
            return gate_lines(waiting, Card.model_validate(waiting.card))
        case "task":
            return task_lines(waiting)
        case "hand-over":
            return hand_over_lines(waiting)
        case _:
            return intervention_lines(waiting)


def _head(waiting: Waiting) -> list[tuple[str, object]]:
    drill = "  DRILL: nothing is real" if waiting.drill else ""
    called = "  nobody could be paged" if waiting.unpaged else ""
    return [
        ("Case", f"{waiting.case}  P{waiting.severity}{drill}"),
        (waiting.kind.capitalize(), f"{waiting.key}  {waiting.title}"),
        ("Open since", f"{times.both(waiting.opened_at, times.here(''))}, {waiting.rungs} rungs called{called}"),
    ]


def _basis(card: Card) -> list[str]:
    """The rows that the card names, with their text where ours is the one that the card binds."""
    if not card.basis:
        return []
    if card.basis_sha256 and card.basis_sha256 != basis_digest(card.basis):
        return [f"{card.basis} (its text in this installation is another; read it on the desk's page)"]
    rows = {row.id: f"{row.id}: {row.text} ({row.source}; counsel: {row.counsel})" for row in rows_named(card.basis)}
    return [rows.get(each, each) for each in card.basis.split(",")]


def _you(waiting: Waiting) -> list[tuple[str, object]]:
    if waiting.may:
        return []
    known = waiting.why_not in {each.value for each in Code}
    return [("You", SENTENCES[Code(waiting.why_not)] if known else waiting.why_not)]


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def _aligned(fields: Iterable[tuple[str, object]]) -> list[str]:
    """`name  value` lines; a name that repeats is written once, an empty value not at all."""
    given = [(name, clean(value)) for name, value in fields if value]
    width = max((len(name) for name, _ in given), default=0)
    lines, before = [], ""
    for name, value in given:
        lines.append(f"{'' if name == before else name:<{width}}  {value}")
        before = name
    return lines
