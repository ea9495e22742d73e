"""A hash list in a file, as keepers of such lists hand out copies: `algorithm hash label`, one entry a line."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from domain.attachments import Digests, Hit
from domain.errors import Code, HoldfastError

_LINE = re.compile(r"(?P<algorithm>md5|sha1|sha256) (?P<hash>[0-9a-f]+) (?P<label>[\w.-]{1,64})")
_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64}


class HashListFile:
    """Reads the file again whenever it changes; lines that begin with `#` are comments.

    A missing, empty or unreadable list never means that nothing is known: it is an error, and nothing is drawn.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._seen: tuple[int, int] | None = None
        self._known: dict[tuple[str, str], str] = {}

    async def entries(self) -> int:
        """How many hashes it holds.

        Raises:
            HoldfastError: as `look_up`.
        """
        await asyncio.to_thread(self._refresh)
        return len(self._known)

    async def look_up(self, digests: Digests) -> Hit | None:
        """The entry that knows one of these hashes, the strongest algorithm first.

        Raises:
            HoldfastError: `broken-configuration` naming the line, if the list cannot be used.
        """
        await asyncio.to_thread(self._refresh)
        for algorithm in ("sha256", "sha1", "md5"):
            label = self._known.get((algorithm, getattr(digests, algorithm)))
            if label is not None:
                return Hit(list_name=self._name, label=label, algorithm=algorithm)
        return None

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp != self._seen:
                self._known = _entries(self._path.read_text())
                self._seen = stamp
        except (OSError, UnicodeDecodeError):
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"hash list {self._name!r} cannot be read") from None


class NoHashList:
    """Where no list is set: what nobody could look up may not be looked at, so nothing is examined."""

    async def look_up(self, digests: Digests) -> Hit | None:
        """Raises:
        HoldfastError: `broken-configuration`, always.
        """
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "HOLDFAST_HASH_LIST is not set, so no attachment is examined")


def _entries(text: str) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = _LINE.fullmatch(line.strip())
        if entry is None or len(entry["hash"]) != _LENGTHS[entry["algorithm"]]:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"hash list, line {number}")
        found[entry["algorithm"], entry["hash"]] = entry["label"]
    if not found:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "the hash list is empty")
    return found
