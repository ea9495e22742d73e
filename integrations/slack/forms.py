"""A procedure's intake as a form: from a modal, or from the words of a command; errors go back to their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    CheckboxesElement,
    EmailInputElement,
    InputBlock,
    InputInteractiveElement,
    MarkdownTextObject,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from domain.policy import FieldKind, FormField, Procedure

DECLARE = "holdfast_declare"
VALUE = "value"  # every field's action id; its block id is the field's name
FREE_WORDS = "narrative"
_LONGEST = 3000  # characters, Slack's limit of a text field
_TITLE = 24  # characters, Slack's limit of a modal's title
_LONG = (FREE_WORDS, "in_danger")
# The order of a command's words, where it is not simply the order of the required fields.
_ORDER = {"emergency_data_request": ("account", "requester_email", "country", "category")}
_MAIL = re.compile(r"<mailto:([^|>]+)\|?[^>]*>")


def waiting_form(title: str) -> View:
    """What opens at once: a trigger lives three seconds, whatever we still have to look up."""
    return modal(title, [SectionBlock(text=MarkdownTextObject(text="One moment: the form is coming."))])


def told_form(title: str, text: str) -> View:
    """A modal that only says something."""
    return modal(title, [SectionBlock(text=MarkdownTextObject(text=text[:2900]))], close="Close")


def intake_form(procedure: Procedure, *, drill: bool, message: str = "", text: str = "", offer: str = "") -> View:
    """The form of a procedure's intake. `private_metadata` carries the slug, whether it is a drill, and the key of
    the message that was escalated; `text` stands in the field for free words, where there is one. `offer` names the
    case that this may be already: who sends the form once more means another. Slack keeps what was filled in."""
    title = f"DRILL: {procedure.title}" if drill else procedure.title
    said = [SectionBlock(text=MarkdownTextObject(text=offer))] if offer else []
    fields = [
        InputBlock(
            block_id=each.name,
            label=each.label[:2000],
            element=element_of(each, text, long=each.name in _LONG),
            optional=not each.required,
            hint=each.help[:2000] or None,
        )
        for each in procedure.intake
    ]
    view = modal(title, [*said, *fields], close="Cancel", submit="Declare another" if offer else "Declare")
    view.callback_id = DECLARE
    view.private_metadata = f"{'drill' if drill else 'real'}:{procedure.slug}:{message}{':offered' if offer else ''}"
    return view


def modal(title: str, blocks: Sequence[Any], *, close: str | None = None, submit: str | None = None) -> View:
    """A modal of ours; its title is cut to what Slack takes."""
    return View(
        type="modal",
        title=PlainTextObject(text=title[:_TITLE]),
        close=PlainTextObject(text=close) if close else None,
        submit=PlainTextObject(text=submit) if submit else None,
        blocks=list(blocks),
    )


def element_of(field: FormField, text: str = "", *, long: bool = False) -> InputInteractiveElement:
    """Slack's element for a field; `text` stands in the field for free words, `long` gives it several lines."""
    options = [Option(value=each, text=each) for each in field.choices]
    match field.kind:
        case FieldKind.CHOICE:
            return StaticSelectElement(action_id=VALUE, options=options)
        case FieldKind.LIST if options:
            return StaticMultiSelectElement(action_id=VALUE, options=options)
        case FieldKind.BOOL:
            return CheckboxesElement(action_id=VALUE, options=[Option(value="yes", text="Yes")])
        case FieldKind.NUMBER:
            return NumberInputElement(action_id=VALUE, is_decimal_allowed=False)
        case FieldKind.EMAIL:
            return EmailInputElement(action_id=VALUE)
        case _:
            words = text[:_LONGEST] if field.name == FREE_WORDS else ""
            return PlainTextInputElement(action_id=VALUE, multiline=long, initial_value=words or None)


def answers_of(procedure: Procedure, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a submitted modal says, by field name, without what was left empty. `values` is Slack's `state.values`."""
    answers = {}
    for each in procedure.intake:
        answer = answer_in(each, values.get(each.name, {}).get(VALUE, {}))
        if answer not in (None, "", ()):
            answers[each.name] = answer
    return answers


def answer_in(field: FormField, state: Mapping[str, Any]) -> Any:
    """What one element of a submitted form says."""
    chosen = [each["value"] for each in state.get("selected_options") or []]
    text = (state.get("value") or "").strip()
    match field.kind:
        case FieldKind.BOOL:
            return bool(chosen)
        case FieldKind.CHOICE:
            return (state.get("selected_option") or {}).get("value")
        case FieldKind.LIST:
            return tuple(chosen) or tuple(part.strip() for part in text.split(",") if part.strip())
        case FieldKind.NUMBER:
            # What is no whole number goes on as it is: the procedure's own check names the field.
            return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
        case _:
            return text


def order_of(procedure: Procedure) -> tuple[str, ...]:
    """The fields that a command's words fill, in their order; the words after them are free."""
    return _ORDER.get(procedure.slug) or tuple(each.name for each in procedure.intake if each.required)


def words_of(procedure: Procedure, words: Sequence[str]) -> dict[str, Any]:
    """The words of a command as answers, by field name."""
    order = order_of(procedure)
    # Slack turns an address into a link where the command escapes them.
    plain = [_MAIL.sub(r"\1", word) for word in words]
    answers: dict[str, Any] = dict(zip(order, plain, strict=False))
    rest = " ".join(plain[len(order) :])
    if rest and any(each.name == FREE_WORDS for each in procedure.intake):
        answers[FREE_WORDS] = rest
    return answers


def errors_of(procedure: Procedure, sentence: str, detail: str) -> dict[str, str]:
    """Slack's errors by block. `detail` names fields, as `invalid` does; what names none stands at the first field."""
    names = {each.name for each in procedure.intake}
    problems = {problem.partition(" ")[0]: problem for problem in detail.split("; ")}
    found = {name: problem for name, problem in problems.items() if name in names}
    return found or {procedure.intake[0].name: sentence}
