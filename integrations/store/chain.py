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
    return _seal(key, _place(case, sequence, entry_id), body)


def unseal(key: bytes, case: str, sequence: int, entry_id: str, ciphertext: bytes) -> bytes:
    """The inverse of `seal`.

    Raises:
        HoldfastError: `tampered` if the ciphertext is not what this key sealed for this place.
    """
    return _unseal(key, _place(case, sequence, entry_id), ciphertext, f"ledger of {case!r}, entry {sequence}")


def seal_copy(key: bytes, case: str, sequence: int, copy: bytes) -> bytes:
    """As `seal`, for the copy of a case's state as of entry `sequence`."""
    return _seal(key, _place_of_copy(case, sequence), copy)


def unseal_copy(key: bytes, case: str, sequence: int, ciphertext: bytes) -> bytes:
    """The inverse of `seal_copy`.

    Raises:
        HoldfastError: `tampered` if the ciphertext is not what this key sealed for this case and entry.
    """
    return _unseal(key, _place_of_copy(case, sequence), ciphertext, f"copy of {case!r}")


def _seal(key: bytes, place: bytes, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def _unseal(key: bytes, place: bytes, ciphertext: bytes, what: str) -> bytes:
    nonce, sealed = ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, place)
    except (InvalidTag, ValueError) as error:
        raise HoldfastError(Code.TAMPERED, what) from error


def _place(case: str, sequence: int, entry_id: str) -> bytes:
    return b"ledger\x00" + canonical([case, sequence, entry_id])


def _place_of_copy(case: str, sequence: int) -> bytes:
    return b"copy\x00" + canonical([case, sequence])
