"""The real command as people run it: another process, its two streams and its exit status."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "console.cli")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
NOWHERE = "http://127.0.0.1:9"  # discard: nothing listens there


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.err)["error"]
        return found

    @property
    def lines(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


@dataclass
class Shell:
    """A person's terminal: their directory, their environment; `person` is who they are."""

    directory: Path
    person: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        said = {"HOLDFAST_AS": self.person} if self.person else {}
        base = {"HOLDFAST_HOME": str(self.directory / "home"), "HOLDFAST_DESK_URL": NOWHERE}
        return {**kept, "PYTHONPATH": str(ROOT), **base, **said, **self.settings}

    def file(self, name: str, text: str) -> str:
        path = self.directory / name
        path.write_text(text)
        return str(path)

    async def run(self, *arguments: str, stdin: str | bytes = b"", within: float = 60) -> Ended:
        """Run to the end. No command may ever show a traceback."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *arguments,
            cwd=self.directory,
            env=self.environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(given), within)
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        assert "Traceback" not in ended.out + ended.err
        return ended

    async def ok(self, *arguments: str, stdin: str | bytes = b"") -> Ended:
        ended = await self.run(*arguments, stdin=stdin)
        assert ended.status == 0, ended
        return ended

    async def refused(self, status: int, *arguments: str, stdin: str | bytes = b"") -> str:
        """Run what must fail with this status; returns its one sentence."""
        ended = await self.run(*arguments, stdin=stdin)
        assert ended.status == status, ended
        assert ended.out == ""
        assert ended.err.count("\n") == 1, ended.err
        return ended.err
