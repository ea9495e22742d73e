"""How a worker is told to finish and go: whoever works on this machine says so in a file that it holds locked."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FOLDER = "workers"
_LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class AtWork:
    """A worker process of this machine and the roles it works in."""

    pid: int
    roles: tuple[str, ...]


@contextmanager
def at_work(home: Path, roles: Collection[str]) -> Iterator[None]:
    """This process works in these roles until the context ends. The lock ends with the process, however it dies."""
    folder = home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{os.getpid()}.json"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)  # a dead process may have had our number
        os.write(descriptor, json.dumps(sorted(roles)).encode())
        yield
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def working(home: Path, roles: Collection[str] = ()) -> list[AtWork]:
    """Who works here in any of these roles (in any at all, if none is named); files of dead workers are removed."""
    found = []
    for path in sorted((home / _FOLDER).glob("*.json")):
        worker = _read(path)
        if worker is not None and (not roles or set(roles) & set(worker.roles)):
            found.append(worker)
    return found


def _read(path: Path) -> AtWork | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        said = os.read(descriptor, 4096)  # bytes; some role names
        return AtWork(int(path.stem), tuple(json.loads(said)) if said else ())
    else:
        path.unlink(missing_ok=True)
        return None
    finally:
        os.close(descriptor)


async def drain(home: Path, roles: Collection[str], within: float) -> tuple[Sequence[AtWork], Sequence[AtWork]]:
    """Tell them to finish and wait at most `within` seconds; returns who was told, and who still works then.

    They take nothing new from that moment on. What they have under way they finish.
    """
    told = working(home, roles)
    for each in told:
        os.kill(each.pid, signal.SIGTERM)
    deadline = asyncio.get_running_loop().time() + within
    while True:
        left = [each for each in working(home) if each in told]
        if not left or asyncio.get_running_loop().time() > deadline:
            return told, left
        await asyncio.sleep(_LOOK_EVERY)
