"""Workers and desks as processes of their own, so that kill -9 is really what it says."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from workers.settings import Settings

_SECRETS = ("platform_token", "portal_token", "pager_secret")


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process gets them."""
    names = (
        "home", "temporal_address", "platform_url", "portal_url", "pager_url", "smtp_host", "smtp_port",
        "directory_file", "stand_ins", "store_url", *_SECRETS,
    )  # fmt: skip
    given = {f"HOLDFAST_{name.upper()}": settings.required(name) for name in names}
    return {**os.environ, **given}


class Process:
    """`holdfast <words>` as a child; its output goes to a file."""

    def __init__(
        self,
        settings: Settings,
        log: Path,
        *words: str,
        more: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "console.cli"),
    ) -> None:
        self._command = command
        self._settings = settings
        self._more = more or {}
        self._log = log
        self._words = words
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *self._command, *self._words,
                env={**environment(self._settings), **self._more}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """kill -9, and wait until it is gone."""
        if self._child is not None and self._child.returncode is None:
            os.killpg(self._child.pid, how)
            await self._child.wait()

    async def signal(self, what: signal.Signals) -> None:
        """As an orchestrator would, to the process itself."""
        assert self._child is not None
        self._child.send_signal(what)

    async def ended(self, within: float = 60) -> int:
        """Wait until it has gone by itself; its exit status."""
        assert self._child is not None
        return await asyncio.wait_for(self._child.wait(), within)

    async def __aenter__(self) -> Process:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    @property
    def said(self) -> str:
        return self._log.read_text()


async def answers(url: str, within: float = 30) -> None:
    """Wait until a desk answers."""
    deadline = asyncio.get_running_loop().time() + within
    async with httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"{url}/v1/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(0.05)
