"""Seals every payload for one case, so that Temporal stores nothing it could read, alter or move to another case."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from domain.errors import Code
from domain.refusal import Refused
from integrations.base.keyring import KeyRing

SEALED = b"binary/holdfast-sealed"
REFUSED = b"json/holdfast-refused"
LOOSE = "holdfast-loose"  # metadata key of a payload that was sealed for no case but opened inside one

_NONCE_BYTES = 12  # the size AES-GCM is defined for (NIST SP 800-38D, 8.2)


def refused_payload(code: Code) -> Payload:
    """The value that stands in for a payload that was not accepted."""
    data = Refused(code=code).model_dump_json().encode()
    return Payload(metadata={"encoding": REFUSED}, data=data)


def _bound(namespace: bytes, case: bytes, key_id: bytes) -> bytes:
    # Length-prefixed, so that no two different triples give the same bytes.
    parts = (SEALED, namespace, case, key_id)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class SealingCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM over the whole payload; namespace and workflow id in clear metadata, bound as associated data.

    `encode` always seals. `decode` never raises: what it does not accept becomes a payload of encoding
    `json/holdfast-refused` (`unsealed`, `tampered`, `sealed-for-another-case`, `unknown-key`).

    Temporal hands the codec the workflow id for arguments, results, signals, updates, queries, memos, heartbeats,
    failures and child workflows (the child's id). It hands none for headers that a client sends, nor for an activity
    completed by task token: those are sealed for no case, and inside a case only header readers accept them. A
    Temporal Schedule hands only an id prefix, so nothing sealed can be started from one.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._active = ring.active
        self._ciphers = {name.encode(): AESGCM(key) for name, key in ring.keys.items()}
        self._namespace = b""
        self._case = b""

    def with_context(self, context: SerializationContext) -> Self:
        """The same codec, sealing for and opening only what belongs to the context's workflow."""
        bound = object.__new__(type(self))
        bound._active, bound._ciphers = self._active, self._ciphers
        bound._namespace = bound._case = b""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            bound._namespace = context.namespace.encode()
            bound._case = (context.workflow_id or "").encode()
        return bound

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """One sealed payload for each given one."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """One payload for each given one: opened, or the refusal that takes its place."""
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        key_id = self._active.encode()
        nonce = os.urandom(_NONCE_BYTES)
        bound = _bound(self._namespace, self._case, key_id)
        text = self._ciphers[key_id].encrypt(nonce, payload.SerializeToString(), bound)
        return Payload(
            metadata={
                "encoding": SEALED,
                "key-id": key_id,
                "namespace": self._namespace,
                "workflow-id": self._case,
            },
            data=nonce + text,
        )

    def _open(self, payload: Payload) -> Payload:
        meta = payload.metadata
        if meta.get("encoding") != SEALED:
            return refused_payload(Code.UNSEALED)
        key_id, case, namespace = (meta.get(name, b"") for name in ("key-id", "workflow-id", "namespace"))
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            return refused_payload(Code.UNKNOWN_KEY)
        if self._case and case and (namespace, case) != (self._namespace, self._case):
            return refused_payload(Code.OTHER_CASE)
        nonce, text = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            opened = Payload.FromString(cipher.decrypt(nonce, text, _bound(namespace, case, key_id)))
        except (InvalidTag, ValueError, DecodeError):  # ValueError: a nonce or text too short to be one
            return refused_payload(Code.TAMPERED)
        if self._case and not case:
            opened.metadata[LOOSE] = b"true"
        return opened
