"""The stack's own processes: ready when they say so, noticed when they die, gone when we are."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console.running.child import Child, Part
from console.running.places import Places
from domain.errors import Code, HoldfastError

# Says that it is ready by making a file, then waits; on SIGTERM it writes that it ended in peace.
LIVES = """
import os, pathlib, signal, sys, time
def end(*_):
    pathlib.Path("ended").touch(); sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path("ready").write_text(str(os.getpid()))
while True: time.sleep(60)
"""


def part(folder: Path, program: str, within: float = 30) -> Part:
    async def ready(since: datetime) -> bool:
        made = folder / "ready"
        return made.exists() and made.stat().st_mtime >= since.timestamp() - 0.01

    environment = {"PATH": os.defpath}
    return Part("synthetic", (sys.executable, "-c", program), environment, folder, ready, timedelta(seconds=within))


@asynccontextmanager
async def running(folder: Path, said: list[str]) -> AsyncIterator[Child]:
    child = Child(part(folder, LIVES), folder / "logs", said.append)
    await child.start()
    try:
        yield child
    finally:
        await child.stop()


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while True:
            if ready():
                return
            await asyncio.sleep(0.02)


async def test_a_child_that_dies_by_itself_is_said_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(tmp_path, said) as child:
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: len(said) == 2)
        assert child.pid not in (None, first)
        assert child.restarts == 1
    assert "synthetic ended by itself (signal SIGKILL)" in said[0]
    assert str(child.log) in said[0]
    assert said[1] == "synthetic works again"


async def test_a_child_that_we_killed_stays_down_until_it_is_started(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(tmp_path, said) as child:
        first = child.pid
        await child.kill()
        assert child.pid is None
        assert not (tmp_path / "ended").exists()
        await child.start()
        assert child.pid not in (None, first)
    assert said == []
    assert child.restarts == 0


async def test_a_clean_stop_lets_the_child_finish(tmp_path: Path) -> None:
    async with running(tmp_path, []) as child:
        assert child.pid is not None
    assert (tmp_path / "ended").exists()
    assert child.pid is None


@pytest.mark.parametrize(
    ("program", "within", "why"),
    [
        ("import sys; print('no key', file=sys.stderr); sys.exit(3)", 30, "ended before it was ready (exit status 3)"),
        ("import time; time.sleep(60)", 0.5, "was not ready within 0 s"),
    ],
)
async def test_a_child_that_does_not_become_ready_is_one_sentence_with_its_log(
    tmp_path: Path, program: str, within: float, why: str
) -> None:
    child = Child(part(tmp_path, program, within), tmp_path / "logs", lambda sentence: None)
    with pytest.raises(HoldfastError) as caught:
        await child.start()
    assert caught.value.code is Code.UNREACHABLE
    assert why in caught.value.sentence
    assert str(tmp_path / "logs" / "synthetic.log") in caught.value.sentence
    assert child.pid is None


async def test_children_do_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = f"""
import asyncio, pathlib
from tests.demo.test_children import LIVES, part
from console.running.child import Child
async def main():
    folder = pathlib.Path({str(tmp_path)!r})
    await Child(part(folder, LIVES), folder / "logs", print).start()
    (folder / "started").touch()
    await asyncio.Event().wait()
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", parent)
    await until((tmp_path / "started").exists)
    grandchild = int((tmp_path / "ready").read_text())
    process.kill()
    await process.wait()
    await until(lambda: not _alive(grandchild))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_free_places_are_all_different() -> None:
    ports = [port for name, port in Places.free().model_dump().items() if name != "ui"]
    assert len(set(ports)) == len(ports)
