"""Symmetric keys on disk: one active key seals, all keys of the ring open."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Code, HoldfastError

KEY_BYTES = 32  # AES-256


@dataclass(frozen=True, repr=False)
class KeyRing:
    """`keys` maps key id to 32 bytes; `active` names the one that seals. Its repr shows no key."""

    active: str
    keys: dict[str, bytes]

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active!r}, keys={sorted(self.keys)!r})"

    def rotated(self) -> KeyRing:
        """A ring with a new active key that still opens everything that the old ones sealed."""
        return self.extended().advanced()

    def extended(self) -> KeyRing:
        """A ring that knows one new key more and goes on sealing with the old one."""
        return KeyRing(self.active, {**self.keys, secrets.token_hex(4): secrets.token_bytes(KEY_BYTES)})

    @property
    def newest(self) -> str:
        """The key that was added last: the active one, or the one that becomes it."""
        return list(self.keys)[-1]

    def advanced(self) -> KeyRing:
        """A ring that seals with its newest key."""
        return KeyRing(self.newest, self.keys)


def new_ring() -> KeyRing:
    """A ring of one fresh random key."""
    return KeyRing("", {}).rotated()


def save_ring(path: Path, ring: KeyRing) -> None:
    """Write the ring as JSON, readable by its owner only (0600), in one step."""
    body = {
        "active": ring.active,
        "keys": {name: base64.b64encode(key).decode() for name, key in ring.keys.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(body, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load_ring(path: Path) -> KeyRing:
    """Read a ring.

    Raises:
        HoldfastError: `broken-configuration` when the file is missing, open to others or not a key ring.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} must be readable by its owner only")
        body = json.loads(path.read_text())
        keys = {name: base64.b64decode(key) for name, key in body["keys"].items()}
        ring = KeyRing(body["active"], keys)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} is not a readable key ring") from error
    if ring.active not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} has no usable active key")
    return ring
