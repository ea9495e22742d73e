"""SQLite as a store: one file, one writer, nothing acknowledged that a power cut could take back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.errors import Code, HoldfastError

BUSY_SECONDS = 30.0  # a writer holds the lock for one fsync; this is thousands of turns
WRITES = "holdfast_writes"


async def open_engine(url: URL) -> AsyncEngine:
    """An engine on a file, made with mode 0600 if it is not there.

    Raises:
        HoldfastError: `broken-configuration` if the URL names no file that can be a database, `transient` if the
            file stays locked.
    """
    if url.database in (None, "", ":memory:"):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url must name a SQLite file or a PostgreSQL database")
    await asyncio.to_thread(_prepare, Path(url.database or ""))
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite", query={}),
        hide_parameters=True,  # an error's text never shows what was being written
        # isolation_level None: only `_on_begin` begins a transaction, never the driver (which would defer it).
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


def _prepare(path: Path) -> None:
    """Create the file for its owner only and switch it to write-ahead logging, which the file remembers."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Only a file that is not there yet may be opened outside SQLite: closing a handle on one that another
        # store of this process uses would drop that store's locks (POSIX), and the next process to leave would
        # take the log from under it. "database disk image is malformed" is how that ends.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url") from error
    deadline = time.monotonic() + BUSY_SECONDS
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        while not _switched(connection):
            if time.monotonic() > deadline:
                raise HoldfastError(Code.TRANSIENT, "store")
            time.sleep(0.02)
    except sqlite3.DatabaseError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url") from error
    finally:
        connection.close()


def _switched(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal")
    except sqlite3.OperationalError as error:
        # The one statement that ignores the busy timeout: two processes that open a new file collide here.
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise


def _on_connect(dbapi_connection: Any, _record: object) -> None:
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged append survives a power cut
    cursor.execute("PRAGMA fullfsync=ON")  # macOS: without it fsync stops at the drive's cache
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
