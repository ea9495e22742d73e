"""Reads the ledger's rows for the audit as they are, not as the tables say that they should be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, LargeBinary, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from integrations.store.audit import Head, Row
from integrations.store.tables import ledger_entry as table
from integrations.store.tables import ledger_head as head_table


async def heads_of(connection: AsyncConnection) -> dict[str, Head]:
    """The head of every case."""
    raw = [_raw(connection, column) for column in head_table.c]
    rows = await connection.execute(select(*raw))
    return {_text(case): Head(sequence, _text(own)) for case, sequence, own in rows}


async def chains_of(connection: AsyncConnection, heads: Mapping[str, Head]) -> AsyncIterator[tuple[str, list[Row]]]:
    """Every case that has rows or a head, with its rows by sequence; one chain in memory at a time."""
    names = ("case", "sequence", "entry_id", "ciphertext", "previous", "hash")
    raw = [_raw(connection, table.c[name]) for name in names]
    seen: set[str] = set()
    case, rows = "", list[Row]()
    async for row in await connection.stream(select(*raw).order_by(table.c.case, table.c.sequence)):
        if _text(row[0]) != case and rows:
            yield case, _sorted(rows)
            rows = []
        case = _text(row[0])
        seen.add(case)
        rows.append(Row(row[1], _text(row[2]), row[3], _text(row[4]), _text(row[5])))
    if rows:
        yield case, _sorted(rows)
    for empty in sorted(heads.keys() - seen):
        yield empty, []


def _sorted(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.sequence)


def _raw(connection: AsyncConnection, column: Column[Any]) -> ColumnElement[Any]:
    """SQLite keeps any type in any column, and text that is no text stops its driver: read bytes and numbers."""
    if connection.dialect.name != "sqlite":
        return column
    return cast(column, Integer if column.name == "sequence" else LargeBinary)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")
