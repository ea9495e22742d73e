"""What is remembered of requests, on SQL: keyed hashes that can be compared, and senders from whom nothing is taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.signals import LOOK_BACK, SAME_TARGET, Mark, Quarantined
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import request_mark as table
from integrations.store.tables import sender_quarantine as held_table

_KEPT = LOOK_BACK + SAME_TARGET  # as long as a look back reaches, and the time in which one is begun
_SHARED = ("officer", "sender", "domain", "agency", "target")


class SqlMarks:
    """`domain.ports.Marks` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, mark: Mark) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(table.delete().where(table.c.at < mark.at - _KEPT))
            fresh = insert(connection, table).values(**mark.model_dump())
            await connection.execute(fresh.on_conflict_do_nothing(index_elements=[table.c.case]))

        await self._database.write(work)

    async def beside(self, mark: Mark) -> Sequence[Mark]:
        known = [table.c[name] == getattr(mark, name) for name in _SHARED if getattr(mark, name)]
        query = select(table).where(or_(table.c.case == mark.case, *known)).order_by(table.c.at, table.c.case)
        rows = await self._database.read(rows_of(query))
        return [Mark.model_validate(dict(row._mapping)) for row in rows]

    async def quarantine(self, held: Quarantined) -> None:
        async def work(connection: AsyncConnection) -> None:
            fresh = insert(connection, held_table).values(**held.model_dump(), lifted_at=None, lifted_by="")
            keys = [held_table.c.sender, held_table.c.case]
            await connection.execute(fresh.on_conflict_do_nothing(index_elements=keys))

        await self._database.write(work)

    async def quarantined(self, sender: str) -> Quarantined | None:
        standing = (held_table.c.sender == sender, held_table.c.lifted_at.is_(None))
        query = select(held_table).where(*standing).order_by(held_table.c.at.desc()).limit(1)
        rows = await self._database.read(rows_of(query))
        return Quarantined(sender=rows[0].sender, case=rows[0].case, at=rows[0].at) if sender and rows else None

    async def lift(self, sender: str, by: str, at: datetime) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            standing = (held_table.c.sender == sender, held_table.c.lifted_at.is_(None))
            ended = await connection.execute(held_table.update().where(*standing).values(lifted_at=at, lifted_by=by))
            return bool(ended.rowcount)

        return await self._database.write(work)
