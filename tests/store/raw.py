"""The database as an operator with SQL sees it: below the store, on both of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text

from integrations.store.chain import link


class Raw:
    """One transaction. Statements name their values as `:name`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, statement: str, **values: Any) -> Sequence[Any]:
        result = self._connection.execute(text(statement), values)
        return result.all() if result.returns_rows else []


@contextmanager
def opened(url: str) -> Iterator[Raw]:
    """SQL on the store of this URL, committed at the end."""
    parsed = make_url(url)
    driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
    engine = create_engine(parsed.set(drivername=driver))
    try:
        with engine.begin() as connection:
            yield Raw(connection)
    finally:
        engine.dispose()


def relink(raw: Raw, case: str, first: int = 1) -> None:
    """Make every unkeyed hash of a case fit again from entry `first` on, and the head with it."""
    [(previous,)] = raw(
        'SELECT hash FROM ledger_entry WHERE "case" = :case AND sequence < :first ORDER BY sequence DESC LIMIT 1',
        case=case,
        first=first,
    ) or [("0" * 64,)]
    last = first - 1
    for sequence, entry_id, ciphertext in raw(
        'SELECT sequence, entry_id, ciphertext FROM ledger_entry WHERE "case" = :case AND sequence >= :first '
        "ORDER BY sequence",
        case=case,
        first=first,
    ):
        own = link(previous, case, sequence, entry_id, bytes(ciphertext))
        raw(
            'UPDATE ledger_entry SET previous = :previous, hash = :own WHERE "case" = :case AND sequence = :sequence',
            previous=previous,
            own=own,
            case=case,
            sequence=sequence,
        )
        previous, last = own, sequence
    raw('UPDATE ledger_head SET sequence = :last, hash = :own WHERE "case" = :case', last=last, own=previous, case=case)
