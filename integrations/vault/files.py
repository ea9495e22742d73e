"""The vault on a disk: what history may not carry lies here, unreadable without the key of its case."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.canonical import canonical
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.ids import hashed
from integrations.vault.durable import private_directory, write_once
from integrations.vault.keys import CaseKeys, key_scope, scope_name

_NONCE_BYTES = 12  # what NIST SP 800-38D recommends for GCM
_ID = re.compile(r"[0-9a-f]{24}")


class FileVault:
    """One directory per case under `root` (0700), one file per document (0600).

    A file is nonce, then AES-256-GCM over one line of JSON (the kind) and the bytes; the tag binds the case and the
    document's id. A case and its review share one directory, as they share one key.
    """

    def __init__(self, root: Path, keys: CaseKeys) -> None:
        self._root = root
        self._keys = keys

    async def put(self, case: str, kind: EvidenceKind, data: bytes, *, name: str) -> EvidenceRef:
        """Store once per (case, name); the same bytes again return the first reference.

        Raises:
            HoldfastError: `duplicate-key` if the name holds other bytes, `already-closed` after erasure,
                `tampered` if what is stored under the name no longer opens.
        """
        return await asyncio.to_thread(self._put, case, kind, data, name)

    async def find(self, case: str, name: str) -> EvidenceRef | None:
        """The reference stored under this name, or None.

        Raises:
            HoldfastError: as `put`.
        """
        return await asyncio.to_thread(self._find, case, name)

    async def get(self, case: str, ref: EvidenceRef) -> bytes:
        """The plain bytes of a document.

        Raises:
            HoldfastError: `unknown-case` if the case has no such document, `tampered` if tag, hash, size or kind
                do not fit the reference, `already-closed` after erasure, `unknown-key` if the key is lost.
        """
        return await asyncio.to_thread(self._get, case, ref)

    async def documents(self, case: str) -> Sequence[EvidenceRef]:
        """Everything stored of a case and its review, by id; none after erasure.

        Raises:
            HoldfastError: `tampered` naming a document that no longer opens, `unknown-key` if the key is lost.
        """
        return await asyncio.to_thread(self._documents, case)

    async def erase(self, case: str) -> None:
        """Destroy the case's key, and with it the case's review's."""
        await asyncio.to_thread(self._keys.erase, case)

    def _put(self, case: str, kind: EvidenceKind, data: bytes, name: str) -> EvidenceRef:
        key = self._keys.key(case)
        document = hashed(key, "evidence", canonical([case, name]).decode())
        path = self._path(case, document)
        if not path.exists():
            private_directory(path.parent)
            if write_once(path, _seal(key, case, document, kind, data)):
                return _ref(document, kind, data)
        first_kind, stored = _open(key, case, document, path.read_bytes())
        if stored != data:
            raise HoldfastError(Code.DUPLICATE_KEY, f"document {document!r}")
        return _ref(document, first_kind, stored)

    def _find(self, case: str, name: str) -> EvidenceRef | None:
        key = self._keys.key(case)
        document = hashed(key, "evidence", canonical([case, name]).decode())
        path = self._path(case, document)
        if not path.exists():
            return None
        return _ref(document, *_open(key, case, document, path.read_bytes()))

    def _get(self, case: str, ref: EvidenceRef) -> bytes:
        if self._keys.erased(case):
            raise HoldfastError(Code.ALREADY_CLOSED, "its key was erased")
        if _ID.fullmatch(ref.id) is None:
            raise HoldfastError(Code.UNKNOWN_CASE)
        try:
            sealed = self._path(case, ref.id).read_bytes()
        except FileNotFoundError:
            raise HoldfastError(Code.UNKNOWN_CASE) from None
        kind, data = _open(self._keys.existing(case), case, ref.id, sealed)
        if _ref(ref.id, kind, data) != ref:
            raise HoldfastError(Code.TAMPERED, f"document {ref.id!r}")
        return data

    def _documents(self, case: str) -> list[EvidenceRef]:
        folder = self._root / scope_name(case)
        if self._keys.erased(case) or not folder.is_dir():
            return []
        names = sorted(each.name for each in folder.iterdir() if _ID.fullmatch(each.name))
        key = self._keys.existing(case) if names else b""
        return [_ref(name, *_open(key, case, name, (folder / name).read_bytes())) for name in names]

    def _path(self, case: str, document: str) -> Path:
        return self._root / scope_name(case) / document


def _ref(document: str, kind: EvidenceKind, data: bytes) -> EvidenceRef:
    return EvidenceRef(id=document, kind=kind, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _bound_to(case: str, document: str) -> bytes:
    return b"vault\x00" + canonical([key_scope(case), document])


def _seal(key: bytes, case: str, document: str, kind: EvidenceKind, data: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = canonical({"kind": kind.value}) + b"\n" + data
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(case, document))


def _open(key: bytes, case: str, document: str, sealed: bytes) -> tuple[EvidenceKind, bytes]:
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(case, document))
    except (InvalidTag, ValueError) as error:
        raise HoldfastError(Code.TAMPERED, f"document {document!r}") from error
    header, _, data = plain.partition(b"\n")
    return EvidenceKind(json.loads(header)["kind"]), data
