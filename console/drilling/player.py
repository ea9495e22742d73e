"""Plays one case to its end in simulated time: its clock jumps to whatever comes next, be it somebody's answer or one
of its own dates. What its timeline says of minutes is what the procedure takes with people of this pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from domain.acts import Act
from domain.desk import Desk, Waiting
from domain.errors import Code, HoldfastError
from domain.people import Person
from domain.state import State, Status
from integrations.simulator.people import Deed, People, Plan

_SETTLE = 0.05  # seconds between two looks
_QUIET = 1  # looks alike, at rest, after which nothing more comes by itself
_IDLE = 20  # such looks in a row in which nothing is to come, before that is a fault
_NOTICED = 5.0  # seconds in which a case takes note of a date; one that writes nothing down is not waited for longer
_PATIENCE = 60.0  # seconds of the world's clock: a step that takes longer is not one of a stand-in
_STEP = timedelta(seconds=1)


class Clock(Protocol):
    """The case's own clock."""

    async def now(self) -> datetime: ...

    async def later(self, by: timedelta) -> None: ...

    async def busy(self) -> bool:
        """Whether something of the case is under way: it does not only wait for people or for a date."""
        ...


Answer = Callable[[Person, Waiting], Awaitable[Act | None]]
"""What somebody does about a thing that waits; None: what anybody would do who sees nothing wrong."""


@dataclass
class Script:
    """How people and partners behave in this case. `pace` is after how many minutes somebody does what waits under
    this name (the longest name that fits counts, "" is for the rest); `silent` are names that nobody answers;
    `answer` says what they do; dates of the case by a name of `passing` are let pass while nothing waits for people and
    another is to come. `limit` ends a case that never would."""

    answer: Answer
    pace: Mapping[str, float] = field(default_factory=lambda: {"": 1.0})
    silent: frozenset[str] = frozenset()
    passing: frozenset[str] = frozenset()
    limit: timedelta = timedelta(days=30)

    def after(self, name: str) -> timedelta:
        fits = [each for each in self.pace if name.startswith(each)]
        return timedelta(minutes=self.pace[max(fits, key=len)] if fits else 1.0)


class Player:
    """Drives one case. `look` is the state as the desk shows it, `people` act for it alone; `hear`, `prove` are those
    of `integrations.simulator.people`."""

    def __init__(
        self,
        case: str,
        *,
        people: Sequence[Person],
        desks: Mapping[str, Desk],
        look: Callable[[], Awaitable[State]],
        clock: Clock,
        script: Script,
        hear: Callable[[Deed], None] = lambda deed: None,
        prove: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._case = case
        self._look = look
        self._clock = clock
        self._script = script
        self._seen: tuple[int, list[Plan]] = (-1, [])
        self._people = People(people, desks, case=case, answer=script.answer, hear=hear, prove=prove)

    @property
    def deeds(self) -> list[Deed]:
        """Everything that the people did or were refused, oldest first."""
        return self._people.deeds

    async def play(self) -> State:
        """Until the case has closed; returns how it stands then.

        Raises:
            HoldfastError: `fault` where nothing is left to happen and it is open still, with what waits.
        """
        began = await self._clock.now()
        idle = 0
        while True:
            state, plans = await self._settled()
            if state.status is Status.CLOSED:
                return state
            now = await self._clock.now()
            if now - began > self._script.limit:
                raise HoldfastError(Code.FAULT, f"{self._case} is open still, in phase {state.phase.value}")
            due = sorted(((self._when(plan, state), place) for place, plan in enumerate(plans)))
            dates = self._dates(state, now, bool(plans))
            idle = 0 if due or dates else idle + 1
            if due and (not dates or due[0][0] <= dates[0][0]):
                await self._until(due[0][0], now)
                self._seen = (-1, [])  # even where nothing came of it
                await self._people.carry_out(plans[due[0][1]])
            elif dates:
                at, key = dates[0]
                await self._until(at + _STEP, now)
                await self._noticed(key, state.entry_number)
            elif idle >= _IDLE:
                waits = _open(state) or "nothing waits"
                refused = ", ".join(f"{each.subject} {each.sentence}" for each in self._people.refusals)
                raise HoldfastError(Code.FAULT, f"{self._case}: nothing is left to happen; {waits}; refused: {refused}")

    def _when(self, plan: Plan, state: State) -> datetime:
        if plan.about is None:
            return state.declared_at + self._script.after("owner")
        return plan.about.opened_at + self._script.after(name_of(plan.about.key))

    async def _until(self, at: datetime, now: datetime) -> None:
        if at > now:
            await self._clock.later(at - now)

    async def _noticed(self, key: str, entry_number: int) -> None:
        """Until the case has seen that its date has come: its clock is there before the case is."""
        until = time.monotonic() + _NOTICED
        while time.monotonic() < until:
            state = await self._look()
            known = key in state.deadlines or (key in state.tasks and state.tasks[key].open)
            if state.entry_number != entry_number or not known:
                return
            await asyncio.sleep(_SETTLE)

    async def _settled(self) -> tuple[State, list[Plan]]:
        """The case when nothing more comes of itself, and what its people would do about it."""
        alike, before, until = 0, -1, time.monotonic() + _PATIENCE
        while True:
            busy = await self._clock.busy()  # first: what it has just finished is in the state that we look at then
            state = await self._look()
            if state.status is Status.CLOSED:
                return state, []
            if time.monotonic() > until:
                raise HoldfastError(Code.FAULT, f"{self._case} does not come to rest; {_open(state)}")
            alike = alike + 1 if state.entry_number == before and not busy else 0
            before = state.entry_number
            if alike >= _QUIET:
                if not _open(state) and (state.owner is None or state.owner.person):
                    return state, []
                if self._seen[0] != state.entry_number:
                    plans = await self._people.look()
                    wanted = [each for each in plans if each.about is None or not self._ignored(each.about)]
                    self._seen = (state.entry_number, wanted)
                return state, self._seen[1]
            await asyncio.sleep(_SETTLE)

    def _dates(self, state: State, now: datetime, busy: bool) -> list[tuple[datetime, str]]:
        """The case's own dates to come, the next one first."""
        due = sorted((at, key) for key, at in (*state.deadlines.items(), *_given_up(state)) if at > now)
        return [each for each in due if busy or name_of(each[1]) not in self._script.passing] or due

    def _ignored(self, about: Waiting) -> bool:
        return any(each in about.key for each in self._script.silent)


def name_of(key: str) -> str:
    """What a verb's key is called in its procedure: `notify/a.release-call/1` is `release-call`."""
    return key.rpartition("/")[0].rpartition("/")[2].rpartition(".")[2]


def _given_up(state: State) -> Iterator[tuple[str, datetime]]:
    """When the procedure goes on without what nobody does."""
    for key, each in state.tasks.items():
        if each.open and each.task.give_up is not None:
            yield key, each.opened_at + each.task.give_up


def _open(state: State) -> str:
    """What waits for people, besides the owner's seat; empty if nothing does."""
    waits = [*state.gates.values(), *state.tasks.values(), *state.interventions.values(), *state.hand_overs.values()]
    return ", ".join(each.key for each in waits if each.open)
