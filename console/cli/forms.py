"""From what a person typed to what a form wants: the form's own kinds decide, nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console.cli import files
from console.cli.exits import Told
from domain.errors import Code
from domain.policy import FieldKind, FormField, check_form

_YES, _NO = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


def answers_of(form: Sequence[FormField], given: dict[str, Any]) -> dict[str, object]:
    """The answers in the form's types; absent ones are left out.

    Raises:
        HoldfastError: `invalid`, naming every field that does not fit and never a value.
    """
    typed = typed_of(form, given)
    problems = check_form(tuple(form), typed)
    if problems:
        raise Told(Code.INVALID, f"The form is not right: {'; '.join(problems)}. Correct it and send it again.")
    return typed


def typed_of(form: Sequence[FormField], given: dict[str, Any]) -> dict[str, object]:
    """The answers in the form's types, not yet checked: what is to be sealed is still text."""
    kinds = {each.name: each.kind for each in form}
    return {name: _typed(kinds.get(name), value) for name, value in given.items() if value is not None}


def pairs(given: Sequence[str]) -> dict[str, Any]:
    """`--set name=value` as a mapping; the same name again makes a list.

    Raises:
        HoldfastError: `invalid` for a pair without a name or without `=`.
    """
    found: dict[str, Any] = {}
    for each in given:
        name, equals, value = each.partition("=")
        name = name.strip()
        if not equals or not name:
            raise Told(Code.INVALID, "--set takes NAME=VALUE; write it once for each field.")
        before = found.get(name)
        if before is None:
            found[name] = value
        else:
            found[name] = [*(before if isinstance(before, list) else [before]), value]
    return found


def _typed(kind: FieldKind | None, value: Any) -> object:
    if kind is FieldKind.ROWS:
        # A row is a mapping as YAML writes it on one line: `{owner: engineer, kind: train, due_days: 14}`.
        rows = value if isinstance(value, list) else [value]
        return [files.parse_values("a row", each.encode()) if isinstance(each, str) else each for each in rows]
    if kind is FieldKind.LIST and isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, str):
        return value
    text = value.strip()
    match kind:
        case FieldKind.BOOL if text.lower() in _YES or text.lower() in _NO:
            return text.lower() in _YES
        case FieldKind.NUMBER if text.lstrip("+-").isdecimal():
            return int(text)
        case FieldKind.CHOICE | FieldKind.EMAIL | FieldKind.PHONE | FieldKind.ACCOUNT:
            return text
        case _:
            return value


def template(title: str, slug: str, form: Sequence[FormField]) -> str:
    """A YAML file to fill in: every field with what it means; the optional ones commented out."""
    lines = [f"# {title}. Fill in, then: holdfast declare {slug} --file THIS-FILE", ""]
    for each in form:
        lines += [f"# {line}" for line in _explained(each)]
        lines += [f"{'' if each.required else '# '}{each.name}: {_blank(each)}".rstrip(), ""]
    return "\n".join(lines).rstrip() + "\n"


def _explained(field: FormField) -> list[str]:
    need = "required" if field.required else "optional"
    kept = "; stays in the vault" if field.identifying else ""
    lines = [f"{field.label} ({field.kind.value}, {need}{kept})"]
    if field.help:
        lines.append(field.help)
    if field.choices:
        lines.append(f"{'Any' if field.kind is FieldKind.LIST else 'One'} of: {', '.join(field.choices)}")
    return lines


def _blank(field: FormField) -> str:
    match field.kind:
        case FieldKind.BOOL:
            return "false"
        case FieldKind.LIST | FieldKind.ROWS:
            return "[]"
        case _:
            return '""'
