"""One form, filled in by whoever asks or by one of us on the telephone: nothing but the line itself is required."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import create_form_parser

from console.intake.recipes import Offered
from domain.errors import Code, HoldfastError
from domain.intake import LONGEST_TEXT, NARRATIVE, Requester
from domain.policy import FieldKind, FormField
from domain.uploads import Upload, plain_name, unfit

MULTIPART = "multipart/form-data"
PREFIX = "f-"  # so that a procedure's field can never be mistaken for one of the form's own
_MOST_FIELDS = 200
_LONGEST = 2000  # characters of one answer
_OWN = (FieldKind.ACCOUNT, FieldKind.DOCUMENT, FieldKind.ROWS)


def questions(intake: Sequence[FormField]) -> list[FormField]:
    """The fields of a procedure that the form asks besides the line, the identifier and the mail address."""
    mail = next((each.name for each in intake if each.kind is FieldKind.EMAIL), "")
    return [each for each in intake if each.kind not in _OWN and each.name not in (NARRATIVE, mail)]


def fresh_key() -> str:
    """The key of a form that was just drawn: pressed twice it is one line."""
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Filled:
    """What a browser sent: every value by the name of its field, and the files."""

    values: Mapping[str, Sequence[str]]
    uploads: tuple[Upload, ...] = ()

    def one(self, name: str) -> str:
        return next(iter(self.values.get(name, ())), "")


def filled(body: bytes, content_type: str) -> Filled:
    """A form as a browser posts it, with files or without. All of it stays in memory: an original that nobody may
    open must not lie on a disk in plain.

    Raises:
        HoldfastError: `invalid` if it is no form; `too-large` if it has more files than are taken, or one that is
            too large.
    """
    if content_type.partition(";")[0].strip().lower() == MULTIPART:
        pairs, uploads = _parts(body, content_type)
    else:
        uploads = ()
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS, keep_blank_values=True)
        except ValueError:
            raise HoldfastError(Code.INVALID, "the form") from None
    if reason := unfit(uploads):
        raise HoldfastError(Code.TOO_LARGE, reason)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value.strip()[:LONGEST_TEXT])
    return Filled(values, uploads)


def _parts(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], tuple[Upload, ...]]:
    pairs: list[tuple[str, str]] = []
    uploads: list[Upload] = []

    def field(each: Any) -> None:
        pairs.append((_text(each.field_name), _text(each.value)))

    def file(each: Any) -> None:
        each.file_object.seek(0)
        data = each.file_object.read()
        each.close()
        if data or each.file_name:  # a browser sends a nameless nothing where nothing was chosen
            uploads.append(Upload(data=data, name=plain_name(_text(each.file_name))))

    limits = {"MAX_MEMORY_FILE_SIZE": len(body) + 1, "MAX_FIELDS": _MOST_FIELDS}
    try:
        parser = create_form_parser({"Content-Type": content_type.encode("latin-1", "replace")}, field, file, limits)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError):
        raise HoldfastError(Code.INVALID, "the form") from None
    if len(pairs) > _MOST_FIELDS:
        raise HoldfastError(Code.INVALID, "the form")
    return pairs, tuple(uploads)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def posted(form: Filled, intake: Sequence[FormField]) -> Offered:
    """What a filled-in form brings.

    Raises:
        HoldfastError: `invalid` if the line itself is missing.
    """
    one = form.one
    if not one("line"):
        raise HoldfastError(Code.INVALID, "line")
    said = one("requester")
    known = [each for each in (Requester.LAW_ENFORCEMENT, Requester.OTHER) if each.value == said]
    answers = {each.name: _answer(each, form.values.get(PREFIX + each.name, ())) for each in questions(intake)}
    return Offered(
        key=one("key")[:64] or fresh_key(),
        text=one("line"),
        identifier=one("identifier")[:500],
        answers={name: value for name, value in answers.items() if value not in (None, "", ())},
        requester=known[0] if known else Requester.UNKNOWN,
        email=one("email")[:320],
        uploads=form.uploads,
    )


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
