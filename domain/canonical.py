"""One canonical form, so that a digest means the same on every machine and in every version."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel


def canonical(value: BaseModel | Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; defaults are left out, so a later field with a default
    does not change an old digest.

    Raises:
        TypeError: for a set or anything else without one order.
    """
    plain = value
    if isinstance(value, BaseModel):
        _refuse_sets(value.model_dump(exclude_defaults=True))
        plain = value.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _refuse_sets(value: Any) -> None:
    # As JSON a set becomes a list whose order differs from process to process, and nothing says so.
    if isinstance(value, set | frozenset):
        raise TypeError("a set has no one order")
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            _refuse_sets(each)


def digest(value: BaseModel | Any) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal characters."""
    return hashlib.sha256(canonical(value)).hexdigest()
