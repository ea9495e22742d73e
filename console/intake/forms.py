"""One form, filled in by whoever asks or by one of us on the telephone: nothing but the line itself is required."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from console.intake.recipes import Offered
from domain.errors import Code, HoldfastError
from domain.intake import LONGEST_TEXT, NARRATIVE, Requester
from domain.policy import FieldKind, FormField

PREFIX = "f-"  # so that a procedure's field can never be mistaken for one of the form's own
_MOST_FIELDS = 200
_LONGEST = 2000  # characters of one answer
_OWN = (FieldKind.ACCOUNT, FieldKind.DOCUMENT, FieldKind.ROWS)


@dataclass(frozen=True)
class Posted:
    """What was posted, by name, and how it was meant to be read."""

    offered: Offered
    values: Mapping[str, Sequence[str]]


def questions(intake: Sequence[FormField]) -> list[FormField]:
    """The fields of a procedure that the form asks besides the line, the identifier and the mail address."""
    mail = next((each.name for each in intake if each.kind is FieldKind.EMAIL), "")
    return [each for each in intake if each.kind not in _OWN and each.name not in (NARRATIVE, mail)]


def fresh_key() -> str:
    """The key of a form that was just drawn: pressed twice it is one line."""
    return secrets.token_hex(16)


def posted(body: bytes, intake: Sequence[FormField]) -> Posted:
    """A form as a browser posts it.

    Raises:
        HoldfastError: `invalid` if it is no form, or the line itself is missing.
    """
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS, keep_blank_values=True)
    except ValueError:
        raise HoldfastError(Code.INVALID, "the form") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value.strip()[:LONGEST_TEXT])

    def one(name: str) -> str:
        return values.get(name, [""])[0]

    if not one("line"):
        raise HoldfastError(Code.INVALID, "line")
    said = one("requester")
    known = [each for each in (Requester.LAW_ENFORCEMENT, Requester.OTHER) if each.value == said]
    answers = {each.name: _answer(each, values.get(PREFIX + each.name, [])) for each in questions(intake)}
    offered = Offered(
        key=one("key")[:64] or fresh_key(),
        text=one("line"),
        identifier=one("identifier")[:500],
        answers={name: value for name, value in answers.items() if value not in (None, "", ())},
        requester=known[0] if known else Requester.UNKNOWN,
        email=one("email")[:320],
    )
    return Posted(offered, values)


def _answer(field: FormField, values: Sequence[str]) -> Any:
    """The answer as the field's kind wants it; one that is not of its kind stays text, and does not fit."""
    value = values[0][:_LONGEST] if values else ""
    match field.kind:
        case FieldKind.BOOL:
            return {"yes": True, "no": False}.get(value)
        case FieldKind.NUMBER:
            return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else value
        case FieldKind.LIST:
            given = values if field.choices else value.splitlines()
            return tuple(each.strip() for each in given if each.strip())
        case _:
            return value
