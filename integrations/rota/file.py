"""The rota as a YAML file that its keeper edits while we run, and the file of changes that were imported beside it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import Code, HoldfastError
from domain.outside import KnownRota, LiveDirectory
from domain.people import Directory
from domain.rota import Rota
from integrations.rota.marked import Marked
from integrations.rota.reading import read_rota


def changes_path(path: Path) -> Path:
    """Where imported changes are kept: `rota.changes.yaml` beside `rota.yaml`."""
    return path.with_name(f"{path.stem}.changes.yaml")


class RotaFile:
    """`domain.outside.Rotas`. Without `needed` the file may be missing: then no rota is kept, and the directory's own
    order is all there is.

    Read again at each question. When an edit breaks it, the last good one stands, with its age and the mistake.
    """

    def __init__(
        self,
        path: Path,
        directory: LiveDirectory,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        needed: bool = True,
    ) -> None:
        self._path = path
        self._needed = needed
        self._directory = directory
        self._now = now
        self._read: tuple[tuple[str, str, int], Rota] | None = None
        self._good_at: datetime | None = None

    async def current(self) -> KnownRota:
        if not self._needed and not await asyncio.to_thread(self._path.exists):
            return KnownRota()
        directory = await self._directory.current()
        try:
            rota = await asyncio.to_thread(self._current, self._path, directory)
        except HoldfastError as error:
            if self._read is None:
                raise
            return KnownRota(rota=self._read[1], as_of=self._good_at, fault=error.detail)
        self._good_at = self._now()
        return KnownRota(rota=rota, as_of=self._good_at)

    def _current(self, path: Path, directory: Directory) -> Rota:
        data, more = _bytes(path), _bytes(changes_path(path), needed=False)
        year = self._now().year
        mark = (hashlib.sha256(data + b"\0" + more).hexdigest(), directory.revision, year)
        if self._read is None or self._read[0] != mark:
            rota = parse_rota(path.name, data, directory, year, changes=more)
            self._read = (mark, rota)
        return self._read[1]


def parse_rota(name: str, data: bytes, directory: Directory, year: int, *, changes: bytes = b"") -> Rota:
    """The rota of a file's bytes, with the changes kept beside it.

    Raises:
        HoldfastError: `broken-configuration`, naming the file, the line and the place, never a value.
    """
    years = range(year - 1, year + 3)
    digest = hashlib.sha256(data + changes).hexdigest()[:12]
    marked = Marked(name, data)
    rota = read_rota(marked, directory, years, digest)
    if not changes:
        return rota
    # The changes may use the clocks of the offices, and are checked as one with the rota.
    beside = Marked(f"{Path(name).stem}.changes.yaml", changes)
    beside.content = {**beside.content, "offices": marked.content.get("offices", {})}
    return rota.plus(read_rota(beside, directory, years, digest))


def _bytes(path: Path, *, needed: bool = True) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if not needed:
            return b""
        broken = HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name}: there is no such file; HOLDFAST_ROTA_FILE")
    except OSError as error:
        broken = HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name}: cannot be read: {type(error).__name__}")
    raise broken
