"""Sealing bytes at rest with the deployment's ring: for what waits outside Temporal and outside a case's vault."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import Code, HoldfastError
from integrations.base.keyring import KeyRing

_NONCE = 12


class Sealer:
    """AES-256-GCM with the name bound as associated data."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, name: str, data: bytes) -> bytes:
        """Key id, a zero byte, nonce, ciphertext."""
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._ring.keys[self._ring.active]).encrypt(nonce, data, name.encode())
        return self._ring.active.encode() + b"\x00" + nonce + sealed

    def open(self, name: str, sealed: bytes) -> bytes:
        """The plain bytes.

        Raises:
            HoldfastError: `unknown-key` or `tampered`.
        """
        key_id, _, rest = sealed.partition(b"\x00")
        key = self._ring.keys.get(key_id.decode(errors="replace"))
        if key is None:
            raise HoldfastError(Code.UNKNOWN_KEY)
        try:
            return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise HoldfastError(Code.TAMPERED) from error
