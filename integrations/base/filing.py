"""Words that a form wants sealed: kept in the vault before the act, which carries their references only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.desk import Desk
from domain.evidence import EvidenceKind, ref_of, ref_text
from domain.policy import FieldKind, FormField
from domain.rows import read_rows, write_rows


def seals(form: Sequence[FormField]) -> bool:
    """Whether a form has anything to seal or rows to write."""
    return any(each.kind in (FieldKind.DOCUMENT, FieldKind.ROWS) for each in form)


async def filed(
    desk: Desk, person: str, case: str, form: Sequence[FormField], answers: Mapping[str, object]
) -> dict[str, object]:
    """The answers with every document sealed and every row written; what fits no kind is left for the form's check."""
    found = dict(answers)
    for each in form:
        value = found.get(each.name)
        if each.kind is FieldKind.DOCUMENT and isinstance(value, str) and value:
            found[each.name] = await _sealed(desk, person, case, EvidenceKind.OPINION, value)
        elif each.kind is FieldKind.ROWS and isinstance(value, list | tuple):
            rows = [dict(row) if isinstance(row, Mapping) else row for row in value]
            plain = read_rows(rows) if all(isinstance(row, str) for row in rows) else rows
            if plain is not None and all(isinstance(row, dict) for row in plain):
                found[each.name] = write_rows(
                    [await _row(desk, person, case, each.columns, row) for row in plain if isinstance(row, dict)]
                )
    return found


async def _row(
    desk: Desk, person: str, case: str, columns: Sequence[FormField], row: Mapping[str, object]
) -> dict[str, object]:
    found = dict(row)
    for each in columns:
        value = found.get(each.name)
        if each.kind is FieldKind.DOCUMENT and isinstance(value, str) and value:
            found[each.name] = await _sealed(desk, person, case, EvidenceKind.ACTION, value)
    return found


async def _sealed(desk: Desk, person: str, case: str, kind: EvidenceKind, text: str) -> str:
    return text if ref_of(text) else ref_text(await desk.keep(person, case, kind, text))
