"""The primary record: what was written is there, once, in order, and a change to it shows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import Row as SqlRow
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.canonical import canonical
from domain.errors import Code, HoldfastError
from domain.evidence import LedgerReceipt
from domain.timeline import AuditFault, AuditReport, Entry, Kind, LedgerEntry, Projection
from integrations.store.audit import Head, Row, chain_faults
from integrations.store.cases import save_projection
from integrations.store.chain import GENESIS, CaseKeySource, link, seal, unseal
from integrations.store.copies import save_copy
from integrations.store.database import Database, insert, rows_of
from integrations.store.rows import chains_of, heads_of
from integrations.store.tables import ledger_entry as entry_table
from integrations.store.tables import ledger_head as head_table

ERASED = "erased"  # the code of an entry whose body can no longer be read
_IDS_PER_QUERY = 500  # SQLite allows 32,766 parameters, older builds 999


class SqlLedger:
    """`domain.ports.Ledger` on SQL. Safe under concurrent writers in any number of processes."""

    def __init__(self, database: Database, keys: CaseKeySource) -> None:
        self._database = database
        self._keys = keys

    async def append(
        self, case: str, entries: Sequence[Entry], projection: Projection | None = None, copy: bytes | None = None
    ) -> LedgerReceipt:
        """Append what is not there yet, in order, in one transaction with the projection and the copy.

        The receipt is the head after it; a case without entries has sequence 0. Nothing of the call is written
        if it raises.

        Raises:
            HoldfastError: `duplicate-key` if an entry id is there with another body, `already-closed` for a new
                entry after erasure, `tampered` if the chain on the disk cannot be continued, `invalid` if the
                projection is of another case, `transient` if the store is locked or the disk fails.
        """
        if projection is not None and projection.case != case:
            raise HoldfastError(Code.INVALID, "projection.case")
        bodies = _bodies(entries)
        sealed = bool(bodies) or copy is not None
        key = await asyncio.to_thread(self._key_for_writing, case) if sealed else None

        async def work(connection: AsyncConnection) -> Head:
            head = await _lock_head(connection, case) if sealed else await _head(connection, case)
            known = await _known(connection, case, bodies)
            if key is not None:
                _same_bodies(key, case, bodies, known)
            fresh = {entry_id: body for entry_id, body in bodies.items() if entry_id not in known}
            if fresh:
                if key is None:
                    raise HoldfastError(Code.ALREADY_CLOSED, "its key was erased")
                head = await _extend(connection, key, case, head, fresh)
            newer = projection is None or await save_projection(connection, projection)
            if copy is not None and key is not None and newer:  # erased: nothing readable goes in any more
                last = await _last(connection, case, list(bodies)[-1:]) or head.sequence
                await save_copy(connection, key, case, last, copy)
            return head

        head = await self._database.write(work)
        return LedgerReceipt(case=case, sequence=head.sequence, head=head.hash)

    async def read(self, case: str, after: int = 0) -> Sequence[LedgerEntry]:
        """All entries with a sequence greater than `after`, in order; none for a case that does not exist.

        After erasure each entry is a NOTE of code `erased` with its id, the time it was written and its hashes.

        Raises:
            HoldfastError: `tampered` naming case and sequence, `unreadable` if a newer version wrote the entry,
                `unknown-key` if the case's key is lost.
        """
        query = (
            select(entry_table)
            .where(entry_table.c.case == case, entry_table.c.sequence > after)
            .order_by(entry_table.c.sequence)
        )
        rows = await self._database.read(rows_of(query))
        return await asyncio.to_thread(self._readable, case, rows)

    async def head(self, case: str) -> LedgerReceipt | None:
        """The case's head, or None for a case without entries."""
        head = await self._database.read(lambda connection: _head(connection, case))
        return LedgerReceipt(case=case, sequence=head.sequence, head=head.hash) if head.sequence else None

    async def verify(self) -> AuditReport:
        """Read every chain from end to end, as of one moment. Faults: see `audit.chain_faults`; besides,
        `unreadable` (sequence 1) for a case whose key is lost though nobody erased it."""
        return await self._database.read(self._verify)

    async def _verify(self, connection: AsyncConnection) -> AuditReport:
        chains = entries = 0
        faults: list[AuditFault] = []
        heads = await heads_of(connection)
        async for case, rows in chains_of(connection, heads):
            chains += 1
            entries += len(rows)
            faults += await asyncio.to_thread(self._audit, case, rows, heads.get(case))
        return AuditReport(cases=chains, entries=entries, faults=tuple(faults))

    def _key_for_writing(self, case: str) -> bytes | None:
        try:
            return self._keys.key(case)
        except HoldfastError as error:
            if error.code is Code.ALREADY_CLOSED:  # erased: a retry is still answered, only nothing new goes in
                return None
            raise

    def _readable(self, case: str, rows: Iterable[SqlRow[tuple[object, ...]]]) -> list[LedgerEntry]:
        rows = list(rows)
        if not rows:
            return []
        key = None if self._keys.erased(case) else self._keys.existing(case)
        return [
            LedgerEntry(case=case, sequence=row.sequence, entry=_entry(key, row), previous=row.previous, hash=row.hash)
            for row in rows
        ]

    def _audit(self, case: str, rows: Sequence[Row], head: Head | None) -> Sequence[AuditFault]:
        key, lost = None, False
        if rows and not self._keys.erased(case):
            try:
                key = self._keys.existing(case)
            except HoldfastError:
                lost = True
        faults = chain_faults(case, rows, head, key)
        return [*faults, AuditFault(case=case, sequence=1, fault="unreadable")] if lost else faults


def _bodies(entries: Sequence[Entry]) -> dict[str, bytes]:
    bodies: dict[str, bytes] = {}
    for entry in entries:
        body = canonical(entry)
        if bodies.setdefault(entry.id, body) != body:
            raise HoldfastError(Code.DUPLICATE_KEY, f"entry {entry.id!r}")
    return bodies


async def _head(connection: AsyncConnection, case: str, *, lock: bool = False) -> Head:
    query = select(head_table).where(head_table.c.case == case)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return Head(row.sequence, row.hash) if row is not None else Head(0, GENESIS)


async def _lock_head(connection: AsyncConnection, case: str) -> Head:
    """The head, locked until the end of the transaction. The row is made first, because only a row can be locked
    (SQLite holds the whole file and ignores FOR UPDATE)."""
    first = insert(connection, head_table).values(case=case, sequence=0, hash=GENESIS)
    await connection.execute(first.on_conflict_do_nothing())
    return await _head(connection, case, lock=True)


async def _known(
    connection: AsyncConnection, case: str, ids: Iterable[str]
) -> Mapping[str, SqlRow[tuple[object, ...]]]:
    wanted = list(ids)
    found: dict[str, SqlRow[tuple[object, ...]]] = {}
    for start in range(0, len(wanted), _IDS_PER_QUERY):
        some = entry_table.c.entry_id.in_(wanted[start : start + _IDS_PER_QUERY])
        rows = await connection.execute(select(entry_table).where(entry_table.c.case == case, some))
        found.update({row.entry_id: row for row in rows})
    return found


async def _last(connection: AsyncConnection, case: str, ids: Iterable[str]) -> int:
    """Where the last entry of a call stands; 0 for a call without entries."""
    return max((row.sequence for row in (await _known(connection, case, ids)).values()), default=0)


def _same_bodies(
    key: bytes, case: str, bodies: Mapping[str, bytes], known: Mapping[str, SqlRow[tuple[object, ...]]]
) -> None:
    for entry_id, row in known.items():
        if unseal(key, case, row.sequence, entry_id, row.ciphertext) != bodies[entry_id]:
            raise HoldfastError(Code.DUPLICATE_KEY, f"entry {entry_id!r}")


async def _extend(connection: AsyncConnection, key: bytes, case: str, head: Head, bodies: Mapping[str, bytes]) -> Head:
    now = datetime.now(UTC)
    rows = []
    for entry_id, body in bodies.items():
        sequence = head.sequence + 1
        ciphertext = seal(key, case, sequence, entry_id, body)
        row = Row(sequence, entry_id, ciphertext, head.hash, link(head.hash, case, sequence, entry_id, ciphertext))
        rows.append({"case": case, "written_at": now, **vars(row)})
        head = Head(sequence, row.hash)
    try:
        await connection.execute(entry_table.insert(), rows)
    except IntegrityError as error:
        # Under the head's lock only a stranger's row, or a head set back, can stand in the way.
        raise HoldfastError(Code.TAMPERED, f"ledger of {case!r} after entry {head.sequence - len(rows)}") from error
    await connection.execute(
        head_table.update().where(head_table.c.case == case).values(sequence=head.sequence, hash=head.hash)
    )
    return head


def _entry(key: bytes | None, row: SqlRow[tuple[object, ...]]) -> Entry:
    if key is None:
        return Entry(id=row.entry_id, at=row.written_at, kind=Kind.NOTE, code=ERASED)
    body = unseal(key, row.case, row.sequence, row.entry_id, row.ciphertext)
    try:
        return Entry.model_validate_json(body)
    except ValidationError as error:
        raise HoldfastError(Code.UNREADABLE, f"ledger of {row.case!r}, entry {row.sequence}") from error
