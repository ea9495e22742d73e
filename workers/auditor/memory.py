"""What the auditor knows, on disk: a restart repeats no page, and `holdfast doctor` can see when it last looked."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from domain.watching import Watch


class Memory:
    """One small file of ids, codes and times, replaced in one step."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def load(self) -> Watch:
        """What was kept; nothing if there is no file, or none that this version can read: then all is said anew."""
        return await asyncio.to_thread(self._load)

    async def keep(self, watch: Watch) -> None:
        """Raises OSError if it cannot be written."""
        await asyncio.to_thread(self._keep, watch)

    def _load(self) -> Watch:
        try:
            return Watch.model_validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return Watch()

    def _keep(self, watch: Watch) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(watch.model_dump_json())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
