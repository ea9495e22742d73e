"""Files that exist whole or not at all, are on the disk when the call returns, and are ours alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def private_directory(path: Path) -> None:
    """Create a directory and its missing parents with mode 0700, durably."""
    if path.is_dir():
        return
    private_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_once(path: Path, data: bytes) -> bool:
    """Create a file of mode 0600; False if the name is taken (it is not touched then).

    Of several processes exactly one gets True, and nobody ever reads half a file.
    """
    draft = _draft(path, data)
    try:
        os.link(draft, path)
        return True
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
        # The loser syncs too: it goes on to use the winner's file, which must not vanish under it.
        sync_directory(path.parent)


def write_over(path: Path, data: bytes) -> None:
    """Put a file of mode 0600 in the place of whatever is there, in one step."""
    _draft(path, data).replace(path)
    sync_directory(path.parent)


def drafts(path: Path) -> list[Path]:
    """What a crash in the middle of writing `path` may have left beside it."""
    return sorted(path.parent.glob(f".{path.name}.*.new"))


def _draft(path: Path, data: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft
