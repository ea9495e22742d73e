"""What a backup says about itself: its parts and each file's hash, so that damage is found before a restore."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from domain.base import Model
from domain.errors import Code, HoldfastError

MANIFEST = "manifest.json"
_AT_ONCE = 1024 * 1024  # bytes


class FileSeal(Model):
    """`sha256` in hexadecimal, `size` in bytes."""

    sha256: str
    size: int


class Manifest(Model):
    """`files` by their path in the backup, with slashes. `rings`: names of the keys that the data needs, by ring; the
    names say nothing about the keys."""

    version: int = 1
    taken_at: datetime
    program: str
    namespace: str
    parts: tuple[str, ...]
    rings: dict[str, tuple[str, ...]]
    files: dict[str, FileSeal]


def seal_of(path: Path) -> FileSeal:
    """The hash and size of a file as it lies there."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while data := file.read(_AT_ONCE):
            digest.update(data)
            size += len(data)
    return FileSeal(sha256=digest.hexdigest(), size=size)


def files_below(folder: Path) -> dict[str, Path]:
    """Every file below a folder by its path from there; links are not followed."""
    found = (each for each in folder.rglob("*") if each.is_symlink() or each.is_file())
    return {each.relative_to(folder).as_posix(): each for each in sorted(found)}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup whose every file is as it was written.

    Raises:
        HoldfastError: `damaged`, naming the first file that is missing, altered or not ours; `invalid` if this is no
            backup, or one of a newer version.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        raise HoldfastError(Code.INVALID, "this folder holds no backup that can be read") from None
    if manifest.version != 1:
        raise HoldfastError(Code.INVALID, "a newer program made this backup")
    there = files_below(folder)
    there.pop(MANIFEST)
    for name in sorted(manifest.files.keys() | there.keys()):
        if name not in there:
            raise HoldfastError(Code.DAMAGED, f"{name} is missing")
        if name not in manifest.files:
            raise HoldfastError(Code.DAMAGED, f"{name} is not of this backup")
        if there[name].is_symlink() or seal_of(there[name]) != manifest.files[name]:
            raise HoldfastError(Code.DAMAGED, f"{name} is not as it was written")
    return manifest
