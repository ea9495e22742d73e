"""The deployment's keys on disk: made once by `holdfast setup`, read by whoever a role allows."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.acts import PublicKey
from domain.checkpoints import Notary
from domain.errors import Code, HoldfastError
from domain.signing import Signer, public_key
from integrations.base.keyring import new_ring, save_ring
from workers.settings import Settings


def make_keys(settings: Settings) -> list[str]:
    """Make whatever key is missing; never touches one that exists. Returns the names of the files made."""
    made = []
    for path in (settings.codec_ring, settings.store_ring):
        if not path.exists():
            save_ring(path, new_ring())
            made.append(path.name)
    if not settings.outside_key.exists():
        _write(settings.outside_key, secrets.token_bytes(32))
        made.append(settings.outside_key.name)
    pairs = ((settings.desk_key, settings.desk_public_key), (settings.notary_key, settings.notary_public_key))
    for key, public in pairs:
        if not key.exists() and not public.exists():
            private = Ed25519PrivateKey.generate()
            _write(key, private.private_bytes_raw())
            _write(public, private.public_key().public_bytes_raw().hex().encode())
            made += [key.name, public.name]
    return made


def outside_key(settings: Settings) -> bytes:
    """The key of ids that leave us, 32 bytes."""
    return _read(settings.outside_key)


def desk_signer(settings: Settings) -> Signer:
    """The desk's private key. Only the desk calls this."""
    return Signer(Ed25519PrivateKey.from_private_bytes(_read(settings.desk_key)))


def notary(settings: Settings) -> Notary:
    """The private key of checkpoints and exports. Only the desk calls this."""
    return Notary(Ed25519PrivateKey.from_private_bytes(_read(settings.notary_key)))


def trusted_keys(settings: Settings) -> tuple[PublicKey, ...]:
    """The public keys that this process believes of decisions, one hexadecimal key a line."""
    return _public(settings.desk_public_key)


def notary_keys(settings: Settings) -> tuple[PublicKey, ...]:
    """The public keys that this process believes of checkpoints; an older one stays in the file."""
    return _public(settings.notary_public_key)


def _public(path: Path) -> tuple[PublicKey, ...]:
    try:
        lines = path.read_text().split()
        return tuple(public_key(bytes.fromhex(line)) for line in lines)
    except (OSError, ValueError):
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} is missing; run holdfast setup") from None


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        shared = path.stat().st_mode & 0o077
    except OSError:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} is missing; run holdfast setup") from None
    if shared:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} must be readable by its owner only")
    if len(data) != 32:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{path.name} is not a key of 32 bytes")
    return data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
