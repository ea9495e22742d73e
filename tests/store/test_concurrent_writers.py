"""Several processes, one chain; and a writer that dies in the middle."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from domain.evidence import LedgerReceipt
from integrations.base.keyring import KeyRing, save_ring
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, entry

ROOT = Path(__file__).parents[2]


async def writer(folder: Path, url: str, name: str, count: int) -> Process:
    command = ("-m", "tests.store.writer", str(folder), url, CASE, name, str(count))
    return await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=PIPE)


async def test_four_processes_that_open_and_append_at_once_lose_nothing(
    tmp_path: Path, empty_url: str, ring: KeyRing, keys: CaseKeys
) -> None:
    save_ring(tmp_path / "ring.json", ring)
    writers = [await writer(tmp_path, empty_url, f"w{number}", 30) for number in range(4)]
    said = [out.decode().split() for out, _ in await asyncio.gather(*(each.communicate() for each in writers))]
    assert [each.returncode for each in writers] == [0, 0, 0, 0]
    async with open_store(empty_url, keys) as store:
        read = await store.ledger.read(CASE)
        report = await store.ledger.verify()
    assert [each.sequence for each in read] == list(range(1, 121))
    assert {each.entry.id for each in read} == {entry_id for lines in said for entry_id in lines}
    for lines in said:  # each writer's own order is kept
        assert [each.entry.id for each in read if each.entry.id in lines] == lines
    assert report.ok
    assert (report.cases, report.entries) == (1, 120)


async def test_a_killed_writer_has_lost_nothing_that_was_acknowledged(
    tmp_path: Path, empty_url: str, ring: KeyRing, keys: CaseKeys
) -> None:
    save_ring(tmp_path / "ring.json", ring)
    acknowledged: list[str] = []
    for turn, patience in enumerate((1, 40)):
        process = await writer(tmp_path, empty_url, f"turn{turn}", 1_000_000)
        assert process.stdout is not None
        for _ in range(patience):
            acknowledged.append((await process.stdout.readline()).decode().strip())
        process.kill()
        rest = await process.stdout.read()
        acknowledged += [line for line in rest.decode().split("\n")[:-1] if line]
        assert await process.wait() == -9
    async with open_store(empty_url, keys) as store:
        report = await store.ledger.verify()
        there = [each.entry.id for each in await store.ledger.read(CASE)]
        after = await store.ledger.append(CASE, [entry(0, id="after")])
    assert report.ok
    assert set(acknowledged) <= set(there)
    # At most the one append per turn that was committed and not yet said.
    assert len(there) <= len(acknowledged) + 2
    assert after.sequence == len(there) + 1


async def test_many_tasks_of_one_process_append_to_one_chain(store: Store) -> None:
    await asyncio.gather(*(store.ledger.append(CASE, [entry(number)]) for number in range(60)))
    read = await store.ledger.read(CASE)
    assert {each.entry.id for each in read} == {entry(number).id for number in range(60)}
    assert (await store.ledger.verify()).ok


async def test_cancelled_appends_are_there_whole_or_not_at_all_and_block_nobody(store: Store) -> None:
    """One in three cancelled, at varying awaits: the driver alone loses a connection that holds the lock."""
    chance = random.Random(1)
    cancelled = 0
    for number in range(50):
        pairs = [[entry(number, id=f"{number}{half}{task}") for half in "ab"] for task in range(3)]
        tasks = [asyncio.ensure_future(store.ledger.append(CASE, pair)) for pair in pairs]
        for _ in range(chance.randrange(100)):
            await asyncio.sleep(0)
        chance.choice(tasks).cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(each) for each in ended} <= {LedgerReceipt, asyncio.CancelledError}
        cancelled += sum(isinstance(each, asyncio.CancelledError) for each in ended)
    receipt = await store.ledger.append(CASE, [entry(0, id="last")])  # waits for all that still run
    ids = {each.entry.id for each in await store.ledger.read(CASE)}
    assert cancelled > 10
    assert all((f"{n}a{task}" in ids) == (f"{n}b{task}" in ids) for n in range(100) for task in range(3))
    assert receipt.sequence == len(ids)
    assert (await store.ledger.verify()).ok


async def test_closing_waits_for_an_append_whose_caller_is_gone(store_file: Path, keys: CaseKeys) -> None:
    async with open_store(f"sqlite:///{store_file}", keys) as store:
        gone = asyncio.ensure_future(store.inbox.put("key", "declare", b"sealed"))
        await asyncio.sleep(0)
        gone.cancel()
    # The last connection to close takes SQLite's side files away: none is still at work.
    assert [file.name for file in store_file.parent.iterdir()] == [store_file.name]
    async with open_store(f"sqlite:///{store_file}", keys) as store:
        assert await store.inbox.body("key") == b"sealed"
        assert (await store.ledger.verify()).ok
