"""How an entry is sealed and chained. The hash is over the ciphertext, so it outlives the key."""

from __future__ import annotations

import hashlib
import secrets
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.canonical import canonical
from domain.errors import Code, HoldfastError

GENESIS = "0" * 64  # what the first entry of a case names as its previous hash
_NONCE_BYTES = 12  # what NIST SP 800-38D recommends for GCM


class CaseKeySource(Protocol):
    """Where the keys of cases come from; `integrations.vault.keys.CaseKeys` is one. Calls may block."""

    def key(self, case: str) -> bytes:
        """32 bytes, made if there are none; `already-closed` after erasure."""
        ...

    def existing(self, case: str) -> bytes:
        """32 bytes; `unknown-key` if there are none, `already-closed` after erasure."""
        ...

    def erased(self, case: str) -> bool: ...


def link(previous: str, case: str, sequence: int, entry_id: str, ciphertext: bytes) -> str:
    """SHA-256 (hex) of the canonical JSON list [previous, case, sequence, entry id, SHA-256 of ciphertext].

    A list and not a bare concatenation, so that no two different links have the same bytes.
    """
    content = hashlib.sha256(ciphertext).hexdigest()
    return hashlib.sha256(canonical([previous, case, sequence, entry_id, content])).hexdigest()


def seal(key: bytes, case: str, sequence: int, entry_id: str, body: bytes) -> bytes:
    """12 bytes of nonce, then AES-256-GCM with the entry's place bound into the tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, body, _place(case, sequence, entry_id))


def unseal(key: bytes, case: str, sequence: int, entry_id: str, ciphertext: bytes) -> bytes:
    """The inverse of `seal`.

    Raises:
        HoldfastError: `tampered` if the ciphertext is not what this key sealed for this place.
    """
    nonce, sealed = ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _place(case, sequence, entry_id))
    except (InvalidTag, ValueError) as error:
        raise HoldfastError(Code.TAMPERED, f"ledger of {case!r}, entry {sequence}") from error


def _place(case: str, sequence: int, entry_id: str) -> bytes:
    return b"ledger\x00" + canonical([case, sequence, entry_id])
