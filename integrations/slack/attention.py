"""At most one loud card for each person: what else waits for them queues by danger to life, and takes its turn.

The pager calls people whatever stands here. What this process forgets makes a card loud too early, never too late.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from domain.gates import Family
from domain.outside import Summons

HOLDS = 15 * 60.0  # seconds; a loud card that nobody answered keeps no other one quiet for longer
# Within one severity: what protects somebody now comes before what can wait for its clock.
_FIRST = (Family.PROTECT.value, Family.CONTAIN.value, Family.DEVOLVE.value)
_QUEUED = ("gate", "task", "intervention")  # the kinds whose end the status tells us


@dataclass(frozen=True, order=True)
class Turn:
    """One card in somebody's queue; the smallest is the gravest, and of equals the oldest."""

    severity: int
    family: int
    number: int
    case: str
    subject: str
    title: str = ""


@dataclass
class _Queue:
    loud: Turn | None = None
    since: float = 0.0
    waiting: list[Turn] = field(default_factory=list)


class Attention:
    """Whose turn is which. `now` is seconds of a clock that only goes on."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._queues: dict[str, _Queue] = {}
        self._number = 0

    def loud(self, person: str, summons: Summons) -> bool:
        """Whether this card may call this person (a Slack id) by name now; else it waits for its turn."""
        if summons.kind not in _QUEUED or not summons.subject:
            return True
        queue = self._queues.setdefault(person, _Queue())
        known = self._known(queue, summons)
        # As grave as it is now: a case that was said anew while its card waited must not wait as what it was.
        turn = self._turn(summons, known.number if known is not None else self._next())
        queue.waiting = [each for each in queue.waiting if not _same(each, turn)]
        holder = queue.loud
        if holder is not None and not _same(holder, turn):
            if holder < turn and self._now() - queue.since < HOLDS:
                queue.waiting.append(turn)
                return False
            queue.waiting.append(holder)  # a graver one takes its place; it comes back when that is done
        queue.loud, queue.since = turn, self._now()
        return True

    def settled(self, case: str, still_open: Collection[str], severity: int | None = None) -> list[tuple[str, Turn]]:
        """Forget what no longer waits in this case; who is to be called now for what came next in their queue, or for
        what has become the gravest because the case was said to be of this severity."""
        turns = []
        for person, queue in self._queues.items():
            # What was let through because nobody answered a graver card is not taken back by any status.
            anew = any(_graded(each, case, severity) != each for each in (*queue.waiting, queue.loud) if each)
            queue.waiting = [
                _graded(each, case, severity)
                for each in queue.waiting
                if each.case != case or each.subject in still_open
            ]
            loud = queue.loud = _graded(queue.loud, case, severity) if queue.loud is not None else None
            first = min(queue.waiting, default=None)
            over = loud is not None and loud.case == case and loud.subject not in still_open
            graver = anew and loud is not None and first is not None and first.severity < loud.severity
            if not over and not graver:
                continue
            if first is not None:
                queue.waiting.remove(first)
                turns.append((person, first))
            if loud is not None and not over:
                queue.waiting.append(loud)
            queue.loud, queue.since = first, self._now()
        self._queues = {person: each for person, each in self._queues.items() if each.loud is not None}
        return turns

    def _known(self, queue: _Queue, summons: Summons) -> Turn | None:
        known = [*queue.waiting, *([queue.loud] if queue.loud is not None else [])]
        same = (each for each in known if (each.case, each.subject) == (summons.case, summons.subject))
        return next(same, None)

    def _next(self) -> int:
        self._number += 1
        return self._number

    @staticmethod
    def _turn(summons: Summons, number: int) -> Turn:
        family = _FIRST.index(summons.family) if summons.family in _FIRST else len(_FIRST)
        return Turn(summons.severity, family, number, summons.case, summons.subject, summons.title)


def _same(one: Turn, other: Turn) -> bool:
    return (one.case, one.subject) == (other.case, other.subject)


def _graded(turn: Turn, case: str, severity: int | None) -> Turn:
    return replace(turn, severity=severity) if turn.case == case and severity is not None else turn
