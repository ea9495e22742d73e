"""Several processes, one chain; and a writer that dies in the middle."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from integrations.base.keyring import KeyRing, save_ring
from integrations.store import Store, open_store
from integrations.vault.keys import CaseKeys
from tests.store.parts import CASE, entry

ROOT = Path(__file__).parents[2]


async def writer(folder: Path, name: str, count: int) -> Process:
    command = ("-m", "tests.store.writer", str(folder), CASE, name, str(count))
    return await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=PIPE)


async def test_four_processes_that_open_and_append_at_once_lose_nothing(
    tmp_path: Path, ring: KeyRing, keys: CaseKeys
) -> None:
    save_ring(tmp_path / "ring.json", ring)
    writers = [await writer(tmp_path, f"w{number}", 100) for number in range(4)]
    said = [out.decode().split() for out, _ in await asyncio.gather(*(each.communicate() for each in writers))]
    assert [each.returncode for each in writers] == [0, 0, 0, 0]
    async with open_store(f"sqlite:///{tmp_path / 'store.db'}", keys) as store:
        read = await store.ledger.read(CASE)
        report = await store.ledger.verify()
    assert [each.sequence for each in read] == list(range(1, 401))
    assert {each.entry.id for each in read} == {entry_id for lines in said for entry_id in lines}
    for lines in said:  # each writer's own order is kept
        assert [each.entry.id for each in read if each.entry.id in lines] == lines
    assert report.ok
    assert (report.cases, report.entries) == (1, 400)


async def test_a_killed_writer_has_lost_nothing_that_was_acknowledged(
    tmp_path: Path, ring: KeyRing, keys: CaseKeys
) -> None:
    save_ring(tmp_path / "ring.json", ring)
    acknowledged: list[str] = []
    for turn, patience in enumerate((1, 23, 40)):
        process = await writer(tmp_path, f"turn{turn}", 1_000_000)
        assert process.stdout is not None
        for _ in range(patience):
            acknowledged.append((await process.stdout.readline()).decode().strip())
        process.kill()
        rest = await process.stdout.read()
        acknowledged += [line for line in rest.decode().split("\n")[:-1] if line]
        assert await process.wait() == -9
    async with open_store(f"sqlite:///{tmp_path / 'store.db'}", keys) as store:
        report = await store.ledger.verify()
        there = [each.entry.id for each in await store.ledger.read(CASE)]
        after = await store.ledger.append(CASE, [entry(0, id="after")])
    assert report.ok
    assert set(acknowledged) <= set(there)
    # At most the one append per turn that was committed and not yet said.
    assert len(there) <= len(acknowledged) + 3
    assert after.sequence == len(there) + 1


async def test_many_tasks_of_one_process_append_to_one_chain(store: Store) -> None:
    await asyncio.gather(*(store.ledger.append(CASE, [entry(number)]) for number in range(60)))
    read = await store.ledger.read(CASE)
    assert {each.entry.id for each in read} == {entry(number).id for number in range(60)}
    assert (await store.ledger.verify()).ok


async def test_cancelled_appends_are_there_whole_or_not_at_all_and_block_nobody(store: Store) -> None:
    await store.ledger.append(CASE, [entry(0, id="first")])
    for number in range(40):
        pair = [entry(number, id=f"{number}a"), entry(number, id=f"{number}b")]
        task = asyncio.ensure_future(store.ledger.append(CASE, pair))
        for _ in range(number):  # a cancellation at a different await each time
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    ids = {each.entry.id for each in await store.ledger.read(CASE)}
    assert all((f"{number}a" in ids) == (f"{number}b" in ids) for number in range(40))
    receipt = await store.ledger.append(CASE, [entry(1, id="last")])
    assert receipt.sequence == len(ids) + 1
    assert (await store.ledger.verify()).ok
