"""Tells what happens as it happens: each line with the clock, in words; and at the end the whole timeline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.timeline import Entry, Kind, LedgerEntry

# What the ledger says, in words; what is not here (pages, notes, single votes) is told by others or shown at the end.
_WORDS = {
    Kind.DECLARED: "it is open",
    Kind.PHASE: "phase",
    Kind.EFFECT: "effect",
    Kind.GATE_OPENED: "a gate waits for people",
    Kind.GATE_DECIDED: "the gate is decided",
    Kind.GATE_CHANGED: "the card changed",
    Kind.SILENCE: "silence",
    Kind.UNPAGED: "nobody could be reached",
    Kind.INTERVENTION_OPENED: "a step failed, a person is asked",
    Kind.INTERVENTION_ENDED: "the intervention is over",
    Kind.FOLLOW_UP: "it is time to look back",
    Kind.REVIEW: "its review",
    Kind.DELIVERY: "the package",
    Kind.DEVIATION: "a deviation",
    Kind.CLOSED: "closed",
}


class Story:
    """Lines to stdout, or to stderr when stdout is for a program."""

    def __init__(self, *, to_stderr: bool) -> None:
        file = sys.stderr if to_stderr else sys.stdout
        self._out = Console(file=file, highlight=False, soft_wrap=True)

    def scene(self, title: str) -> None:
        """A new part of the story."""
        self._out.print()
        self._out.print(title, style="bold", markup=False)

    def say(self, sentence: str, style: str = "") -> None:
        """What the demo itself does, and what it sees."""
        self._line("·", sentence, style)

    def trouble(self, sentence: str) -> None:
        """What went wrong and was expected to, or not."""
        self._line("!", sentence, "yellow")

    def person(self, name: str, sentence: str) -> None:
        """What a person does."""
        self._line("»", f"{name} {sentence}", "cyan")

    def ledger(self, entry: Entry, of: str) -> None:
        """What the record of a case says, as it arrives there; `of` is what the reader calls that case."""
        words = _WORDS.get(entry.kind)
        if words is not None:
            more = ", ".join(part for part in (entry.subject, entry.code) if part)
            self._line("│", f"{of} — {words}: {more}" if more else f"{of} — {words}", "dim")

    def timeline(self, entries: Sequence[LedgerEntry]) -> None:
        """The whole record of a case, in order; times are those of the case's own clock."""
        rows = [(f"{e.at:%m-%d %H:%M:%S}", e.kind.value, e.subject, e.who, e.code) for e in (x.entry for x in entries)]
        if not self._out.is_terminal:
            for row in rows:
                self.plain("  ".join(part for part in row if part))
            return
        table = Table("UTC", "what", "where", "who", "code", box=SIMPLE_HEAD, pad_edge=False)
        for row in rows:
            table.add_row(*map(Text, row))
        self._out.print(table)

    def plain(self, text: str) -> None:
        """A line without a clock."""
        self._out.print(text, markup=False)

    def _line(self, sign: str, sentence: str, style: str) -> None:
        now = datetime.now(UTC)
        self._out.print(f"{now:%H:%M:%S}.{now.microsecond // 100_000} {sign} {sentence}", style=style, markup=False)
