"""Work of a review as a form in Slack: the same fields, authority and refusals as at the desk; words are sealed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import InputBlock, MarkdownTextObject, PlainTextInputElement, SectionBlock
from slack_sdk.models.views import View

from domain.acts import Done
from domain.desk import Desk, Doing, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.policy import FieldKind, FormField, check_form
from domain.standing import REVIEW, privileged, tail_of
from integrations.base.filing import filed
from integrations.slack import words
from integrations.slack.cards import Pressed
from integrations.slack.commands import once
from integrations.slack.forms import VALUE, answer_in, element_of, modal

WORK = "holdfast_work"
ARTEFACT = "artefact"
MOST_ROWS = 8  # as at the desk
_BLOCKS = 90  # of the 100 that a modal takes, some are for what stands around the fields
_SEPARATOR = "|"
_WORDY = frozenset({FieldKind.DOCUMENT, FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE})


def fillable(case: str, kind: str) -> bool:
    """Whether something that waits may be done in a form of Slack's: work of a review. Facts of a case itself are
    written at the desk only."""
    return kind == "task" and tail_of(case) == REVIEW


@dataclass(frozen=True)
class Shown:
    """Which form it is: what it was drawn from, so that what was filled in binds to what was shown."""

    case: str
    key: str
    nonce: str
    digest: str

    def __str__(self) -> str:
        return _SEPARATOR.join((self.case, self.key, self.nonce, self.digest))

    @classmethod
    def of(cls, text: str) -> Shown:
        """Raises HoldfastError `not-allowed` for what is none of ours."""
        parts = text.split(_SEPARATOR)
        if len(parts) != 4:
            raise HoldfastError(Code.NOT_ALLOWED)
        return cls(*parts)


class Work:
    """Opens and takes the forms. `desk_url` is where the rest is."""

    def __init__(self, desk: Desk, *, desk_url: str) -> None:
        self._desk = desk
        self._desk_url = desk_url

    async def form(self, slack_id: str, pressed: Pressed) -> View:
        """The form of what waits there now, for this person.

        Raises:
            HoldfastError: with the code that the desk's page would show.
        """
        person = await self._desk.by_slack(slack_id)
        waiting = await self._waiting(person, pressed.case, pressed.key)
        if not waiting.may:
            raise HoldfastError(Code(waiting.why_not))
        if await self._at_the_desk_only(person, waiting):
            link = words.decide_link(self._desk_url, waiting.case, waiting.key)
            raise HoldfastError(Code.NOT_ALLOWED, f"counsel directs this review: its words are written at {link}")
        return work_form(waiting)

    async def _waiting(self, person: str, case: str, key: str) -> Waiting:
        if not fillable(case, "task"):
            raise HoldfastError(Code.NOT_ALLOWED)
        found = await self._desk.waiting(person, kind="task", case=case)
        waiting = next((each for each in found if each.key == key), None)
        if waiting is None:
            raise HoldfastError(Code.NOT_OPEN)
        return waiting

    async def _at_the_desk_only(self, person: str, waiting: Waiting) -> bool:
        wordy = bool(waiting.card.get("artefact")) or any(map(_wordy, fields_of(waiting)))
        return wordy and privileged(await self._desk.show(person, waiting.case))

    async def submit(self, slack_id: str, view: Mapping[str, Any]) -> str:
        """Record it, and say so. The same submission counts once; a corrected one is another.

        Raises:
            HoldfastError: `stale` if the work has changed since; `invalid`, naming fields; what the desk answers.
        """
        shown, values = Shown.of(str(view.get("private_metadata", ""))), view["state"]["values"]
        person = await self._desk.by_slack(slack_id)
        waiting = await self._waiting(person, shown.case, shown.key)
        form = fields_of(waiting)
        if await self._at_the_desk_only(person, waiting):  # it was made counsel's while the form stood open
            raise HoldfastError(Code.NOT_ALLOWED)
        answers = await filed(self._desk, person, shown.case, form, work_answers(form, values))
        if problems := check_form(form, answers):
            raise HoldfastError(Code.INVALID, "; ".join(problems))
        record = _text(values, ARTEFACT)
        if waiting.card.get("artefact") and not record:
            raise HoldfastError(Code.ARTEFACT_REQUIRED)
        kept = await self._desk.keep(person, shown.case, EvidenceKind.ARTEFACT, record) if record else None
        act = Done.model_validate({"result": answers, "artefact": kept})
        marked = hashlib.sha256(act.model_dump_json().encode()).hexdigest()
        doing = Doing(
            id=once("work", str(view["id"]), marked),
            case=shown.case,
            subject=shown.key,
            nonce=shown.nonce,
            digest=shown.digest,
            act=act,
        )
        await self._desk.act(person, doing)
        return f"Recorded: {words.subject_name(shown.key)} of {words.escaped(shown.case)} is done."


def fields_of(waiting: Waiting) -> tuple[FormField, ...]:
    return tuple(FormField.model_validate(each) for each in waiting.card.get("form", ()))


def _wordy(field: FormField) -> bool:
    free = field.kind in _WORDY or (field.kind is FieldKind.LIST and not field.choices)
    return free or any(map(_wordy, field.columns))


def work_form(waiting: Waiting) -> View:
    """The fields, in their order; rows as often as the desk offers them, or as a modal can hold."""
    form = fields_of(waiting)
    script = waiting.card.get("script", {})
    said = [*script.get("say", ()), *script.get("write_down", ())]
    never = [f"Never: {each}" for each in script.get("never_say", ())]
    lines = "\n".join(f"• {words.escaped(str(each))}" for each in (*said, *never))
    head = f"{words.drill_mark(waiting.drill)}*{words.escaped(waiting.title)}*\n{words.escaped(waiting.case)}\n{lines}"
    blocks: list[Any] = [SectionBlock(text=MarkdownTextObject(text=head[:2900]))]
    for each in form:
        blocks += _rows(each, len(form)) if each.kind is FieldKind.ROWS else [_input(each, each.name)]
    if waiting.card.get("artefact"):
        element = PlainTextInputElement(action_id=VALUE, multiline=True)
        hint = "It is kept sealed, and is not said again in Slack. At most 3000 characters; the desk takes more."
        blocks.append(InputBlock(block_id=ARTEFACT, label="The record of it", element=element, hint=hint))
    view = modal("Review", blocks, close="Cancel", submit="Record")
    view.callback_id = WORK
    view.private_metadata = str(Shown(waiting.case, waiting.key, waiting.nonce, waiting.digest))
    return view


def _input(field: FormField, block: str, number: int = 0) -> InputBlock:
    label = f"{number}. {field.label}" if number else field.label
    return InputBlock(
        block_id=block,
        label=label[:2000],
        element=element_of(field, long=field.kind is FieldKind.DOCUMENT),
        optional=not field.required or number > 0,  # a row that is left out is none
        hint=field.help[:2000] or None,
    )


def rows_shown(field: FormField, fields: int) -> int:
    """How many rows a modal offers."""
    return max(1, min(MOST_ROWS, (_BLOCKS - fields) // max(1, len(field.columns))))


def _rows(field: FormField, fields: int) -> list[InputBlock]:
    return [
        _input(column, f"{field.name}-{number}-{column.name}", number)
        for number in range(1, rows_shown(field, fields) + 1)
        for column in field.columns
    ]


def work_answers(form: Sequence[FormField], values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a submitted form says, by field, without what was left empty; a row in which nothing stands is none."""
    answers: dict[str, Any] = {}
    for each in form:
        if each.kind is FieldKind.ROWS:
            rows = [_row(each, number, values) for number in range(1, MOST_ROWS + 1)]
            answers[each.name] = [row for row in rows if row]
        else:
            answers[each.name] = answer_in(each, values.get(each.name, {}).get(VALUE, {}))
    return {name: value for name, value in answers.items() if value not in (None, "", (), [])}


def _row(field: FormField, number: int, values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    cells = {
        each.name: answer_in(each, values.get(f"{field.name}-{number}-{each.name}", {}).get(VALUE, {}))
        for each in field.columns
        if each.kind is not FieldKind.BOOL or f"{field.name}-{number}-{each.name}" in values
    }
    return {name: value for name, value in cells.items() if value not in (None, "", (), [])}


def _text(values: Mapping[str, Mapping[str, Any]], block: str) -> str:
    return str(values.get(block, {}).get(VALUE, {}).get("value") or "").strip()


def work_errors(view: Mapping[str, Any], error: HoldfastError) -> dict[str, str]:
    """Slack's errors by block: a problem at its field, whatever names none at the first."""
    blocks = [str(each["block_id"]) for each in view["blocks"] if each.get("type") == "input"]
    if error.code is Code.ARTEFACT_REQUIRED and ARTEFACT in blocks:
        return {ARTEFACT: error.sentence}
    found: dict[str, str] = {}
    for problem in error.detail.split("; ") if error.code is Code.INVALID else ():
        name, _, rest = problem.partition(" ")
        row, _, what = rest.removeprefix("row ").partition(": ")
        number = _place(view, name.rstrip(","), row)
        cell = f"{name.rstrip(',')}-{number}-{what.partition(' ')[0]}"
        block = name if name in blocks else cell if cell in blocks else ""
        if block:
            found[block] = problem
    return found or ({blocks[0]: error.sentence} if blocks else {})


def _place(view: Mapping[str, Any], name: str, row: str) -> int:
    """Where on the form the row stands that counts as this one: rows that were left empty do not count."""
    filled = set()
    for block, state in view["state"]["values"].items():
        found = re.fullmatch(rf"{re.escape(name)}-(\d+)-\w+", block)
        said = state.get(VALUE, {})
        if found and any(said.get(each) for each in ("value", "selected_option", "selected_options")):
            filled.add(int(found[1]))
    places = sorted(filled)
    return places[int(row) - 1] if row.isdecimal() and 0 < int(row) <= len(places) else 0
