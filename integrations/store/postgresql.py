"""PostgreSQL as a store: many writers, each alone on its case; readers see one moment."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import Code, HoldfastError

NAME = "postgresql"
LOCK_SECONDS = 30  # an append holds its case's head for a few milliseconds; this is thousands of turns
_CONNECT_SECONDS = 10  # a server that accepts nobody for that long is down
READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
# Each statement sees what was committed before it: behind a lock that is what the one before left.
WRITING: dict[str, Any] = {"isolation_level": "READ COMMITTED"}

# In the transaction and not in the session: a pooler between us hands sessions around. A server that is set to
# acknowledge before it has written would lose what we were told it has; a stronger setting is left alone.
_BEGIN = f"""
SELECT set_config('lock_timeout', '{LOCK_SECONDS}s', true),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                  WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)
"""


class Turn(IntEnum):
    """What only one transaction of all processes may do at a time: second half of an advisory lock's key."""

    MIGRATE = 1
    CHECKPOINT = 2
    AGENCIES = 3
    INTAKE = 4


_LOCKS = 0x686F6C64  # "hold": first half of the key, so that other programs on this database do not meet ours


async def open_engine(url: URL) -> AsyncEngine:
    """An engine on a database that is there already; nothing is asked of the server yet.

    Raises:
        HoldfastError: `broken-configuration` if the URL names no database.
    """
    if not url.database:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url must name a SQLite file or a PostgreSQL database")
    engine = create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # an error's text never shows what was being written
        pool_pre_ping=True,  # a server that was restarted is met by a new connection, not by an error
        connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "holdfast"},
    )
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


async def take_turn(connection: AsyncConnection, turn: Turn) -> None:
    """Wait until no other process does this; until the end of the transaction. SQLite has one writer anyway."""
    await connection.run_sync(take_turn_on, turn)


def take_turn_on(connection: Connection, turn: Turn) -> None:
    """`take_turn` for code that is given a plain connection, as migrations are."""
    if connection.dialect.name == NAME:
        connection.execute(text("SELECT pg_advisory_xact_lock(:ours, :turn)"), {"ours": _LOCKS, "turn": int(turn)})


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql(_BEGIN)
