"""The codes of lines, apart from their models: the command line names them before it loads anything."""

from __future__ import annotations

from enum import StrEnum

MOST_LISTED = 200  # lines of one answer; the rest is asked for by filter or by `after`


class LineState(StrEnum):
    """`starting` until its case runs, then `started`; `open` while it waits for a person, then `closed`."""

    STARTING = "starting"
    STARTED = "started"
    OPEN = "open"
    CLOSED = "closed"


class ClosingCode(StrEnum):
    """How a line ended."""

    OPENED = "opened"  # a case was opened from it after all
    SAME = "same-request"  # the case that it joined is about the same
    FORGED = "forged"
    REDIRECTED = "redirected"
    NOT_AN_EMERGENCY = "not-an-emergency"
    TEST = "test"
