"""A child process that has no network, no files, no secrets, little memory and little time; and how it may end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from domain.errors import Code, HoldfastError
from integrations.attachments.confine import OUT_OF_MEMORY, READY, UNCONFINED

_SCRIPT = Path(__file__).with_name("confine.py")
# The child can send no signal, not even to itself: before its time is spent, somebody of this machine ended it.
_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)
_ENDED = "the reader of attachments was ended from outside"
_STARTING = 30.0  # seconds for the interpreter and its libraries on a busy machine


class Ending(StrEnum):
    """Why a child did not finish what it was given."""

    TIME = "time"
    MEMORY = "memory"
    OUTPUT = "output"
    BROKE = "broke"


class Ended(Exception):
    """The child ended, or was ended, before it said everything."""

    def __init__(self, why: Ending) -> None:
        self.why = why
        super().__init__(why.value)


@dataclass(frozen=True)
class Bounds:
    """`memory` and `output` in bytes, `cpu` in whole seconds of its own work, `wall` in seconds by the clock."""

    memory: int = 1 << 30  # the interpreter, the libraries and a 40-megapixel photograph
    cpu: int = 20
    wall: float = 60.0
    output: int = 400 << 20  # twenty pages of four megapixels, three bytes each, and their text


class Channel:
    """Both pipes of a confined child. Every read is counted; whoever says too much is ended."""

    def __init__(self, process: asyncio.subprocess.Process, bounds: Bounds) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._left = process, bounds.output
        self._spent = asyncio.get_running_loop().time() + bounds.cpu
        self._in, self._out = process.stdin, process.stdout

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    async def send(self, data: bytes) -> None:
        """Hand bytes over. If the child is gone, the next `take` says why."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._in.write(data)
            await self._in.drain()

    async def take(self, count: int) -> bytes:
        """Exactly so many bytes.

        Raises:
            Ended: `output` if that is more than the child may say in all; else why it is gone.
            HoldfastError: as `why`.
        """
        self._left -= count
        if self._left < 0:
            raise Ended(Ending.OUTPUT)
        try:
            return await self._out.readexactly(count)
        except asyncio.IncompleteReadError:
            raise Ended(await self.why()) from None

    async def why(self) -> Ending:
        """The child closed its end: how it ended.

        Raises:
            HoldfastError: `transient` if somebody of this machine ended it, which says nothing about the document.
        """
        match await self._process.wait():
            case code if code == -signal.SIGXCPU:
                return Ending.TIME
            case code if code == OUT_OF_MEMORY:
                return Ending.MEMORY
            case code if code in _FROM_OUTSIDE and asyncio.get_running_loop().time() >= self._spent:
                return Ending.TIME  # of one that would not hear SIGXCPU, the system's last word is SIGKILL
            case code if code in _FROM_OUTSIDE:
                raise HoldfastError(Code.TRANSIENT, _ENDED)
            case _:
                return Ending.BROKE


@asynccontextmanager
async def confined(program: Path, bounds: Bounds) -> AsyncIterator[Channel]:
    """Run `program`, a file with `work(read, write)`, with nothing but two pipes; it is gone when this returns.

    Raises:
        HoldfastError: `broken-configuration` if this system cannot confine it; nothing was handed over then.
            `transient` if it was ended from outside.
        Ended: when it runs out of what it was given.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-") as empty:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",  # no environment, no user's site, no directory of ours on the path
            "-B",
            str(_SCRIPT),
            str(program),
            str(bounds.memory),
            str(bounds.cpu),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=empty,
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            channel = Channel(process, bounds)
            await _ready(process)
            try:
                async with asyncio.timeout(bounds.wall):
                    yield channel
            except TimeoutError:
                raise Ended(Ending.TIME) from None
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    assert process.stdout is not None
    while await process.stdout.read(1 << 16):  # a pipe that is not read to its end would be waited for for ever
        pass
    await process.wait()


async def _ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_STARTING):
            said = await process.stdout.read(1)
    except TimeoutError:
        raise HoldfastError(Code.TRANSIENT, "the reader of attachments does not start") from None
    if said != READY:
        code = None if said else await process.wait()
        if code in _FROM_OUTSIDE:
            raise HoldfastError(Code.TRANSIENT, _ENDED)
        reason = "libseccomp.so.2 and its filter are needed" if code == UNCONFINED else f"exit {code}"
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"attachments cannot be read safely here: {reason}")
