"""Transactions that lose nothing: SQLite's defaults lost more than half of 400 concurrent chained appends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import URL, Row, Select, Table, make_url
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import Code, HoldfastError
from integrations.store import postgresql, sqlite

T = TypeVar("T")
Work: TypeAlias = Callable[[AsyncConnection], Coroutine[Any, Any, T]]


class Database:
    """An engine whose transactions are either reads (a snapshot) or writes (on SQLite alone from the first statement,
    on PostgreSQL alone with the rows that they lock).

    A transaction runs to its end even if whoever asked for it is cancelled: a cancellation inside the driver can
    leave a connection behind that holds the write lock for as long as the process lives (seen within a few
    hundred cancelled appends; every later one then failed as locked).
    """

    def __init__(self, engine: AsyncEngine) -> None:
        many = engine.dialect.name == postgresql.NAME
        self._reader = engine.execution_options(**postgresql.READING) if many else engine
        self._writer = engine.execution_options(**(postgresql.WRITING if many else {sqlite.WRITES: True}))
        # SQLite has one writer; waiting here is fair and holds no connection, waiting in SQLite is a poll.
        self._turn: AbstractAsyncContextManager[object] = nullcontext() if many else asyncio.Lock()
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
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise HoldfastError(Code.TRANSIENT, "store") from error

    async def _whole(self, transaction: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(transaction)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open the database of a URL such as `sqlite:////var/lib/holdfast/store.db` (the file is made) or
    `postgresql://holdfast@db.example.org/holdfast` (the database is there already).

    Raises:
        HoldfastError: `broken-configuration` if the URL names neither, `transient` if a file stays locked.
    """
    parsed = _parsed(url)
    engine = await (sqlite if parsed.get_backend_name() == "sqlite" else postgresql).open_engine(parsed)
    database = Database(engine)
    try:
        yield database
    finally:
        await database.close()


def insert(connection: AsyncConnection, table: Table) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
    """An INSERT with `on_conflict_…`, which both databases spell alike but SQLAlchemy keeps per dialect."""
    if connection.dialect.name == postgresql.NAME:
        return postgresql_dialect.insert(table)
    return sqlite_dialect.insert(table)


def rows_of(query: Select[Any]) -> Work[Sequence[Row[Any]]]:
    """Work for `Database.read`: all rows of one query."""

    async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
        rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return rows

    return work


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
        known = url.get_backend_name() in ("sqlite", postgresql.NAME)
    except (ArgumentError, ValueError):  # a port that is no number
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url") from None
    if not known:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "store url must name a SQLite file or a PostgreSQL database")
    return url
