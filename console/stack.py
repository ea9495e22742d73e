"""The whole deployment on one machine: the real server, stand-ins for every outside party, desk and workers."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from pydantic import SecretStr
from rich.console import Console
from temporalio.client import Client

import integrations.directory
import integrations.rota
from console.running import parts
from console.running.child import Child, Part, Say
from console.running.places import Places
from domain.errors import HoldfastError
from domain.people import Directory
from integrations.base.keyring import load_ring
from integrations.directory.file import DirectoryFile
from integrations.simulator import hash_list
from integrations.simulator.pager import PAGER_SECRET
from integrations.simulator.platform import PLATFORM_TOKEN
from integrations.simulator.portal import PORTAL_TOKEN
from integrations.simulator.witness import WITNESS_TOKEN
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer
from workers.keys import make_keys
from workers.settings import Settings
from workers.wiring import ROLES, open_records

_HASH_LIST = "synthetic-hash-list"
_LOOK_EVERY = 0.5  # seconds between looks at the server's process


class Stack:
    """`async with Stack(settings, Places.free()) as stack:` gives everything running and connected; with `auditor`
    it is watched from outside as well, which a drill on its own clock has no use for.

    Under `settings.home` lie all state and, in `logs/`, one log per process; Temporal's own lies in
    `settings.temporal_dir`. Children end with us, even when we are killed. `say` hears of every process that died by
    itself; it is started again. Open it in the main thread (the kernel ends children with the thread that made them).

    Raises (on entering and in `start`):
        HoldfastError: `unreachable`, naming the process and its log; `broken-configuration`, naming the setting.
    """

    def __init__(
        self, settings: Settings, places: Places, *, say: Say, time_skipping: bool = False, auditor: bool = False
    ) -> None:
        self.places = places
        self.settings = places.settings(
            settings,
            stand_ins=True,
            platform_token=SecretStr(PLATFORM_TOKEN),
            portal_token=SecretStr(PORTAL_TOKEN),
            pager_secret=SecretStr(PAGER_SECRET),
            deadman_url=SecretStr(parts.switch_url(places)),
            witness_token=SecretStr(WITNESS_TOKEN),
            slack_bot_token=SecretStr(parts.BOT_TOKEN),
            slack_app_token=SecretStr(parts.APP_TOKEN),
            hash_list=settings.hash_list or (settings.home / _HASH_LIST).absolute(),
            hash_list_name=settings.hash_list_name if settings.hash_list else hash_list.NAME,
        )
        self._say = say
        self._auditor = auditor
        self._children: dict[str, Child] = {}
        self._stack = AsyncExitStack()
        self.server = EmbeddedServer(
            self.settings.temporal_dir,
            places.temporal,
            places.ui or None,
            time_skipping,
            binary=settings.temporal_binary,
            namespace=settings.namespace,
        )

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.settings.home / "logs"

    @property
    def names(self) -> tuple[str, ...]:
        """The processes that `kill` and `start` know, in the order of their start."""
        return tuple(self._children)

    def child(self, name: str) -> Child:
        """A process by its name; KeyError if there is none."""
        return self._children[name]

    async def kill(self, name: str) -> None:
        """kill -9, as the kernel would when memory runs out; it stays down until `start`."""
        await self._children[name].kill()

    async def start(self, name: str) -> None:
        """Start it and wait until it works."""
        await self._children[name].start()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            directory = await set_up(self.settings)
            if not (self.settings.home / _HASH_LIST).exists():
                hash_list.write(self.settings.home / _HASH_LIST)
            http = await stack.enter_async_context(httpx.AsyncClient(timeout=5))
            await self._open(stack, directory, http)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack, directory: Directory, http: httpx.AsyncClient) -> None:
        """The server and the stand-ins, then who speaks to them; ended in the opposite order."""
        stand_ins = (
            parts.simulators(self.settings, self.places, http),
            parts.slack(self.settings, self.places, directory, http),
        )
        children = self._adopt(stack, *stand_ins)
        await _all(stack.enter_async_context(self.server), *(child.start() for child in children))
        watch = asyncio.create_task(self._watch_server())
        stack.push_async_callback(_end, watch)
        client = await self.connect()
        workers = self._adopt(stack, *(parts.worker(role, self.settings, client) for role in ROLES))
        desk = self._adopt(stack, parts.desk(self.settings, self.places, http))
        await _all(*(child.start() for child in (*workers, *desk)))
        if self._auditor:  # last, so that it does not call for what is only just starting
            [auditor] = self._adopt(stack, parts.auditor(self.settings, self.places, http))
            await auditor.start()

    def _adopt(self, stack: AsyncExitStack, *wanted: Part) -> list[Child]:
        """Children that are stopped, together, when the stack ends."""
        children = [Child(part, self.logs, self._say) for part in wanted]
        self._children.update({child.part.name: child for child in children})
        stack.push_async_callback(_stop_all, children)
        return children

    async def connect(self) -> Client:
        """A client of the stack's Temporal server, with the stack's keys."""
        ring = load_ring(self.settings.codec_ring)
        return await connect(
            self.settings.temporal_address, self.settings.namespace, ring, within=timedelta(seconds=30)
        )

    async def _watch_server(self) -> None:
        while True:
            pid = self.server.pid
            if pid is not None and not _alive(pid):
                log = self.settings.temporal_dir / "temporal.log"
                self._say(f"the Temporal server ended by itself; it is started again. Its log is {log}")
                try:
                    await self.server.restart()
                    self._say("the Temporal server works again")
                except HoldfastError as error:
                    self._say(error.sentence)
            await asyncio.sleep(_LOOK_EVERY)


async def set_up(settings: Settings) -> Directory:
    """Home, keys, directory and tables, where they are missing. Returns the directory.

    Raises:
        HoldfastError: `broken-configuration`, when the directory or a key cannot be used.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_keys(settings)
    if settings.directory_file is None and not settings.directory_path.exists():
        shutil.copyfile(Path(integrations.directory.__file__).with_name("example.yaml"), settings.directory_path)
        if settings.rota_file is None and not settings.rota_path.exists():
            # The synthetic rota is that of the synthetic team, and of nobody else.
            shutil.copyfile(Path(integrations.rota.__file__).with_name("example.yaml"), settings.rota_path)
    async with open_records(settings):  # makes the tables, before five processes want to
        pass
    return await DirectoryFile(settings.directory_path).current()


def up_command(settings: Settings) -> int:
    """Run the stack on its fixed ports until Ctrl-C or SIGTERM. The exit status: 0, or 1 after one sentence."""
    out = Console(stderr=False, highlight=False, soft_wrap=True)
    try:
        asyncio.run(_up(settings, out))
    except HoldfastError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(error.sentence, markup=False)
        return 1
    return 0


async def _up(settings: Settings, out: Console) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)
    places = Places.fixed(settings)
    out.print("Starting the Temporal server, the stand-ins, the workers and the desk …")
    running = asyncio.create_task(_serve(Stack(settings, places, say=_line(out), auditor=True), out))
    waiting = asyncio.create_task(ending.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        running.result()
        return
    out.print("Stopping …")
    running.cancel()
    await asyncio.wait({running})
    if not running.cancelled():
        running.result()


async def _serve(stack: Stack, out: Console) -> None:
    async with stack:
        out.print("Everything runs on this machine only; nobody outside was or will be contacted.\n")
        for name, url in parts.pages(stack.places):
            out.print(f"  {name:<18} {url}")
        out.print(f"\n  State and logs     {stack.settings.home}")
        out.print("  Act as somebody    holdfast gates --as leg-fay   (people: directory.yaml in the state's folder)")
        out.print("\nCtrl-C stops it; what was begun goes on when it is started again.")
        await asyncio.Event().wait()


def _line(out: Console) -> Say:
    def say(sentence: str) -> None:
        out.print(sentence, markup=False)

    return say


async def _stop_all(children: list[Child]) -> None:
    await asyncio.gather(*(child.stop() for child in children))


async def _all(*work: Awaitable[object]) -> None:
    """All at once; the first failure is raised when everything has come to an end."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
