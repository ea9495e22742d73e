"""How far each room's last update went, on SQL."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.updates import Told
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import room_update as table


class SqlUpdates:
    """`domain.updates.Updates` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def told(self, case: str) -> Told | None:
        rows = await self._database.read(rows_of(select(table).where(table.c.case == case)))
        return Told.model_validate(dict(rows[0]._mapping)) if rows else None

    async def tell(self, told: Told) -> None:
        async def work(connection: AsyncConnection) -> None:
            fresh = insert(connection, table).values(**told.model_dump())
            changes = {"sequence": fresh.excluded.sequence, "at": fresh.excluded.at}
            newer = table.c.sequence <= fresh.excluded.sequence
            keeping = fresh.on_conflict_do_update(index_elements=[table.c.case], set_=changes, where=newer)
            await connection.execute(keeping)

        await self._database.write(work)
