"""Finds entries by the seal that binds each to its place: what is left to go by when all unkeyed hashes were redone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.errors import HoldfastError
from integrations.store.audit import Row
from integrations.store.chain import unseal

_PLACES_TRIED = 256  # either side of where an entry stands; one moved further is reported as altered

Found = tuple[int, str]


def seal_faults(case: str, rows: Sequence[Row], key: bytes) -> tuple[list[Found], int]:
    """What the seals say of a chain whose hashes fit: (sequence, fault), and the place of its last entry when it was
    written. `missing` names the place that the entry had; the other faults where a row stands now.

    An entry that opens for another place was moved. While the places still rise, moving is what is left of entries
    taken out above or put in between, and only those are reported.
    """
    places = list(_places(case, rows, key))
    known = [place for place in places if place is not None]
    last = known[-1] if known else len(rows)
    if places and places[-1] is None:
        last = max(last, rows[-1].sequence)
    if all(place == row.sequence for place, row in zip(places, rows, strict=True)):
        return [], last
    if known != sorted(set(known)):
        return [_stands(row, place) for row, place in zip(rows, places, strict=True) if place != row.sequence], last
    return list(_gaps(rows, places)), last


def _stands(row: Row, place: int | None) -> Found:
    return row.sequence, "altered" if place is None else "reordered"


def _gaps(rows: Sequence[Row], places: Sequence[int | None]) -> Iterator[Found]:
    """Between two entries that open: rows that do not open were altered in their place, as far as places are free
    there; more rows were inserted, fewer leave entries missing."""
    before, strange = 0, list[Row]()
    for row, place in zip(rows, places, strict=True):
        if place is None:
            strange.append(row)
            continue
        free = place - before - 1
        for number, each in enumerate(strange):
            yield each.sequence, "altered" if number < free else "inserted"
        if free > len(strange):
            yield before + len(strange) + 1, "missing"
        before, strange = place, []
    for each in strange:
        yield each.sequence, "altered"


def _places(case: str, rows: Sequence[Row], key: bytes) -> Iterator[int | None]:
    """For each row the place that its seal names; None if it opens nowhere near."""
    shift = 0
    for row in rows:
        place = next((each for each in _tried(row.sequence, shift) if _opens(case, row, each, key)), None)
        if place is not None:
            shift = place - row.sequence
        yield place


def _tried(sequence: int, shift: int) -> Iterator[int]:
    yield sequence + shift
    yield sequence
    for distance in range(1, _PLACES_TRIED):
        yield sequence + distance
        yield sequence - distance


def _opens(case: str, row: Row, place: int, key: bytes) -> bool:
    try:
        unseal(key, case, place, row.entry_id, row.ciphertext)
    except HoldfastError:
        return False
    return True
