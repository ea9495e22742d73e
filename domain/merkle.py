"""One hash over many, of which each can be shown to be part: the tree of RFC 9162, section 2.1."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").hexdigest()  # the root of a tree without leaves


def leaf(data: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes; another first byte than a leaf's, so that neither passes for the other."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> str:
    """The root (hex) over leaf hashes, in their order."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0].hex() if level else EMPTY


def path(leaves: Sequence[bytes], index: int) -> tuple[str, ...]:
    """What leads from the leaf at `index` to the root: the hashes (hex) beside it, from below."""
    level, beside = list(leaves), list[str]()
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            beside.append(level[neighbour].hex())
        level, index = _above(level), index // 2
    return tuple(beside)


def root_by(own: bytes, index: int, size: int, beside: Sequence[str]) -> str:
    """The root (hex) that a path leads to; "" if it is no path of a tree of `size` leaves."""
    left = list(beside)
    while size > 1:
        if index ^ 1 < size:  # the last one of an odd level goes up as it is
            if not left:
                return ""
            other = bytes.fromhex(left.pop(0))
            own = node(other, own) if index % 2 else node(own, other)
        index, size = index // 2, (size + 1) // 2
    return "" if left or index else own.hex()


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
