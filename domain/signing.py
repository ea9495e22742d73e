"""Encryption keeps secrets; it does not prove who decided. Signatures do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from domain.acts import PublicKey, Signed, Statement
from domain.errors import Code
from domain.refusal import Refused

_CONTEXT = b"holdfast decision v1\x00"


def public_key(raw: bytes) -> PublicKey:
    """A public key with its id, the first 16 hexadecimal characters of its SHA-256."""
    return PublicKey(id=hashlib.sha256(raw).hexdigest()[:16], ed25519=raw.hex())


class Signer:
    """Holds the desk's private key; only the desk has one."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = public_key(private.public_key().public_bytes_raw())

    def sign(self, statement: Statement) -> Signed:
        return self.sign_text(_CONTEXT, statement.model_dump_json())

    def sign_text(self, context: bytes, body: str) -> Signed:
        """Sign a text for one purpose; a signature for another does not fit."""
        signature = self._private.sign(context + body.encode())
        return Signed(body=body, key_id=self.public.id, signature=signature.hex())


def open_statement(signed: Signed, trusted: Iterable[PublicKey]) -> Statement | Refused:
    """The statement if one of the trusted keys signed exactly this text, else why not."""
    body = open_text(_CONTEXT, signed, trusted)
    if isinstance(body, Refused):
        return body
    try:
        return Statement.model_validate_json(body)
    except ValidationError:
        return Refused(code=Code.UNREADABLE)


def open_text(context: bytes, signed: Signed, trusted: Iterable[PublicKey]) -> str | Refused:
    """The text if one of the trusted keys signed exactly it for this purpose, else why not."""
    key = next((each for each in trusted if each.id == signed.key_id), None)
    if key is None:
        return Refused(code=Code.FORGED)
    try:
        raw = bytes.fromhex(signed.signature)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.ed25519)).verify(raw, context + signed.body.encode())
    except (InvalidSignature, ValueError):
        return Refused(code=Code.FORGED)
    return signed.body
