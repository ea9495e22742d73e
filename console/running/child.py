"""One process of the stack: started, watched, started again when it dies by itself, stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.errors import Code, HoldfastError
from integrations.base.processes import die_with_parent

Say = Callable[[str], None]
Ready = Callable[[datetime], Awaitable[bool]]

_LOOK_EVERY = 0.05  # seconds between looks at a starting process
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds before a dead process is started again; doubled each time
_STEADY = 10.0  # seconds: who lived that long is no longer in a row of deaths
_STOP_WITHIN = 10.0  # seconds to end cleanly before the kill


@dataclass(frozen=True)
class Part:
    """What to run. `ready` gets the moment (UTC) at which the process was started, and says whether it works."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    ready: Ready
    within: timedelta = timedelta(seconds=60)


class Child:
    """A part as a process of its own group, which ends when we end. Its log is `<logs>/<name>.log`."""

    def __init__(self, part: Part, logs: Path, say: Say) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self.restarts = 0
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._started = datetime.min.replace(tzinfo=UTC)
        self._wanted = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it and wait until it works.

        Raises:
            HoldfastError: `unreachable`, with the path of its log, if it ended or was not ready in time.
        """
        if self.pid is not None:
            return
        self._wanted = True
        process = await self._spawn()
        try:
            await self._until_ready(process)
        except BaseException:
            await self.kill()
            raise
        self._watch = asyncio.create_task(self._supervise())

    async def kill(self) -> None:
        """kill -9; it stays down until `start`."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Let it finish; ten seconds later it is killed."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        self._wanted = False
        watch, self._watch = self._watch, None
        process = self._process
        if process is not None and process.returncode is None:
            _signal_group(process.pid, how)
            try:
                await asyncio.wait_for(process.wait(), _STOP_WITHIN)
            except TimeoutError:
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])
            if not watch.cancelled():
                watch.result()

    async def _spawn(self) -> asyncio.subprocess.Process:
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._started = datetime.now(UTC)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.part.command,
                cwd=self.part.folder,
                env=dict(self.part.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        return self._process

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(self.part.within.total_seconds()):
                while not await self.part.ready(self._started):
                    if process.returncode is not None:
                        raise self._failed(f"{self.part.name} ended before it was ready ({_how(process.returncode)})")
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            seconds = int(self.part.within.total_seconds())
            raise self._failed(f"{self.part.name} was not ready within {seconds} s") from None

    def _failed(self, what: str) -> HoldfastError:
        return HoldfastError(Code.UNREACHABLE, f"{what}; its log is {self.log}")

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while self._process is not None:
            since = time.monotonic()
            code = await self._process.wait()
            if not self._wanted:
                return
            if time.monotonic() - since >= _STEADY:
                pause = _FIRST_PAUSE
            self._say(f"{self.part.name} ended by itself ({_how(code)}); it is started again. Its log is {self.log}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            if not self._wanted:
                return
            process = await self._spawn()
            self.restarts += 1
            try:
                await self._until_ready(process)
            except HoldfastError as error:
                self._say(error.sentence)
            else:
                self._say(f"{self.part.name} works again")


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _signal_group(pid: int, how: signal.Signals) -> None:
    """Its whole group: a worker may have children of its own. A process that just ended needs no signal."""
    try:
        os.killpg(pid, how)
    except ProcessLookupError:
        return
