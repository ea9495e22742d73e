"""What people asked for while Temporal could not be reached: accepted, so it must not be lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Code, HoldfastError
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import inbox as table


class SqlInbox:
    """`domain.ports.Inbox` on SQL. Bodies are stored as they come: sealed by whoever puts them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, key: str, kind: str, body: bytes) -> bool:
        """Store a request, durably; False if the key is there already, pending or done (nothing changes then)."""
        return await self._insert(key, kind, body, None)

    async def remember(self, key: str, kind: str, body: bytes) -> bool:
        """As `put`, of what asks for nothing and is therefore done."""
        return await self._insert(key, kind, body, datetime.now(UTC))

    async def _insert(self, key: str, kind: str, body: bytes, done_at: datetime | None) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            values = {"key": key, "kind": kind, "body": body, "received_at": datetime.now(UTC), "done_at": done_at}
            fresh = insert(connection, table).values(**values)
            putting = fresh.on_conflict_do_nothing(index_elements=[table.c.key])
            return await connection.scalar(putting.returning(table.c.key)) is not None

        return await self._database.write(work)

    async def pending(self, limit: int = 100) -> Sequence[tuple[str, str, bytes]]:
        """(key, kind, body) of what is not done, oldest first."""
        query = select(table).where(table.c.done_at.is_(None)).order_by(table.c.position).limit(limit)
        rows = await self._database.read(rows_of(query))
        return [(row.key, row.kind, row.body) for row in rows]

    async def waiting(self, limit: int = 100) -> Sequence[tuple[str, datetime]]:
        """(key, received at) of what is not done, oldest first; without the bodies, for whoever may not read them."""
        query = select(table.c.key, table.c.received_at).where(table.c.done_at.is_(None)).order_by(table.c.position)
        rows = await self._database.read(rows_of(query.limit(limit)))
        return [(row.key, row.received_at) for row in rows]

    async def done(self, key: str) -> None:
        """Mark a request as handed on; a second time changes nothing.

        Raises:
            HoldfastError: `invalid` if there is no such key.
        """

        async def work(connection: AsyncConnection) -> None:
            if await _body(connection, key) is None:
                raise HoldfastError(Code.INVALID, "inbox key")
            mark = table.update().where(table.c.key == key, table.c.done_at.is_(None))
            await connection.execute(mark.values(done_at=datetime.now(UTC)))

        await self._database.write(work)

    async def body(self, key: str) -> bytes | None:
        """The stored body of a key, pending or done; None if unknown."""
        return await self._database.read(lambda connection: _body(connection, key))


async def _body(connection: AsyncConnection, key: str) -> bytes | None:
    found: bytes | None = await connection.scalar(select(table.c.body).where(table.c.key == key))
    return found
