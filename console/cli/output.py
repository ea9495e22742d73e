"""Data on stdout, messages on stderr; a terminal gets a table, a pipe gets plain lines, a program gets JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

_PATIENCE = 2.0  # seconds of silence after which a person is told that we still wait
# What could move a terminal's cursor or colour: other people's text is printed here.
_CONTROLS = {number: "�" for number in (*range(32), *range(127, 160)) if number not in (9, 10)}


class Shape(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"


def clean(value: object) -> str:
    """Text without control characters; None is empty, several values are joined by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(clean(each) for each in value)
    return str(value).translate(_CONTROLS)


def emit(shape: Shape | None, data: object, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print data: `data` as JSON, or `rows` under `columns`, or as lines of tab-separated values."""
    if shape is Shape.JSON:
        emit_json(data)
    elif shape is Shape.TABLE or sys.stdout.isatty():
        _table(columns, rows)
    else:
        for row in rows:
            print("\t".join(clean(value).replace("\t", " ").replace("\n", " ") for value in row))


def emit_fields(shape: Shape | None, data: object, fields: dict[str, object]) -> None:
    """Print one thing: a name and a value per line."""
    if shape is Shape.JSON:
        emit_json(data)
        return
    wide = sys.stdout.isatty() or shape is Shape.TABLE
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        print(f"{name.ljust(width)}  {clean(value)}" if wide else f"{name}\t{clean(value)}")


def emit_json(data: object) -> None:
    print(json.dumps(data, indent=2, default=str))


def plain(models: Iterable[Any]) -> list[Any]:
    """Models as JSON-ready values."""
    return [each.model_dump(mode="json") for each in models]


def say(text: str) -> None:
    """A message for whoever is looking: never data."""
    print(clean(text), file=sys.stderr, flush=True)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(clean(value)) for value in row))
    Console(file=sys.stdout, highlight=False).print(table)


@asynccontextmanager
async def patience(what: str, *, shown: bool = True) -> AsyncIterator[None]:
    """A spinner on stderr once this takes more than two seconds; nothing where nobody looks."""
    if not (shown and sys.stderr.isatty()):
        yield
        return
    from rich.console import Console

    status = Console(stderr=True).status(clean(what))

    async def show() -> None:
        await asyncio.sleep(_PATIENCE)
        status.start()

    waiting = asyncio.create_task(show())
    try:
        yield
    finally:
        waiting.cancel()
        status.stop()
