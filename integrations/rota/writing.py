"""Imported changes, written beside the rota file: the file that a person keeps is never rewritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from domain.errors import Code, HoldfastError
from domain.rota import Rota
from integrations.rota.file import changes_path
from integrations.rota.marked import Marked

_KINDS = ("swaps", "cover", "leave", "overrides")
_HEAD = "# Written by `holdfast rota import`, and read together with the rota. Take out what no longer holds.\n"


def with_changes(rota_file: Path, changes: Rota) -> bytes:
    """What the file of changes will say with these added to what it says.

    Raises:
        HoldfastError: `broken-configuration` if what is there cannot be read.
    """
    path = changes_path(rota_file)
    try:
        there = Marked(path.name, path.read_bytes()).content
    except FileNotFoundError:
        there = {}
    except OSError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name}: cannot be read: {type(error).__name__}") from None
    content = {kind: [*there.get(kind, []), *(_plain(each) for each in getattr(changes, kind))] for kind in _KINDS}
    body = yaml.safe_dump({kind: each for kind, each in content.items() if each}, sort_keys=False, allow_unicode=True)
    return (_HEAD + body).encode()


def keep(rota_file: Path, data: bytes) -> Path:
    """Put the file of changes there whole, or not at all."""
    path = changes_path(rota_file)
    fresh = path.with_suffix(".fresh")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name}: not written: {type(error).__name__}") from None
    return path


def _plain(change: Any) -> dict[str, Any]:
    given = change.model_dump(mode="json", exclude_defaults=True)
    span = {"from": _text(change.start), "to": _text(change.end)}
    return {**{name: value for name, value in given.items() if name not in ("start", "end")}, **span}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
