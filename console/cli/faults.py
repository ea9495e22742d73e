"""Where the details of a failure go that no person should have to read: a file under home, for its owner only."""

from __future__ import annotations

import logging
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path


class _ToFile(logging.Handler):
    """What libraries log during a command; a terminal is for answers."""

    def emit(self, record: logging.LogRecord) -> None:
        _write(self.format(record))


def catch_logs() -> None:
    """Send warnings and errors of libraries to the file instead of to the terminal; once per process."""
    root = logging.getLogger()
    if not any(isinstance(each, _ToFile) for each in root.handlers):
        handler = _ToFile(logging.WARNING)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.addHandler(handler)


def release_logs() -> None:
    """Undo `catch_logs`, for the long-running commands that log for operators."""
    root = logging.getLogger()
    for each in [each for each in root.handlers if isinstance(each, _ToFile)]:
        root.removeHandler(each)


def keep(error: BaseException) -> Path | None:
    """Write the traceback; returns the file, or None where nothing can be written."""
    return _write(f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}")


def _home() -> Path:
    # Not from the settings: they may be what is broken.
    return Path(os.environ.get("HOLDFAST_HOME", "") or ".holdfast").expanduser().absolute()


def _write(text: str) -> Path | None:
    path = _home() / "log" / "cli.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(text.rstrip() + "\n")
    except OSError:
        return None
    return path
