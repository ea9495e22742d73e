"""What people read in this repository, as the tests of it see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import console

ROOT = Path(console.__file__).parents[1]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Every Markdown page that is ours: those at the root, and all of `docs/`."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(text: str) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", text)


def blocks(text: str, language: str) -> Iterator[str]:
    """The code blocks in one language."""
    return (body for name, body in _FENCE.findall(text) if name == language)


def anchors(text: str) -> set[str]:
    """The anchors that a host makes of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
