"""Transactions that lose nothing: SQLite's defaults lost more than half of 400 concurrent chained appends."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Row, Select, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import Code, HoldfastError

BUSY_SECONDS = 30.0  # a writer holds the lock for one fsync; this is thousands of turns
_WRITES = "holdfast_writes"

T = TypeVar("T")
Work: TypeAlias = Callable[[AsyncConnection], Coroutine[Any, Any, T]]


class Database:
    """An engine whose transactions are either reads (a snapshot) or writes (alone from the first statement).

    A transaction runs to its end even if whoever asked for it is cancelled: a cancellation inside the driver can
    leave a connection behind that holds the write lock for as long as the process lives (seen within a few
    hundred cancelled appends; every later one then failed as locked).
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        # SQLite has one writer; waiting here is fair and holds no connection, waiting in SQLite is a poll.
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Future[Any]] = set()

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction that commits at its end, durably, or leaves no trace if it raises.

        Raises:
            HoldfastError: `transient` if the lock or the disk cannot be had.
        """
        return await self._whole(self._write(work))

    async def read(self, work: Work[T]) -> T:
        """Run `work` in a transaction that sees one state of the database throughout.

        Raises:
            HoldfastError: `transient` if the disk fails or every connection is taken.
        """
        return await self._whole(self._in(self._reader, work))

    async def close(self) -> None:
        """Wait for the transactions that run, then close every connection."""
        try:
            while self._running:
                await asyncio.wait(self._running)
        finally:
            await self._reader.dispose()

    async def _write(self, work: Work[T]) -> T:
        async with self._turn:
            return await self._in(self._writer, work)

    async def _in(self, engine: AsyncEngine, work: Work[T]) -> T:
        try:
            async with engine.begin() as connection:
                return await work(connection)
        except (OperationalError, PoolTimeout) as error:
            raise HoldfastError(Code.TRANSIENT, "store") from error

    async def _whole(self, transaction: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(transaction)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open (and create, with mode 0600) the SQLite file of a URL such as `sqlite:////var/lib/holdfast/store.db`.

    Raises:
        HoldfastError: `broken-configuration` if the URL names no SQLite file, `transient` if it stays locked.
    """
    parsed = _file_url(url)
    await asyncio.to_thread(_prepare, Path(parsed.database or ""))
    engine = create_async_engine(
        parsed,
        hide_parameters=True,  # an error's text never shows what was being written
        # isolation_level None: only `_on_begin` begins a transaction, never the driver (which would defer it).
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    database = Database(engine)
    try:
        yield database
    finally:
        await database.close()


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with `on_conflict_…`, which both databases spell alike but SQLAlchemy keeps per dialect."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def rows_of(query: Select[Any]) -> Work[Sequence[Row[Any]]]:
    """Work for `Database.read`: all rows of one query."""

    async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
        rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return rows

    return work


def _file_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url") from None
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url must name a SQLite file")
    return url.set(drivername="sqlite+aiosqlite", query={})


def _prepare(path: Path) -> None:
    """Create the file for its owner only and switch it to write-ahead logging, which the file remembers."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            # Never for a file that is there: closing it would drop the locks of every connection that this process
            # has on it (POSIX), and the next process to leave would take the log away from under them.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(path.name)
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
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
