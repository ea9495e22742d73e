"""Alembic's entry: on the connection that the store opened or, from Alembic's own command line, on `-x url=…`."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from integrations.store.database import open_database
from integrations.store.tables import UtcDateTime, metadata


def _spell(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A migration names no class of ours: it must still run when the class is gone."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _run(connection: Connection) -> None:
    # Batch mode: SQLite cannot alter a table, so Alembic copies it.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, render_item=_spell)
    with context.begin_transaction():
        context.run_migrations()


async def _run_alone(url: str) -> None:
    async with open_database(url) as database:
        await database.write(lambda connection: connection.run_sync(_run))


def _main() -> None:
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not isinstance(url, str) or context.is_offline_mode():
        raise CommandError("name the database with -x url=URL; there is no offline mode")
    asyncio.run(_run_alone(url))


_main()
