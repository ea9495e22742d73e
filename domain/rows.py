"""Rows of a structured list as plain text, so that a form's answers stay values that history may carry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from domain.canonical import canonical


def write_rows(rows: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Each row as canonical JSON."""
    return tuple(canonical(dict(row)).decode() for row in rows)


def read_rows(value: object) -> list[dict[str, object]] | None:
    """The rows again; None if this is not a list of JSON objects."""
    if not isinstance(value, list | tuple):
        return None
    rows: list[dict[str, object]] = []
    for each in value:
        try:
            row = json.loads(each) if isinstance(each, str) else None
        except ValueError:
            return None
        if not isinstance(row, dict):
            return None
        rows.append(row)
    return rows
