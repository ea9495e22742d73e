"""Stand-in for a keeper of hash lists: a copy of its list, over invented bytes. All of it is SYNTHETIC."""

from __future__ import annotations

import hashlib
from pathlib import Path

NAME = "SYNTHETIC list"
# What the list knows. Nobody needs more than these sentences to see that a known file is sealed.
KNOWN: dict[str, bytes] = {
    "SYNTHETIC-1": b"SYNTHETIC: the bytes of a file that a list knows",
    "SYNTHETIC-2": b"SYNTHETIC: the bytes of another file that a list knows",
}


def text() -> str:
    """The list as its keeper would hand it out: `algorithm hash label`, one entry a line."""
    lines = ["# SYNTHETIC: hashes of invented sentences"]
    for label, data in KNOWN.items():
        lines.append(f"sha256 {hashlib.sha256(data).hexdigest()} {label}")
        lines.append(f"md5 {hashlib.md5(data, usedforsecurity=False).hexdigest()} {label}")
    return "\n".join(lines) + "\n"


def write(path: Path) -> Path:
    """Put a copy of the list there."""
    path.write_text(text())
    return path
