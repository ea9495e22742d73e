"""The newest copy of each case's state: what a lost run is started from again. Not history: one row a case."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from integrations.store.chain import CaseKeySource, seal_copy, unseal_copy
from integrations.store.database import Database, insert, rows_of
from integrations.store.tables import case_copy as table


async def save_copy(connection: AsyncConnection, key: bytes, case: str, sequence: int, copy: bytes) -> None:
    """Put a copy as of entry `sequence` in the place of an older one. A late retry never overwrites a newer one."""
    ciphertext = await asyncio.to_thread(seal_copy, key, case, sequence, copy)
    values = {"sequence": sequence, "ciphertext": ciphertext, "written_at": datetime.now(UTC)}
    fresh = insert(connection, table).values(case=case, **values)
    changes = {name: fresh.excluded[name] for name in values}
    not_older = table.c.sequence <= fresh.excluded.sequence
    await connection.execute(fresh.on_conflict_do_update(index_elements=[table.c.case], set_=changes, where=not_older))


async def read_copy(database: Database, keys: CaseKeySource, case: str) -> bytes | None:
    """The bytes that were handed in, or None; raises as `Cases.copy` says."""
    rows = await database.read(rows_of(select(table).where(table.c.case == case)))
    if not rows:
        return None

    def unsealed() -> bytes | None:
        if keys.erased(case):
            return None
        return unseal_copy(keys.existing(case), case, rows[0].sequence, rows[0].ciphertext)

    return await asyncio.to_thread(unsealed)
