"""What becomes of something that was sent with a request: pages that may be looked at, a refusal, or a seal.

Nobody opens an original. What is accepted is what a confined reader drew; what is refused stays closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.base import Model
from domain.document_checks import Signal
from domain.evidence import EvidenceRef


class Media(StrEnum):
    """What is on the list, by content; a file's name says nothing. Everything else is refused."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


class Refusal(StrEnum):
    """Why an attachment is refused. A code never changes its meaning; sentences may be improved."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    NOT_LISTED = "not-on-the-list"
    ARCHIVE = "archive"
    OFFICE = "office-document"
    MACROS = "macros"
    MESSAGE = "message"
    TWO_IN_ONE = "two-in-one"
    ENCRYPTED = "encrypted"
    JAVASCRIPT = "javascript"
    LAUNCH = "launch-action"
    OUTWARD = "outward-action"
    EMBEDDED = "embedded-file"
    ACTIVE = "active-content"
    TOO_MANY_PAGES = "too-many-pages"
    PAGE_TOO_LARGE = "page-too-large"
    DAMAGED = "damaged"
    TOOK_TOO_LONG = "took-too-long"
    TOO_MUCH_MEMORY = "too-much-memory"
    TOO_MUCH_OUTPUT = "too-much-output"
    BROKE_THE_READER = "broke-the-reader"
    NOT_EXAMINED = "not-examined"


SENTENCES: dict[Refusal, str] = {
    Refusal.EMPTY: "It is empty; ask for it again.",
    Refusal.TOO_LARGE: "It is larger than 25 MB; ask for the pages that matter, as a PDF.",
    Refusal.TOO_MANY: "More than ten things were attached; ask for one PDF.",
    Refusal.NOT_LISTED: "Only PDF, PNG and JPEG are accepted; ask for a PDF.",
    Refusal.ARCHIVE: "It is an archive, and nobody unpacks it; ask for the pages as a PDF.",
    Refusal.OFFICE: "Office documents are not on the list, with or without macros; ask for it as a PDF.",
    Refusal.MACROS: "It is an office document with a program in it; tell security, and ask for a PDF.",
    Refusal.MESSAGE: "It is a whole mail with what was attached to it; ask for the document itself.",
    Refusal.TWO_IN_ONE: "It is a document and an archive at once, which no scanner makes; tell security.",
    Refusal.ENCRYPTED: "It is encrypted or has a password; ask for it without, through the portal.",
    Refusal.JAVASCRIPT: "It has a script in it; tell security, and ask for a printed and scanned copy.",
    Refusal.LAUNCH: "It tries to start a program; tell security.",
    Refusal.OUTWARD: "It tries to send something or to open another file; ask for a printed and scanned copy.",
    Refusal.EMBEDDED: "It has other files inside; ask for the pages alone.",
    Refusal.ACTIVE: "It has film, sound or a living form in it; ask for a printed and scanned copy.",
    Refusal.TOO_MANY_PAGES: "It has more than twenty pages; ask for those that matter.",
    Refusal.PAGE_TOO_LARGE: "A page or picture of it is far larger than a sheet; ask for an ordinary scan.",
    Refusal.DAMAGED: "It is damaged and cannot be read; ask for it again.",
    Refusal.TOOK_TOO_LONG: "Reading it took too long, so it was stopped; ask for a printed and scanned copy.",
    Refusal.TOO_MUCH_MEMORY: "Reading it took too much memory, so it was stopped; ask for a plain scan.",
    Refusal.TOO_MUCH_OUTPUT: "Reading it yielded far more than such a document has; it was stopped, tell security.",
    Refusal.BROKE_THE_READER: "It made the reader crash; tell security, and ask for a plain scan.",
    Refusal.NOT_EXAMINED: "Nobody could have it examined; decide without it, or ask for it again.",
}

# Somebody built these; a person of security should hear of them.
SUSPICIOUS = frozenset(
    {
        Refusal.MACROS,
        Refusal.TWO_IN_ONE,
        Refusal.JAVASCRIPT,
        Refusal.LAUNCH,
        Refusal.TOO_MUCH_OUTPUT,
        Refusal.BROKE_THE_READER,
    }
)


class Limits(Model):
    """How much one request may send. `side` is in points (1/72 inch), pixels are width times height."""

    attachments: int = 10  # a request, its letter and a few pictures
    size: int = 25 * 1024 * 1024  # what mail systems let through at most
    pages: int = 20  # nobody reads more within an emergency
    side: int = 1700  # A2: a folded map, not a wall
    decoded: int = 40_000_000  # the photograph of a good telephone
    drawn: int = 4_000_000  # a sheet at 150 dots per inch has half of it
    characters: int = 200_000  # twenty densely written pages have half of it


LIMITS = Limits()


class Digests(Model):
    """Hashes of a file's bytes in lower-case hexadecimal, by the algorithms in which lists are shared."""

    md5: str
    sha1: str
    sha256: str


def digests_of(data: bytes) -> Digests:
    """All three over the plain bytes."""
    return Digests(
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(data).hexdigest(),
    )


class Hit(Model):
    """A known hash: on which list, under which of its own entry's labels, by which algorithm, and whether the whole
    file is known or a picture inside it."""

    list_name: str
    label: str
    algorithm: str
    inside: bool = False


class DrawnPage(Model):
    """One page as the reader drew it: a PNG made by us from bare pixels."""

    width: int
    height: int
    png: bytes


class Drawn(Model):
    """All that was read of a document. `text` is empty where it is a picture: nothing guesses letters from pixels."""

    pages: tuple[DrawnPage, ...]
    text: str = ""


class NotDrawn(Model):
    """The reader did not, and why."""

    code: Refusal


class Page(Model):
    """A page in the vault: the only form in which a person may look at it. Numbers begin at one."""

    number: int
    width: int
    height: int
    image: EvidenceRef


class Accepted(Model):
    """Pages and text, both in the vault. `signals` are codes for people, never a decision; `reading` holds what they
    rest on, and every way of contact that the document quotes: nobody ever calls or opens one of those."""

    outcome: Literal["accepted"] = "accepted"
    media: Media
    pages: tuple[Page, ...]
    text: EvidenceRef | None = None
    reading: EvidenceRef
    signals: tuple[Signal, ...] = ()
    never_call: int = 0


class Declined(Model):
    """The attachment is refused; it stays closed in the vault."""

    outcome: Literal["refused"] = "refused"
    code: Refusal


class Sealed(Model):
    """A hash list knows it. It was not drawn, nobody may look at it, and `must_open` must be opened at once.

    18 USC 2258A(a)(1): what counts is the provider's knowledge; a match is not a person's view of the whole file, so
    `viewed` stays false and a report says so. `record` holds the list, the entry and the algorithm.
    """

    outcome: Literal["sealed"] = "sealed"
    record: EvidenceRef
    must_open: Literal["child_safety"] = "child_safety"
    viewed: Literal[False] = False


class Examined(Model):
    """What became of one attachment."""

    original: EvidenceRef
    result: Annotated[Accepted | Declined | Sealed, Field(discriminator="outcome")]


def surplus(count: int, limits: Limits = LIMITS) -> Refusal | None:
    """Whether one request may have so many attachments."""
    return Refusal.TOO_MANY if count > limits.attachments else None


def first_look(size: int, limits: Limits = LIMITS) -> Refusal | None:
    """What the size alone says, in bytes; None: go on."""
    if size <= 0:
        return Refusal.EMPTY
    return Refusal.TOO_LARGE if size > limits.size else None


def last_look(sizes: Sequence[tuple[int, int]], characters: int, limits: Limits = LIMITS) -> Refusal | None:
    """Whether what a reader said it drew can be the drawing of an accepted document; it is not taken at its word.

    `sizes` are width and height of each page in pixels.
    """
    if not sizes:
        return Refusal.DAMAGED
    if len(sizes) > limits.pages:
        return Refusal.TOO_MANY_PAGES
    if any(width < 1 or height < 1 or width * height > limits.drawn for width, height in sizes):
        return Refusal.PAGE_TOO_LARGE
    return Refusal.TOO_MUCH_OUTPUT if characters > limits.characters else None
