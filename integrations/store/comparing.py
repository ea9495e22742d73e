"""Compares chains with what checkpoints vouched for: a chain alone cannot show that it was once longer, or another."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import Row as SqlRow
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.acts import PublicKey
from domain.checkpoints import SealedCheckpoint, Vouched
from domain.errors import HoldfastError
from domain.timeline import AuditFault, AuditReport
from integrations.store.audit import Head, Row, chain_faults
from integrations.store.chain import CaseKeySource
from integrations.store.rows import chains_of, heads_of
from integrations.store.seals import Found, seal_faults
from integrations.store.tables import checkpoint as table
from integrations.store.tables import checkpoint_head as head_table
from integrations.store.vouching import Vouching

_PAGE = 1000  # checkpoints in memory at once
_DIFFER = {"missing", "differs", "unwitnessed"}


async def compared(
    connection: AsyncConnection,
    keys: CaseKeySource,
    trusted: Sequence[PublicKey],
    witnessed: Sequence[SealedCheckpoint] | None,
) -> AuditReport:
    """Every chain against its own hashes and seals, our checkpoints, and the witness's copies of them (None: there
    is no witness, or it did not answer)."""
    vouching = Vouching(trusted, witnessed)
    await _read_own(connection, vouching)
    await asyncio.to_thread(vouching.ended)
    cases = entries = beyond = 0
    faults: list[AuditFault] = []
    heads = await heads_of(connection)
    left = set(vouching.points)
    async for case, rows in chains_of(connection, heads):
        cases += 1
        entries += len(rows)
        left.discard(case)
        beyond += sum(row.sequence > vouching.covered.get(case, 0) for row in rows)
        faults += await asyncio.to_thread(case_faults, case, rows, heads.get(case), keys, vouching.points.get(case, {}))
    faults += [AuditFault(case=case, sequence=1, fault="removed") for case in sorted(left)]
    differs = any(each.fault in _DIFFER for each in vouching.faults)
    return AuditReport(
        cases=cases,
        entries=entries,
        faults=(*faults, *vouching.faults),
        checkpoints=vouching.count,
        witness="off" if witnessed is None else "differs" if differs else "agrees",
        witnessed=vouching.newest.number if vouching.newest else 0,
        witnessed_at=vouching.newest.at if vouching.newest else None,
        unwitnessed=beyond,
    )


def case_faults(
    case: str, rows: Sequence[Row], head: Head | None, keys: CaseKeySource, points: Mapping[int, str]
) -> list[AuditFault]:
    """What is wrong with one chain, by sequence. `points` are the hashes that entries once had.

    Besides the faults of `chain_faults`: `rewritten` (the first entry that may have been, after the last that
    stands as it was vouched for), `removed` (a case of which nothing is left), `unreadable` (sequence 1: its key is
    lost though nobody erased it).
    """
    key, lost = _key(keys, case) if rows else (None, False)
    last = rows[-1].sequence if rows else 0
    found: list[Found] = [(each.sequence, each.fault) for each in chain_faults(case, rows, head, None)]
    if found:
        found = [(each.sequence, each.fault) for each in chain_faults(case, rows, head, key)]
    elif key is not None:
        found, last = seal_faults(case, rows, key)
    found += _unlike(rows, last, points, found)
    if lost:
        found.append((1, "unreadable"))
    return [AuditFault(case=case, sequence=sequence, fault=fault) for sequence, fault in sorted(set(found))]


def _unlike(rows: Sequence[Row], last: int, points: Mapping[int, str], found: Sequence[Found]) -> list[Found]:
    """Where the chain is not what was vouched for, unless `found` explains it already."""
    if not points:
        return []
    if not rows:
        return [] if found else [(1, "removed")]
    more: list[Found] = []
    hashes, good = {row.sequence: row.hash for row in rows}, 0
    for sequence in sorted(points):
        if hashes.get(sequence) == points[sequence]:
            good = sequence
        elif sequence <= last:
            if not any(place <= sequence for place, _ in found):
                more.append((good + 1, "rewritten"))
            break
    if max(points) > last and not any(fault == "cut-off" for _, fault in found):
        more.append((last + 1, "cut-off"))
    return more


def _key(keys: CaseKeySource, case: str) -> tuple[bytes | None, bool]:
    """The case's key, and whether it is lost though nobody erased it."""
    if keys.erased(case):
        return None, False
    try:
        return keys.existing(case), False
    except HoldfastError:
        return None, True


async def _read_own(connection: AsyncConnection, vouching: Vouching) -> None:
    after = 0
    while True:
        query = select(table).where(table.c.number > after).order_by(table.c.number).limit(_PAGE)
        rows = (await connection.execute(query)).all()
        if not rows:
            return
        heads = await _heads_between(connection, after, rows[-1].number)
        await asyncio.to_thread(_take, vouching, rows, heads)
        after = rows[-1].number


def _take(
    vouching: Vouching, rows: Sequence[SqlRow[tuple[object, ...]]], heads: Mapping[int, Sequence[Vouched]]
) -> None:
    for row in rows:
        own = tuple(sorted(heads.get(row.number, ()), key=lambda each: each.case))
        sealed = SealedCheckpoint(body=row.body, heads=own, key_id=row.key_id, signature=row.signature)
        vouching.own(row.number, sealed, sent=row.sent_at is not None)


async def _heads_between(connection: AsyncConnection, after: int, upto: int) -> dict[int, list[Vouched]]:
    heads: dict[int, list[Vouched]] = {}
    query = select(head_table).where(head_table.c.number > after, head_table.c.number <= upto)
    for row in await connection.execute(query):
        heads.setdefault(row.number, []).append(Vouched(case=row.case, sequence=row.sequence, hash=row.hash))
    return heads
