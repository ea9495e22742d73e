"""A process that appends and says on its standard output which entries were acknowledged."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from integrations.base.keyring import load_ring
from integrations.store import open_store
from integrations.vault.keys import CaseKeys
from tests.store.parts import entry, projection


async def write(folder: Path, url: str, case: str, name: str, count: int) -> None:
    keys = CaseKeys(folder / "keys", load_ring(folder / "ring.json"))
    async with open_store(url, keys) as store:
        for number in range(count):
            entry_id = f"{name}-{number}"
            await store.ledger.append(case, [entry(number, id=entry_id)], projection(case, minute=number))
            sys.stdout.write(f"{entry_id}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])))
