"""A checkpoint each minute, each sent in its turn, whatever the witness does."""

from __future__ import annotations

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoints import Notary
from integrations.simulator.faults import Fault
from tests.records.conftest import MINUTE, START, Records
from tests.store.parts import CASE, entries
from tests.store.raw import opened


async def minute(records: Records, times: int = 1) -> None:
    for _ in range(times):
        await records.auditing.checkpointing.once()
        records.clock.at += MINUTE


def numbers(records: Records) -> list[int]:
    return list(range(1, len(records.sim.state.kept) + 1))


async def test_the_loop_makes_one_each_minute_and_ends_when_told(records: Records) -> None:
    """Its clock is moved by its own waiting: ten minutes take no time."""
    await records.store.ledger.append(CASE, entries(1, 2))
    looks = asyncio.Event()

    async def wait(seconds: float) -> None:
        await records.clock.wait(seconds)
        if records.clock.at >= START + 10 * MINUTE:
            looks.set()
            await asyncio.Event().wait()

    checkpointing = records.auditing.checkpointing
    checkpointing._wait = wait
    running = asyncio.create_task(checkpointing.run())
    await asyncio.wait_for(looks.wait(), 20)
    running.cancel()
    assert numbers(records) == list(range(1, 11))
    assert checkpointing.fault == ""
    assert (await records.auditing.report()).witnessed_at == START + 9 * MINUTE


async def test_two_desks_make_one_between_them(records: Records) -> None:
    other = records.auditing_with(records.witness).checkpointing
    for _ in range(3):
        await records.auditing.checkpointing.once()
        records.clock.at += MINUTE / 2
        await other.once()
        records.clock.at += MINUTE / 2
    assert len(numbers(records)) == 3
    records.clock.at += MINUTE / 2  # the first desk is gone: the other takes its turn
    await other.once()
    assert len(numbers(records)) == 4


async def test_what_could_not_be_sent_goes_out_later_in_order(records: Records) -> None:
    await records.store.ledger.append(CASE, entries(1, 1))
    await minute(records)
    records.sim.faults.add(Fault(kind="status", value=503, times=20))
    await minute(records, 3)
    assert (numbers(records), records.auditing.checkpointing.fault) == ([1], "transient")
    assert len(await records.store.checkpoints.unsent()) == 3
    records.sim.faults.clear()
    await minute(records)
    assert (len(numbers(records)), records.auditing.checkpointing.fault) == (5, "")
    assert await records.store.checkpoints.unsent() == []
    assert (await records.auditing.report()).ok


async def test_a_reply_that_was_lost_skips_nothing(records: Records) -> None:
    await minute(records)
    records.sim.faults.add(Fault(kind="reply_lost", match="keep"))
    await minute(records)
    assert len(await records.store.checkpoints.unsent()) == 1
    await minute(records)
    assert (len(numbers(records)), await records.store.checkpoints.unsent()) == (3, [])


async def test_without_a_witness_checkpoints_are_made_and_kept(records: Records) -> None:
    alone = records.auditing_with(None)
    await records.store.ledger.append(CASE, entries(1, 1))
    await alone.checkpointing.once()
    report = await alone.report()
    assert (report.ok, report.witness, report.checkpoints, alone.checkpointing.fault) == (True, "off", 1, "")


async def test_an_audit_without_an_answer_of_the_witness_is_not_ok(records: Records) -> None:
    await minute(records)
    records.sim.faults.add(Fault(kind="drop", times=20))
    report = await records.auditing.report()
    assert (report.ok, report.faults, report.witness) == (False, (), "unreachable")


async def test_a_chain_that_was_set_back_is_said_by_the_next_checkpoint(records: Records) -> None:
    await records.store.ledger.append(CASE, entries(1, 3))
    await minute(records)
    with opened(records.url) as raw:
        raw("DELETE FROM ledger_head")
        raw("DELETE FROM ledger_entry")
    await minute(records)
    assert records.auditing.checkpointing.fault == "set-back"
    assert [(each.case, each.fault) for each in (await records.auditing.report()).faults] == [(CASE, "removed")]


async def test_a_store_that_was_put_back_from_a_copy_is_found_and_numbers_on(records: Records) -> None:
    """The whole older file, checkpoints and all: only the witness can know."""
    await records.store.ledger.append(CASE, entries(1, 2))
    await minute(records, 2)
    await records.store.ledger.append(CASE, entries(3, 4))
    await minute(records)
    with opened(records.url) as raw:
        raw("DELETE FROM checkpoint WHERE number > 2")
        raw("DELETE FROM checkpoint_head WHERE number > 2")
        raw("DELETE FROM ledger_entry WHERE sequence > 2")
        raw("UPDATE ledger_head SET sequence = 2, hash = (SELECT hash FROM ledger_entry WHERE sequence = 2)")
    found = [(each.case, each.sequence, each.fault) for each in (await records.auditing.report()).faults]
    assert found == [(CASE, 3, "cut-off"), ("checkpoint", 3, "missing")]
    restarted = records.auditing_with(records.witness)
    await restarted.checkpointing.once()
    assert restarted.checkpointing.fault == "set-back"
    assert len(numbers(records)) == 4
    found = [(each.case, each.sequence, each.fault) for each in (await restarted.report()).faults]
    assert found == [(CASE, 3, "cut-off")]


async def test_a_witness_that_has_another_checkpoint_stops_the_sending_and_is_said(records: Records) -> None:
    await minute(records, 2)
    with opened(records.url) as raw:
        raw("DELETE FROM checkpoint WHERE number = 2")
    await minute(records)
    assert records.auditing.checkpointing.fault == "tampered"
    report = await records.auditing.report()
    assert [(each.case, each.sequence, each.fault) for each in report.faults] == [("checkpoint", 2, "differs")]
    assert report.witness == "differs"


async def test_what_somebody_else_signed_is_never_taken_back_from_the_witness(records: Records) -> None:
    stranger = records.auditing_with(records.witness, Notary(Ed25519PrivateKey.generate()))
    await stranger.checkpointing.once()
    with opened(records.url) as raw:
        raw("DELETE FROM checkpoint")
    await minute(records)
    assert records.auditing.checkpointing.fault == "tampered"


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_one_of_this_moment_can_be_had_at_any_time(records: Records, moment: str) -> None:
    if moment == "after":
        await minute(records)
        records.clock.at -= MINUTE
    await records.store.ledger.append(CASE, entries(1, 1))
    made = await records.auditing.checkpointing.now()
    assert [each.case for each in made.heads] == [CASE]
    assert await records.store.checkpoints.unsent() == []
