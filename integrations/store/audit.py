"""Finds what was done to a ledger behind our back, and says where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import HoldfastError
from domain.timeline import AuditFault
from integrations.store.chain import GENESIS, link, unseal

# To tell a moved entry from an altered one, other places are tried: near it, and where others are broken too.
# More than this is vandalism, not a puzzle: the entry is reported as altered then.
_NEAR = 8
_PLACES_TRIED = 256


@dataclass(frozen=True)
class Row:
    """One row of `ledger_entry` as it stands on the disk."""

    sequence: int
    entry_id: str
    ciphertext: bytes
    previous: str
    hash: str


@dataclass(frozen=True)
class Head:
    """One row of `ledger_head`."""

    sequence: int
    hash: str


def chain_faults(case: str, rows: Sequence[Row], head: Head | None, key: bytes | None) -> tuple[AuditFault, ...]:
    """What is wrong with one chain, by sequence. `rows` are in order; `key` is None once it was erased.

    Faults: `altered`; `missing` (the first of a gap; sequence 0 is the head itself); `reordered` (stands where
    another stood); `inserted`; `cut-off` (the first that the head knows and the rows do not). The chain is
    walked from its head down, because the head is what names the last entry, and each entry names the one
    before it. With the key each tag is checked too: nobody without it can add a row that passes.
    """
    return _Walk(case, rows, head, key).faults()


class _Walk:
    def __init__(self, case: str, rows: Sequence[Row], head: Head | None, key: bytes | None) -> None:
        self._case, self._rows, self._head, self._key = case, rows, head, key
        self._broken = {row.sequence for row in rows if not self._stands(row, row.sequence)}
        self._hashes = {row.hash for row in rows} | {GENESIS}
        self._named = {row.previous for row in rows} | ({head.hash} if head else set())
        last = rows[-1].sequence if rows else 0
        beyond = range(last + 1, min(head.sequence, last + _PLACES_TRIED) + 1) if head else ()
        self._places = [*sorted(self._broken)[:_PLACES_TRIED], *beyond]
        # The hash that the next row down must have; None where a hole has hidden it.
        self._expected: str | None = head.hash if head and last >= head.sequence else None
        self._found: list[tuple[int, str]] = []

    def faults(self) -> tuple[AuditFault, ...]:
        self._ends()
        above: int | None = None
        for row in reversed(self._rows):
            if above is not None and row.sequence < above - 1:
                self._found.append((max(row.sequence, 0) + 1, "missing"))
                self._expected = None
            above = row.sequence
            fault = self._judge(row)
            if fault:
                self._found.append((row.sequence, fault))
        if above is not None and above > 1:
            self._found.append((1, "missing"))
        elif self._expected not in (None, GENESIS):
            self._found.append((1, "altered"))
        return tuple(
            AuditFault(case=self._case, sequence=sequence, fault=fault) for sequence, fault in sorted(set(self._found))
        )

    def _ends(self) -> None:
        last = self._rows[-1].sequence if self._rows else 0
        if self._head is None:
            self._found.append((0, "missing"))
        elif last < self._head.sequence:
            self._found.append((max(last, 0) + 1, "cut-off"))

    def _judge(self, row: Row) -> str:
        """The fault of one row, or nothing; sets what the next one down must be."""
        expected = self._expected
        moved = row.sequence in self._broken and self._moved(row)
        if row.sequence < 1 or (self._beyond(row) and not (moved and row.hash == expected)):
            if row.hash == expected:  # the entry is the head's own: it is the head that was set back
                self._expected = row.previous
            return "inserted"
        if moved:
            self._expected = row.previous if row.hash == expected else None
            return "reordered"
        if row.sequence in self._broken:
            self._expected = row.previous if row.previous in self._hashes else None
            return "altered"
        if expected is not None and row.hash != expected:
            if expected in self._hashes and row.hash not in self._named:
                return "inserted"
            self._expected = row.previous
            return "altered"
        self._expected = row.previous
        return "" if self._opens(row) else "altered"

    def _beyond(self, row: Row) -> bool:
        return self._head is not None and row.sequence > self._head.sequence

    def _stands(self, row: Row, place: int) -> bool:
        return link(row.previous, self._case, place, row.entry_id, row.ciphertext) == row.hash

    def _moved(self, row: Row) -> bool:
        near = range(row.sequence - _NEAR, row.sequence + _NEAR + 1)
        return any(self._stands(row, place) for place in (*near, *self._places) if place != row.sequence)

    def _opens(self, row: Row) -> bool:
        if self._key is None:
            return True
        try:
            unseal(self._key, self._case, row.sequence, row.entry_id, row.ciphertext)
        except HoldfastError:
            return False
        return True
