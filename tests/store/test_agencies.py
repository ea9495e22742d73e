"""The list of agencies in the store: every edit stays, and whoever writes past the desk is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.agencies import (
    Book,
    Change,
    Confirmed,
    Edit,
    Editor,
    Proposed,
    Seeded,
    Source,
    SourceKind,
)
from domain.agency_edits import Revision, sealed
from domain.errors import Code, HoldfastError
from domain.people import Agency, Role
from domain.signing import Signer
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys
from tests.store.raw import opened

Reopened = Callable[[], AbstractAsyncContextManager[Store]]
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DESK, STRANGER = Signer(Ed25519PrivateKey.generate()), Signer(Ed25519PrivateKey.generate())
REGISTER = Source(kind=SourceKind.REGISTER, name="SYNTHETIC register")
OURS = Agency(id="agency-ours", name="Ours (synthetic)", country="US", call_back="+1-202-555-0101", checked_on=START)
NEW = OURS.model_copy(update={"id": "agency-new", "call_back": "+1-202-555-0102"})
ADA, BEN = (Editor(person=name, roles=(Role.LE_SPECIALIST,)) for name in ("ada", "ben"))
SEEDED = Seeded(agencies=(OURS,), keepers=("ada", "ben"))
PROPOSED = Proposed(id="p1", change=Change.ADD, agency=NEW, source=REGISTER, by=ADA)
CONFIRMED = Confirmed(id="p1", seen=PROPOSED.digest, source=REGISTER, by=BEN)


def said(number: int, edit: Edit) -> Revision:
    return Revision(number=number, at=START + timedelta(minutes=number), edit=edit)


async def write(store: Store, *edits: Edit, first: int = 1, signer: Signer = DESK) -> Book:
    book = Book()
    for number, edit in enumerate(edits, first):
        book = await store.agencies.append(sealed(signer, said(number, edit)))
    return book


@pytest.fixture
def reopened(store_url: str, keys: CaseKeys) -> Reopened:
    """The same database read by another process, which trusts this desk only."""
    return lambda: open_store(store_url, keys, trusted=(DESK.public,))


async def test_a_list_that_nobody_began_is_empty(store: Store) -> None:
    assert await store.agencies.current() == Book()
    assert await store.agencies.revisions() == ()


async def test_the_file_is_the_first_revision_and_every_edit_stays(store: Store, reopened: Reopened) -> None:
    book = await write(store, SEEDED, PROPOSED, CONFIRMED)
    assert [each.id for each in book.agencies] == ["agency-ours", "agency-new"]
    async with reopened() as other:
        assert await other.agencies.current() == book
        every = await other.agencies.revisions()
        assert [(each.number, each.edit.kind, each.who) for each in every] == [
            (1, "seeded", ""),
            (2, "proposed", "ada"),
            (3, "confirmed", "ben"),
        ]
        assert [each.number for each in await other.agencies.revisions("agency-new")] == [2, 3]
        assert [each.number for each in await other.agencies.revisions("agency-ours")] == [1]


async def test_what_another_process_added_is_read_at_the_next_question(store: Store, reopened: Reopened) -> None:
    await write(store, SEEDED)
    async with reopened() as other:
        assert len((await other.agencies.current()).agencies) == 1
        await write(store, PROPOSED, CONFIRMED, first=2)
        assert len((await other.agencies.current()).agencies) == 2


async def test_an_edit_that_does_not_count_leaves_nothing_behind(store: Store) -> None:
    await write(store, SEEDED, PROPOSED)
    alone = CONFIRMED.model_copy(update={"by": ADA})
    with pytest.raises(HoldfastError) as refused:
        await write(store, alone, first=3)
    assert refused.value.code is Code.EXCLUDED
    assert len(await store.agencies.revisions()) == 2


async def test_of_two_edits_at_once_one_is_told_that_the_list_moved_on(store: Store) -> None:
    await write(store, SEEDED)
    other = PROPOSED.model_copy(update={"id": "p2"})
    ends = await asyncio.gather(
        *(store.agencies.append(sealed(DESK, said(2, each))) for each in (PROPOSED, other)), return_exceptions=True
    )
    [lost] = [each for each in ends if isinstance(each, HoldfastError)]
    assert lost.code is Code.STALE
    assert len((await store.agencies.current()).waiting) == 1


async def test_a_stranger_signs_no_edit(reopened: Reopened) -> None:
    async with reopened() as store:
        with pytest.raises(HoldfastError) as refused:
            await write(store, SEEDED, signer=STRANGER)
    assert refused.value.code is Code.FORGED


async def test_an_edit_with_the_stores_keys_but_not_the_desks_is_tampering(store: Store, reopened: Reopened) -> None:
    await write(store, SEEDED)
    await write(store, PROPOSED, CONFIRMED, first=2, signer=STRANGER)  # whoever holds the database and the ring
    async with reopened() as other:
        with pytest.raises(HoldfastError) as refused:
            await other.agencies.current()
    assert refused.value.code is Code.TAMPERED
    assert "revision 2" in refused.value.detail


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agency_revision SET ciphertext = (SELECT ciphertext FROM agency_revision WHERE number = 1) "
        "WHERE number = 2",
        "DELETE FROM agency_revision WHERE number = 2",
        "DELETE FROM agency_revision WHERE number = 1",
        "UPDATE agency_revision SET hash = previous WHERE number = 1",
    ],
)
async def test_a_row_that_was_changed_or_taken_out_is_noticed(
    store: Store,
    store_url: str,
    reopened: Reopened,
    statement: str,
) -> None:
    await write(store, SEEDED, PROPOSED, CONFIRMED)
    with opened(store_url) as raw:
        raw(statement)
    async with reopened() as other:
        with pytest.raises(HoldfastError) as refused:
            await other.agencies.current()
    assert refused.value.code is Code.TAMPERED


async def test_a_list_that_lost_its_end_is_noticed_by_whoever_knew_it(store: Store, store_url: str) -> None:
    await write(store, SEEDED, PROPOSED, CONFIRMED)
    with opened(store_url) as raw:
        raw("DELETE FROM agency_revision WHERE number = 3")
    with pytest.raises(HoldfastError) as refused:
        await store.agencies.current()
    assert refused.value.code is Code.TAMPERED


async def test_no_number_can_be_read_in_the_database(store: Store, store_url: str) -> None:
    await write(store, SEEDED, PROPOSED)
    with opened(store_url) as raw:
        [rows] = [raw("SELECT * FROM agency_revision")]
    assert "202-555" not in str([bytes(each) if isinstance(each, memoryview) else each for row in rows for each in row])
