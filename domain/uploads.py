"""What somebody hands in with a request: bytes that nobody opens, and the name that their sender gave them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

from domain.attachments import LIMITS, SENTENCES, Limits, first_look, surplus
from domain.base import Strict

LONGEST_NAME = 255  # characters, what file systems allow; ours never sees one


def _of_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        wrong = ValueError("this is not base64")
    raise wrong  # outside the handler, so that no context carries the bytes


def _as_text(value: bytes) -> str:
    return base64.b64encode(value).decode()


Bytes64 = Annotated[
    bytes, BeforeValidator(_of_text), PlainSerializer(_as_text, return_type=str, when_used="json"), Field(repr=False)
]
"""Bytes that travel as base64 (RFC 4648) in JSON."""


class Upload(Strict):
    """One thing that was handed in. `name` is its sender's word: it is kept in the vault, and is never a path."""

    data: Bytes64
    name: Annotated[str, Field(max_length=LONGEST_NAME, repr=False)] = ""


def unfit(uploads: Sequence[Upload], limits: Limits = LIMITS) -> str:
    """Why these are not taken, for whoever is there to hand in others; empty if they are. Nothing is opened for it."""
    code = surplus(len(uploads), limits)
    if code is not None:
        return f"attachments: {SENTENCES[code]}"
    for number, each in enumerate(uploads, start=1):
        code = first_look(len(each.data), limits)
        if code is not None:
            return f"attachment {number}: {SENTENCES[code]}"
    return ""


def plain_name(name: str) -> str:
    """A name as it is kept: short, and without what no text may have in it."""
    return name.encode("utf-8", "replace").decode().replace("\x00", "")[:LONGEST_NAME]
