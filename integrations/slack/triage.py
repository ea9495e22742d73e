"""The form that asks what has happened, with the words of a message that was escalated; and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from domain.acts import Reassess
from domain.policy import Procedure
from integrations.slack.forms import VALUE, modal
from integrations.slack.verbs import assessed

TRIAGE, STRANGER, SEVERITY = "holdfast_triage", "holdfast_stranger", "holdfast_severity"
WHAT, WORDS = "what", "words"
UNSURE = "-unsure"  # no procedure's slug can begin like this
_LONGEST = 3000  # characters of a text field, Slack's limit
_AXES: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "imminence": (
        "How soon?",
        (("3", "Now, or within the hour"), ("2", "Within a day"), ("1", "Credible, no date"), ("0", "Past, or none")),
    ),
    "harm": (
        "How grave?",
        (("4", "Death, serious injury, a child abused"), ("3", "Serious"), ("2", "Moderate"), ("1", "Slight")),
    ),
    "credibility": ("How sure?", (("3", "Corroborated"), ("2", "Plausible"), ("1", "Doubtful"))),
}
_UNKNOWN = ("?", "Nobody knows yet (counts as the worst)")


@dataclass(frozen=True)
class Origin:
    """Where a form came from: whether it is for a drill, and the key of the message that was escalated ("" for none).

    One message is one case of one kind, however many people escalate it.
    """

    drill: bool = False
    message: str = ""

    def __str__(self) -> str:
        return f"{'drill' if self.drill else 'real'}:{self.message}"

    @classmethod
    def of(cls, text: str) -> Origin:
        kind, _, message = text.partition(":")
        return cls(kind == "drill", message)


def triage_form(procedures: Iterable[Procedure], origin: Origin, text: str = "", *, unsure: bool = False) -> View:
    """Which procedure it is; its own form comes next, with these words in it. With `unsure` there is a way for who
    cannot say: their words go to triage."""
    options = [Option(value=each.slug, text=each.title[:75]) for each in procedures]
    if unsure and not origin.drill:  # triage is not rehearsed: its lines call people
        options.append(Option(value=UNSURE, text="I cannot say: let the people on duty read it"))
    title = "DRILL: what happened?" if origin.drill else "What has happened?"
    blocks = [
        InputBlock(
            block_id=WHAT,
            label="What is it?",
            element=StaticSelectElement(action_id=VALUE, options=options),
            hint="If none fits well, choose the gravest that may be true: it can be stood down.",
        ),
        _words(text, optional=True),
    ]
    view = modal(title, blocks, close="Cancel", submit="Next")
    view.callback_id, view.private_metadata = TRIAGE, str(origin)
    return view


def stranger_form(origin: Origin, text: str = "") -> View:
    """For people whom the directory does not know: their words reach those who work triage, and open no case."""
    told = "We do not know you in our directory, so this goes to the people on duty, who read it and decide."
    blocks = [SectionBlock(text=MarkdownTextObject(text=told)), _words(text, optional=False)]
    view = modal("Tell the people on duty", blocks, close="Cancel", submit="Send")
    view.callback_id, view.private_metadata = STRANGER, str(origin)
    return view


def _words(text: str, *, optional: bool) -> InputBlock:
    return InputBlock(
        block_id=WORDS,
        label="In your own words",
        element=PlainTextInputElement(action_id=VALUE, multiline=True, initial_value=text[:_LONGEST] or None),
        optional=optional,
        hint="No pictures and no links to what you saw. It is kept sealed and is not said again in Slack.",
    )


def severity_form(case: str) -> View:
    """The three axes of severity. `private_metadata` carries the case."""
    blocks = [
        InputBlock(
            block_id=name,
            label=label,
            element=StaticSelectElement(
                action_id=VALUE, options=[Option(value=value, text=text) for value, text in (*values, _UNKNOWN)]
            ),
        )
        for name, (label, values) in _AXES.items()
    ]
    view = modal("How bad is it?", blocks, close="Cancel", submit="Record")
    view.callback_id, view.private_metadata = SEVERITY, case
    return view


def chosen(values: Mapping[str, Mapping[str, Any]], block: str) -> str:
    """What a submitted modal says in one field; empty if nothing."""
    state = values.get(block, {}).get(VALUE, {})
    option = state.get("selected_option") or {}
    return str(option.get("value") or state.get("value") or "")


def assessed_in(values: Mapping[str, Mapping[str, Any]]) -> Reassess:
    """The severity that a submitted form says."""
    return assessed([f"{name}={chosen(values, name) or '?'}" for name in _AXES])
