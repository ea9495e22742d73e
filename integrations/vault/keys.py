"""One data key per case, so that erasing a case is destroying 32 bytes."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import Code, HoldfastError
from integrations.base.keyring import KEY_BYTES, KeyRing
from integrations.vault.durable import drafts, private_directory, write_once, write_over

_NONCE_BYTES = 12  # what NIST SP 800-38D recommends for GCM
_TOMBSTONE = json.dumps({"erased": True}).encode()


def key_scope(case: str) -> str:
    """The case whose key is used: the review `EDR-AAAAA-BBBBB/review` shares the key of `EDR-AAAAA-BBBBB`.

    Raises:
        HoldfastError: `unknown-case` if nothing stands before the slash.
    """
    scope = case.partition("/")[0]
    if not scope:
        raise HoldfastError(Code.UNKNOWN_CASE)
    return scope


def scope_name(case: str) -> str:
    """A file name for a case: 32 hexadecimal characters, whatever the id contains."""
    return hashlib.sha256(key_scope(case).encode()).hexdigest()[:32]


class CaseKeys:
    """The data keys, one file per case in `root`, each wrapped (AES-256-GCM) by the ring's active key.

    Nothing is kept in memory: a key that another process erased is gone here too. All calls block on the
    disk; call them off the event loop.
    """

    def __init__(self, root: Path, ring: KeyRing) -> None:
        self._root = root
        self._ring = ring

    def key(self, case: str) -> bytes:
        """The 32 bytes of the case, made at the first call. Processes that call at once agree on one key.

        Raises:
            HoldfastError: `already-closed` after erasure, `unknown-key` if the wrapping key is not on the ring,
                `tampered` if the file was changed.
        """
        path = self._path(case)
        if not path.exists():
            private_directory(self._root)
            write_once(path, self._wrap(case, secrets.token_bytes(KEY_BYTES)))
        return self.existing(case)

    def existing(self, case: str) -> bytes:
        """As `key`, but never makes one.

        Raises:
            HoldfastError: as `key`; `unknown-key` too if the case has none.
        """
        try:
            body = self._path(case).read_bytes()
        except FileNotFoundError:
            raise HoldfastError(Code.UNKNOWN_KEY, "the case has no data key") from None
        if body == _TOMBSTONE:
            raise HoldfastError(Code.ALREADY_CLOSED, "its key was erased")
        return self._unwrap(case, body)

    def erased(self, case: str) -> bool:
        """Whether the key was destroyed on purpose; False for a case that never had one."""
        try:
            return self._path(case).read_bytes() == _TOMBSTONE
        except FileNotFoundError:
            return False

    def erase(self, case: str) -> None:
        """Destroy the key for ever, also one that was never made. A second call does no harm.

        The tombstone takes the key's own name, so that no process can make a new key beside it. Copies that
        a file system or a backup keeps are out of reach here; they are still wrapped.
        """
        private_directory(self._root)
        with self._alone():
            self._destroy(self._path(case))

    def rewrap(self, case: str) -> bool:
        """Wrap the case's key by the ring's active key; False if it is already, was erased or never made.

        Raises:
            HoldfastError: `unknown-key` or `tampered`; the file is as it was.
        """
        path = self._path(case)
        if not path.exists():
            return False
        # An erasure between reading and writing would be undone by the writing.
        with self._alone():
            body = path.read_bytes()
            if body == _TOMBSTONE or _kek_of(body) == self._ring.active:
                return False
            write_over(path, self._wrap(case, self._unwrap(case, body)))
        return True

    def stale(self, case: str) -> bool:
        """Whether `rewrap` would have something to do."""
        try:
            body = self._path(case).read_bytes()
        except FileNotFoundError:
            return False
        return body != _TOMBSTONE and _kek_of(body) != self._ring.active

    def wrapped_by(self) -> Counter[str]:
        """How many cases' keys each key of the ring wraps, by its name; "" counts what cannot be read."""
        bodies = (each.read_bytes() for each in self._root.glob("*.key"))
        return Counter(_kek_of(body) for body in bodies if body != _TOMBSTONE)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of all processes; the lock is on the directory and ends with its descriptor."""
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _destroy(self, path: Path) -> None:
        doomed = [*drafts(path), path]
        descriptors = [os.open(each, os.O_RDWR) for each in doomed if each.exists()]
        try:
            write_over(path, _TOMBSTONE)
            for descriptor in descriptors:
                # After the rename, so that nobody reads a half-destroyed key under the case's name.
                os.pwrite(descriptor, secrets.token_bytes(os.fstat(descriptor).st_size), 0)
                os.fsync(descriptor)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        for leftover in drafts(path):
            leftover.unlink(missing_ok=True)

    def _path(self, case: str) -> Path:
        return self._root / f"{scope_name(case)}.key"

    def _wrap(self, case: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        wrapped = nonce + AESGCM(self._ring.keys[self._ring.active]).encrypt(nonce, key, _bound_to(case))
        body = {"kek": self._ring.active, "wrapped": base64.b64encode(wrapped).decode()}
        return json.dumps(body).encode()

    def _unwrap(self, case: str, body: bytes) -> bytes:
        try:
            parsed = json.loads(body)
            kek, wrapped = str(parsed["kek"]), base64.b64decode(parsed["wrapped"], validate=True)
        except (ValueError, KeyError, TypeError) as error:
            raise HoldfastError(Code.TAMPERED, "case key") from error
        if kek not in self._ring.keys:
            raise HoldfastError(Code.UNKNOWN_KEY, f"wrapping key {kek!r}")
        try:
            cipher = AESGCM(self._ring.keys[kek])
            return cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound_to(case))
        except (InvalidTag, ValueError) as error:
            raise HoldfastError(Code.TAMPERED, "case key") from error


def _kek_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["kek"])
    except (ValueError, KeyError, TypeError):
        return ""


def _bound_to(case: str) -> bytes:
    return b"case-key\x00" + key_scope(case).encode()
