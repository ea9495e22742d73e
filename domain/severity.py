"""How bad it is: five axes and the one rule that turns them into a priority."""

from __future__ import annotations

from enum import IntEnum

from domain.base import Model


class Severity(IntEnum):
    """P0 pages at once, day and night; P3 is worked in turn."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3

    @property
    def priority_key(self) -> int:
        """Temporal's priority: 1 is served first; 5 is left to housekeeping."""
        return int(self) + 1


class Assessment(Model):
    """The axes as levels: imminence 0-3, harm 1-4, credibility 1-3 and the hours of the shortest statutory clock.

    An axis that nobody knows yet is None and rounds *up*: we contain early and disclose carefully.
    """

    imminence: int | None = None
    harm: int | None = None
    credibility: int | None = None
    clock_hours: float | None = None

    def severity(self) -> Severity:
        """P0: happening or within a day, deadly, and at least plausible. P1: deadly, or serious and credible in
        time, or a clock of a day. P2: a clock of three days, or serious. P3: the rest."""
        imminence = 3 if self.imminence is None else self.imminence
        harm = 4 if self.harm is None else self.harm
        credibility = 3 if self.credibility is None else self.credibility
        clock = float("inf") if self.clock_hours is None else self.clock_hours
        if imminence >= 2 and harm == 4 and credibility >= 2:
            return Severity.P0
        if harm == 4 or (harm == 3 and imminence >= 1) or clock <= 24:
            return Severity.P1
        if harm == 3 or clock <= 72:
            return Severity.P2
        return Severity.P3
