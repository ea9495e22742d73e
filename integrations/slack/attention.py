"""At most one loud card for each person: what else waits for them queues by danger to life, and takes its turn.

The pager calls people whatever stands here. What this process forgets makes a card loud too early, never too late.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

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
        turn = self._known(queue, summons) or self._new(summons)
        if queue.loud is not None and queue.loud != turn and self._now() - queue.since < HOLDS and queue.loud < turn:
            if turn not in queue.waiting:
                queue.waiting.append(turn)
            return False
        if queue.loud is not None and queue.loud != turn:
            queue.waiting.append(queue.loud)  # a graver one takes its place; it comes back when that is done
        queue.waiting = [each for each in queue.waiting if each != turn]
        queue.loud, queue.since = turn, self._now()
        return True

    def settled(self, case: str, still_open: Collection[str]) -> list[tuple[str, Turn]]:
        """Forget what no longer waits in this case; who is to be called now for what came next in their queue."""
        turns = []
        for person, queue in self._queues.items():
            queue.waiting = [each for each in queue.waiting if each.case != case or each.subject in still_open]
            if queue.loud is not None and queue.loud.case == case and queue.loud.subject not in still_open:
                queue.loud = min(queue.waiting, default=None)
                queue.since = self._now()
                if queue.loud is not None:
                    queue.waiting.remove(queue.loud)
                    turns.append((person, queue.loud))
        self._queues = {person: each for person, each in self._queues.items() if each.loud is not None}
        return turns

    def _known(self, queue: _Queue, summons: Summons) -> Turn | None:
        known = [*queue.waiting, *([queue.loud] if queue.loud is not None else [])]
        same = (each for each in known if (each.case, each.subject) == (summons.case, summons.subject))
        return next(same, None)

    def _new(self, summons: Summons) -> Turn:
        self._number += 1
        family = _FIRST.index(summons.family) if summons.family in _FIRST else len(_FIRST)
        return Turn(summons.severity, family, self._number, summons.case, summons.subject, summons.title)
