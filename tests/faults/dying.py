"""`holdfast …` that kills itself with kill -9 at the point which the file named in DIE_AT says, and nowhere else.

The points are those between a declaration's receipt from Slack and its acknowledgement, in their order.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import console.alike
import console.declaring
import console.desk
import integrations.slack.app
import integrations.slack.commands
from console.cli import main

RECEIVED, KNOWN, KEPT, REMEMBERED, SEALED, STARTED, DECLARED, ANSWERING = (
    "received", "known", "kept", "remembered", "sealed", "started", "declared", "answering",
)  # fmt: skip
POINTS = (RECEIVED, KNOWN, KEPT, REMEMBERED, SEALED, STARTED, DECLARED, ANSWERING)
THERE = frozenset({STARTED, DECLARED, ANSWERING})
"""After these the case exists, although nobody was told so."""


def _die(point: str) -> None:
    wanted = Path(os.environ["DIE_AT"])
    if wanted.exists() and wanted.read_text() == point:
        os.kill(os.getpid(), signal.SIGKILL)


def _dies(where: Any, name: str, *, before: str = "", after: str = "") -> None:
    plain: Callable[..., Awaitable[Any]] = getattr(where, name)

    @functools.wraps(plain)
    async def run(*args: Any, **kwargs: Any) -> Any:
        _die(before)
        answer = await plain(*args, **kwargs)
        _die(after)
        return answer

    setattr(where, name, run)


def arm() -> None:
    """Where each point lies."""
    _dies(integrations.slack.app.SlackApp, "on_command", before=RECEIVED)
    _dies(integrations.slack.app.SlackApp, "on_submit", before=RECEIVED)
    _dies(console.desk.LocalDesk, "declare", before=KNOWN, after=DECLARED)
    _dies(console.declaring.Declarer, "_incident", after=KEPT)
    _dies(console.alike.Alike, "remember", after=REMEMBERED)
    _dies(console.declaring, "keep_input", after=SEALED)
    _dies(console.declaring.Declarer, "_run", after=STARTED)
    _dies(integrations.slack.commands.Commands, "declare", after=ANSWERING)


if __name__ == "__main__":
    arm()
    main()
