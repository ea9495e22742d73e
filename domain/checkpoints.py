"""What all chains stood at, each minute, signed: what makes a chain that was cut, or a case that is gone, show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from domain import merkle
from domain.acts import PublicKey
from domain.base import Model
from domain.canonical import canonical, digest
from domain.signing import public_key

GENESIS = "0" * 64  # what the first checkpoint names as the one before it
CHECKPOINT = b"holdfast checkpoint v1\x00"
EXPORT = b"holdfast export v1\x00"


class Vouched(Model):
    """Where a case's chain stood: the sequence of its last entry and that entry's hash (hex)."""

    case: str
    sequence: int
    hash: str


class Checkpoint(Model):
    """What is signed. `number` counts from 1, `at` is UTC, `previous` the hash of the checkpoint before; `root` is
    over the heads of all `cases` that ever had one, sorted by id; `moved` is the digest of those that moved on."""

    number: int
    at: datetime
    previous: str
    root: str
    cases: int
    moved: str


class Signature(Model):
    """An Ed25519 signature (hex) and the id of its key."""

    key_id: str
    signature: str


class SealedCheckpoint(Signature):
    """A checkpoint as it is kept and sent: the signed text (JSON) and the heads that moved since the one before.

    The text stands as it was signed: whoever reads it in ten years need not write it the same way.
    """

    body: str
    heads: tuple[Vouched, ...] = ()

    @property
    def hash(self) -> str:
        """What the next one names as `previous`: SHA-256 (hex) of the text."""
        return hashlib.sha256(self.body.encode()).hexdigest()

    def read(self) -> Checkpoint | None:
        """What the text says; None if it is no checkpoint."""
        try:
            return Checkpoint.model_validate_json(self.body)
        except ValidationError:
            return None


class Proof(Model):
    """That a head is under a checkpoint's root: its place among `size` leaves, and the hashes beside its way up."""

    head: Vouched
    index: int
    size: int
    path: tuple[str, ...]


class Made(Model):
    """What making a checkpoint gave: the newest one, whether it is new, and the cases that were set back since."""

    checkpoint: SealedCheckpoint
    new: bool
    back: tuple[str, ...] = ()


class Notary:
    """Holds the private key of checkpoints and exports. Its own key: who decides and what happened are two things."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = public_key(private.public_key().public_bytes_raw())

    def sign(self, context: bytes, body: str) -> Signature:
        """Sign a text for one purpose; a signature for another does not fit."""
        return Signature(key_id=self.public.id, signature=self._private.sign(context + body.encode()).hex())

    def seal(
        self, number: int, at: datetime, previous: str, heads: Mapping[str, Vouched], moved: Sequence[Vouched]
    ) -> SealedCheckpoint:
        """A checkpoint over `heads`, of which `moved` are other than in the one before."""
        said = Checkpoint(
            number=number,
            at=at,
            previous=previous,
            root=root_of(heads),
            cases=len(heads),
            moved=digest_of(moved),
        )
        body = said.model_dump_json()
        return SealedCheckpoint(body=body, heads=tuple(moved), **self.sign(CHECKPOINT, body).model_dump())


def signed_by(trusted: Iterable[PublicKey], context: bytes, body: str, by: Signature) -> bool:
    """Whether one of the trusted keys signed exactly this text for this purpose."""
    for key in trusted:
        if key.id == by.key_id:
            try:
                public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.ed25519))
                public.verify(bytes.fromhex(by.signature), context + body.encode())
            except (InvalidSignature, ValueError):
                continue
            return True
    return False


def leaf_of(head: Vouched) -> bytes:
    """The leaf of a head: over the canonical JSON list [case, sequence, hash]."""
    return merkle.leaf(canonical([head.case, head.sequence, head.hash]))


def root_of(heads: Mapping[str, Vouched]) -> str:
    """The root over heads by case id, in the order of their code points."""
    return merkle.root([leaf_of(heads[case]) for case in sorted(heads)])


def digest_of(moved: Sequence[Vouched]) -> str:
    """The digest of the heads that moved, in the order in which they are kept."""
    return digest([[each.case, each.sequence, each.hash] for each in moved])


def proof_of(heads: Mapping[str, Vouched], case: str) -> Proof:
    """That `case` is among these heads; a KeyError if it is not."""
    order = sorted(heads)
    head, index = heads[case], order.index(case)
    path = merkle.path([leaf_of(heads[each]) for each in order], index)
    return Proof(head=head, index=index, size=len(order), path=path)


def moved_since(
    before: Mapping[str, Vouched], now: Mapping[str, Vouched]
) -> tuple[tuple[Vouched, ...], tuple[str, ...]]:
    """The heads that moved on, and the cases that did not stay what they were (gone, shorter, or with another hash).

    A checkpoint never takes back what an earlier one vouched for: the latter keep the head they had.
    """
    on, back = list[Vouched](), list[str]()
    for case in sorted(before.keys() | now.keys()):
        was, is_ = before.get(case), now.get(case)
        if is_ is not None and (was is None or is_.sequence > was.sequence):
            on.append(is_)
        elif is_ != was:
            back.append(case)
    return tuple(on), tuple(back)
