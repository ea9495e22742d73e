"""What the test procedures exchange. Synthetic. Passed through the sandbox, as `domain` is."""

from __future__ import annotations

from domain.base import Model


class Envelope(Model):
    text: str


class Story(Model):
    """A text that must not be found anywhere, and how the case that carries it ends."""

    text: str
    fail: bool = False
    child: bool = True
