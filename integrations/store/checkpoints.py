"""Checkpoints on SQL: made over one state of all heads, one after the other, whoever makes them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.acts import PublicKey
from domain.checkpoints import (
    GENESIS,
    Made,
    Notary,
    Proof,
    SealedCheckpoint,
    Vouched,
    digest_of,
    moved_since,
    proof_of,
)
from domain.errors import Code, HoldfastError
from domain.timeline import AuditReport
from integrations.store.chain import CaseKeySource
from integrations.store.comparing import compared
from integrations.store.database import Database
from integrations.store.postgresql import Turn, take_turn
from integrations.store.tables import checkpoint as table
from integrations.store.tables import checkpoint_head as head_table
from integrations.store.tables import ledger_head

_PAGE = 200  # checkpoints handed out at once; a day has 1,440


class SqlCheckpoints:
    """`domain.ports.Checkpoints` on SQL. Of any number of processes that are due at once, one makes it."""

    def __init__(self, database: Database, keys: CaseKeySource) -> None:
        self._database = database
        self._keys = keys
        # What all checkpoints up to a number vouch for: read once, then only what is newer.
        self._known: tuple[int, dict[str, Vouched]] = (0, {})

    async def make(self, now: datetime, notary: Notary, *, every: timedelta = timedelta()) -> Made:
        """Write the next checkpoint in one transaction; the last one, if that is younger than `every`.

        Raises:
            HoldfastError: `transient` if the store is locked or the disk fails, `tampered` if the last checkpoint
                cannot be read.
        """

        async def work(connection: AsyncConnection) -> tuple[Made, tuple[int, dict[str, Vouched]]]:
            await take_turn(connection, Turn.CHECKPOINT)
            last = await _latest(connection)
            number, known = await self._vouched(connection, last)
            moved, back = moved_since(known, await _heads(connection))
            if last is not None and now - last.at < every:
                return Made(checkpoint=await _whole(connection, last), new=False, back=back), (number, known)
            heads = {**known, **{each.case: each for each in moved}}
            previous = _sealed(last, ()).hash if last is not None else GENESIS
            made = await asyncio.to_thread(notary.seal, number + 1, now, previous, heads, moved)
            await _write(connection, number + 1, now, made)
            return Made(checkpoint=made, new=True, back=back), (number + 1, heads)

        made, self._known = await self._database.write(work)
        return made

    async def latest(self) -> SealedCheckpoint | None:
        """The newest one, or None."""

        async def work(connection: AsyncConnection) -> SealedCheckpoint | None:
            last = await _latest(connection)
            return await _whole(connection, last) if last is not None else None

        return await self._database.read(work)

    async def unsent(self, limit: int = _PAGE) -> Sequence[SealedCheckpoint]:
        """What the witness has not acknowledged, oldest first."""
        query = select(table).where(table.c.sent_at.is_(None)).order_by(table.c.number).limit(limit)

        async def work(connection: AsyncConnection) -> Sequence[SealedCheckpoint]:
            return [await _whole(connection, row) for row in await connection.execute(query)]

        return await self._database.read(work)

    async def sent(self, number: int, now: datetime) -> None:
        """Mark one as acknowledged."""
        mark = table.update().where(table.c.number == number, table.c.sent_at.is_(None)).values(sent_at=now)
        await self._database.write(lambda connection: connection.execute(mark))

    async def adopt(self, theirs: Sequence[SealedCheckpoint], now: datetime) -> None:
        """Take back what we lost, in order; signatures were checked by whoever calls.

        Raises:
            HoldfastError: `tampered` if one does not follow on the last of ours.
        """

        async def work(connection: AsyncConnection) -> None:
            await take_turn(connection, Turn.CHECKPOINT)
            last = await _latest(connection)
            number, previous = (last.number, _sealed(last, ()).hash) if last is not None else (0, GENESIS)
            for each in theirs:
                said = each.read()
                if said is None or (said.number, said.previous, said.moved) != (
                    number + 1,
                    previous,
                    digest_of(each.heads),
                ):
                    raise HoldfastError(Code.TAMPERED, f"the witness's checkpoint after {number}")
                number, previous = said.number, each.hash
                await _write(connection, number, said.at, each, sent_at=now)

        await self._database.write(work)

    async def proof(self, case: str) -> tuple[SealedCheckpoint, Proof] | None:
        """The latest checkpoint with the case's place in it; None if no checkpoint knows the case."""

        async def work(connection: AsyncConnection) -> tuple[SealedCheckpoint, Proof] | None:
            last = await _latest(connection)
            _, known = await self._vouched(connection, last)
            if last is None or case not in known:
                return None
            return await _whole(connection, last), await asyncio.to_thread(proof_of, known, case)

        return await self._database.read(work)

    async def verify(self, trusted: Sequence[PublicKey], witnessed: Sequence[SealedCheckpoint] | None) -> AuditReport:
        """Every chain and every checkpoint as of one moment; see `comparing.compared`."""
        return await self._database.read(lambda connection: compared(connection, self._keys, trusted, witnessed))

    async def _vouched(
        self, connection: AsyncConnection, last: Row[tuple[object, ...]] | None
    ) -> tuple[int, dict[str, Vouched]]:
        """What all checkpoints vouch for, up to the last."""
        number = last.number if last is not None else 0
        seen, known = self._known if self._known[0] <= number else (0, {})
        newer = select(head_table).where(head_table.c.number > seen).order_by(head_table.c.number)
        heads = dict(known)
        async for row in await connection.stream(newer):
            heads[row.case] = Vouched(case=row.case, sequence=row.sequence, hash=row.hash)
        return number, heads


async def _latest(connection: AsyncConnection) -> Row[tuple[object, ...]] | None:
    query: Select[tuple[object, ...]] = select(table).order_by(table.c.number.desc()).limit(1)
    return (await connection.execute(query)).one_or_none()


async def _heads(connection: AsyncConnection) -> dict[str, Vouched]:
    rows = await connection.execute(select(ledger_head).where(ledger_head.c.sequence > 0))
    return {row.case: Vouched(case=row.case, sequence=row.sequence, hash=row.hash) for row in rows}


async def _whole(connection: AsyncConnection, row: Row[tuple[object, ...]]) -> SealedCheckpoint:
    query = select(head_table).where(head_table.c.number == row.number).order_by(head_table.c.case)
    rows = await connection.execute(query)
    heads = [Vouched(case=each.case, sequence=each.sequence, hash=each.hash) for each in rows]
    return _sealed(row, sorted(heads, key=lambda each: each.case))  # a database may sort by other rules


def _sealed(row: Row[tuple[object, ...]], heads: Sequence[Vouched]) -> SealedCheckpoint:
    return SealedCheckpoint(body=row.body, heads=tuple(heads), key_id=row.key_id, signature=row.signature)


async def _write(
    connection: AsyncConnection, number: int, at: datetime, made: SealedCheckpoint, sent_at: datetime | None = None
) -> None:
    values = {"body": made.body, "key_id": made.key_id, "signature": made.signature}
    await connection.execute(table.insert().values(number=number, at=at, sent_at=sent_at, **values))
    if made.heads:
        rows = [{"number": number, **each.model_dump()} for each in made.heads]
        await connection.execute(head_table.insert(), rows)
