"""The list of cases. A projection: it may be thrown away and built again from the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.state import Status
from domain.timeline import Projection
from integrations.store.chain import CaseKeySource
from integrations.store.copies import read_copy
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import projection as table


class SqlCases:
    """`domain.ports.Cases` on SQL."""

    def __init__(self, database: Database, keys: CaseKeySource) -> None:
        self._database = database
        self._keys = keys

    async def get(self, case: str) -> Projection | None:
        """The projection of one case, or None."""
        rows = await self._database.read(rows_of(select(table).where(table.c.case == case)))
        return Projection.model_validate(dict(rows[0]._mapping)) if rows else None

    async def copy(self, case: str) -> bytes | None:
        """The newest copy of the case's state, unsealed; None if there is none or the case was erased.

        Raises:
            HoldfastError: `tampered` if it is not what was sealed, `unknown-key` if the case's key is lost.
        """
        return await read_copy(self._database, self._keys, case)

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


async def save_projection(connection: AsyncConnection, projection: Projection) -> bool:
    """Put a projection in the place of an older one. A late retry never overwrites a newer one; False then."""
    values = projection.model_dump()
    fresh = insert(connection, table).values(**values)
    not_older = or_(
        table.c.updated_at.is_(None),
        fresh.excluded.updated_at.is_(None),
        table.c.updated_at <= fresh.excluded.updated_at,
    )
    changes = {name: fresh.excluded[name] for name in values if name != "case"}
    saved = await connection.execute(
        fresh.on_conflict_do_update(index_elements=[table.c.case], set_=changes, where=not_older)
    )
    return saved.rowcount == 1
