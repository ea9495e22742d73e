"""Two stores of one process share its locks: closing any other handle on the file drops them all (POSIX), and then the
next process to leave believes that it was the last one and takes the write-ahead log away."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import select

from integrations.store.database import open_database, rows_of
from integrations.store.schema import upgrade
from integrations.store.tables import ledger_head

LEAVES = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT 1 FROM ledger_head").fetchall()
connection.close()
"""


async def test_another_process_that_leaves_never_takes_the_log_from_under_a_second_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    url = f"sqlite:///{path}"
    heads = rows_of(select(ledger_head))
    async with open_database(url) as first:
        await upgrade(first)
        await first.read(heads)
        async with open_database(url):
            log = Path(f"{path}-wal").stat().st_ino
            leaving = await asyncio.create_subprocess_exec(sys.executable, "-c", LEAVES, str(path))
            assert await leaving.wait() == 0
            assert Path(f"{path}-wal").stat().st_ino == log
            await first.read(heads)
