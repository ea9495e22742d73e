"""The list of agencies on SQL: signed edits in one chain, read from the first to the last and asked again each time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.acts import PublicKey, Signed
from domain.agencies import Book, Confirmed, Dropped, Notified, Proposed, Seeded, applied
from domain.agency_edits import Revision, opened
from domain.errors import Code, HoldfastError
from domain.refusal import Refused
from integrations.store.chain import GENESIS, CaseKeySource, link, seal, unseal
from integrations.store.database import Database
from integrations.store.postgresql import Turn, take_turn
from integrations.store.tables import agency_revision as table

KEYED_AS = "AGENCIES"  # the list has a data key of its own, kept among those of cases
_ENTRY = "revision"


@dataclass(frozen=True)
class _Known:
    """What was read and checked already: nothing in it can change, so only what is newer is read."""

    book: Book = field(default_factory=Book)
    hash: str = GENESIS
    revisions: tuple[Revision, ...] = field(default=())


class SqlAgencies:
    """`domain.ports.Agencies` on SQL."""

    def __init__(self, database: Database, keys: CaseKeySource, trusted: Sequence[PublicKey] | None = None) -> None:
        self._database = database
        self._keys = keys
        self._trusted = trusted
        self._known = _Known()

    async def current(self) -> Book:
        return (await self._read()).book

    async def revisions(self, agency: str = "") -> Sequence[Revision]:
        every = (await self._read()).revisions
        if not agency:
            return every
        mine = {each.edit.id for each in every if isinstance(each.edit, Proposed) and each.edit.agency.id == agency}
        return [each for each in every if _about(each, agency, mine)]

    async def append(self, signed: Signed) -> Book:
        revision = opened(signed, self._trusted)
        if isinstance(revision, Refused):
            raise HoldfastError(revision.code)
        key = await asyncio.to_thread(self._keys.key, KEYED_AS)

        async def work(connection: AsyncConnection) -> _Known:
            await take_turn(connection, Turn.AGENCIES)
            known = await self._newer(connection, self._known)
            if revision.number != known.book.revision + 1:
                raise HoldfastError(Code.STALE)
            after = applied(known.book, revision.edit, revision.at)
            if isinstance(after, Refused):
                raise HoldfastError(after.code, after.detail)
            body = seal(key, KEYED_AS, revision.number, _ENTRY, signed.model_dump_json().encode())
            own = link(known.hash, KEYED_AS, revision.number, _ENTRY, body)
            values = {"number": revision.number, "ciphertext": body, "previous": known.hash, "hash": own}
            await connection.execute(table.insert().values(**values, written_at=datetime.now(UTC)))
            return _Known(after, own, (*known.revisions, revision))

        done = await self._database.write(work)
        self._keep(done)
        return done.book

    async def _read(self) -> _Known:
        known = self._known
        found = await self._database.read(lambda connection: self._newer(connection, known))
        self._keep(found)
        return found

    def _keep(self, found: _Known) -> None:
        if found.book.revision >= self._known.book.revision:
            self._known = found

    async def _newer(self, connection: AsyncConnection, known: _Known) -> _Known:
        """What is known with every later row, each checked: its seal, its link, who signed it, and that it counts.
        The last row known is read again: a list that lost its end, or got another, is not the one that we knew."""
        start = max(known.book.revision, 1)
        query = select(table).where(table.c.number >= start).order_by(table.c.number)
        rows: Sequence[Row[tuple[object, ...]]] = (await connection.execute(query)).all()
        if known.book.revision:
            if not rows or rows[0].number != known.book.revision or rows[0].hash != known.hash:
                raise _tampered(known.book.revision)
            rows = rows[1:]
        if not rows:
            return known
        key = await asyncio.to_thread(self._keys.existing, KEYED_AS)
        for row in rows:
            known = self._after(known, row, key)
        return known

    def _after(self, known: _Known, row: Row[tuple[object, ...]], key: bytes) -> _Known:
        number = known.book.revision + 1
        fits = row.number == number and row.previous == known.hash
        if not fits or link(known.hash, KEYED_AS, number, _ENTRY, row.ciphertext) != row.hash:
            raise _tampered(number)
        signed = Signed.model_validate_json(unseal(key, KEYED_AS, number, _ENTRY, row.ciphertext))
        revision = opened(signed, self._trusted)
        if isinstance(revision, Refused) or revision.number != number:
            raise _tampered(number)
        after = applied(known.book, revision.edit, revision.at)
        if isinstance(after, Refused):
            raise _tampered(number)
        return _Known(after, row.hash, (*known.revisions, revision))


def _about(revision: Revision, agency: str, proposals: set[str]) -> bool:
    match revision.edit:
        case Seeded(agencies=agencies):
            return any(each.id == agency for each in agencies)
        case Proposed(id=key) | Confirmed(id=key) | Dropped(id=key) | Notified(notice=key):
            return key in proposals
        case _:
            return False


def _tampered(number: int) -> HoldfastError:
    return HoldfastError(Code.TAMPERED, f"list of agencies, revision {number}")
