"""Tells a drill: who does what at which simulated minute, and at the end its score, line by line."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.drilling.drill import DrillResult
from console.drilling.scenarios import Scenario
from domain.drills import About, Line
from integrations.simulator.people import Deed

_HEADS = {
    About.CLOCK: "Clocks",
    About.STEP: "Steps of the procedure, in its order",
    About.NEVER: "What must never happen",
}
_VERDICTS = {
    "met": "All was met.",
    "late": "All was done, but not in time.",
    "missed": "Something that the procedure asks for did not happen.",
    "harmful": "Something happened that must never happen.",
}


class Telling:
    """Lines to stdout, or to stderr when stdout is for a program."""

    def __init__(self, *, to_stderr: bool) -> None:
        self._out = Console(file=sys.stderr if to_stderr else sys.stdout, highlight=False, soft_wrap=True)

    def begins(self, scenario: Scenario, seed: int, home: Path) -> None:
        self._head("This is a drill on this machine: invented people and agencies, stand-ins for every outside party.")
        self._out.print(f"  {scenario.name}, seed {seed}: {scenario.title}", markup=False)
        self._out.print(f"  minutes are simulated, on the case's own clock; state and logs are in {home}", markup=False)

    def case(self, case: str) -> None:
        self._head(f"DRILL {case}")

    def deed(self, minutes: float, who: str, deed: Deed) -> None:
        done = f"{who} {deed.act}: {deed.title or deed.subject}"
        self._line(minutes, "»", done if deed.refused is None else f"{done} — refused: {deed.sentence}", "cyan")

    def outside(self, minutes: float, sentence: str) -> None:
        self._line(minutes, "·", sentence, "")

    def trouble(self, sentence: str) -> None:
        self._out.print(f"! {sentence}", style="yellow", markup=False)

    def score(self, result: DrillResult) -> None:
        """Every line, then points and words."""
        for about, head in _HEADS.items():
            lines = [each for each in result.lines if each.about is about]
            if lines:
                self._head(head)
                self._lines(lines)
        self._head(f"{result.points} of {result.of} points. {_VERDICTS[result.verdict]}")
        if not result.drill:
            self.trouble("the case was NOT marked as a drill")

    def _lines(self, lines: list[Line]) -> None:
        rows = [("met" if each.met else "NOT met", when_of(each), each.words, each.why) for each in lines]
        if not self._out.is_terminal:
            for row in rows:
                self._out.print("  " + "  ".join(part for part in row if part), markup=False)
            return
        table = Table("", "Minutes", "What", "Why", box=SIMPLE_HEAD, pad_edge=False, show_header=False)
        for each, row in zip(lines, rows, strict=True):
            table.add_row(*map(Text, row), style="" if each.met else "bold red")
        self._out.print(table)

    def _head(self, text: str) -> None:
        self._out.print()
        self._out.print(text, style="bold", markup=False)

    def _line(self, minutes: float, sign: str, sentence: str, style: str) -> None:
        self._out.print(f"{minutes:8.1f} {sign} {sentence}", style=style, markup=False)


def when_of(line: Line) -> str:
    """`12.5 of 30` minutes for a clock, `12.5` for a step; empty where there is nothing to count."""
    if line.minutes is None:
        return ""
    return f"{line.minutes:.1f}" if line.target is None else f"{line.minutes:.1f} of {line.target:.0f}"
