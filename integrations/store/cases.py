"""The list of cases. A projection: it may be thrown away and built again from the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.state import Status
from domain.timeline import Projection
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import projection as table


class SqlCases:
    """`domain.ports.Cases` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, case: str) -> Projection | None:
        """The projection of one case, or None."""
        return await self._database.read(lambda connection: projection_of(connection, case))

    async def list(self, *, open_only: bool = False, limit: int = 200) -> Sequence[Projection]:
        """The newest cases first; of the open ones (not closed) the gravest first, so that `limit` never hides
        a P0 behind a P3."""
        newest = table.c.declared_at.desc().nulls_last()
        query = select(table).order_by(newest, table.c.case)
        if open_only:
            open_ = table.c.status != Status.CLOSED.value
            query = select(table).where(open_).order_by(table.c.severity, newest, table.c.case)
        rows = await self._database.read(rows_of(query.limit(limit)))
        return [Projection.model_validate(dict(row._mapping)) for row in rows]


async def projection_of(connection: AsyncConnection, case: str) -> Projection | None:
    """The projection of one case, or None."""
    row = (await connection.execute(select(table).where(table.c.case == case))).one_or_none()
    return Projection.model_validate(dict(row._mapping)) if row is not None else None


async def save_projection(connection: AsyncConnection, projection: Projection) -> None:
    """Put a projection in the place of an older one. A late retry never overwrites a newer one."""
    values = projection.model_dump()
    fresh = insert(connection, table).values(**values)
    not_older = or_(
        table.c.updated_at.is_(None),
        fresh.excluded.updated_at.is_(None),
        table.c.updated_at <= fresh.excluded.updated_at,
    )
    changes = {name: fresh.excluded[name] for name in values if name != "case"}
    await connection.execute(fresh.on_conflict_do_update(index_elements=[table.c.case], set_=changes, where=not_older))
