"""One request of the corpus, played by simulated people on the real server with its clock moved on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from console.drilling.player import Player, Script
from domain.acts import Act, Cannot, Deny, Done
from domain.desk import Speak, Waiting
from domain.incident import IncidentReport
from domain.people import Person
from domain.state import State
from integrations.temporal.skipping import at_work
from tests.flows.handing import GOVERNMENT, OFFICER, tries
from tests.world import Case, World

CREW = ("esc-dara", "les-ada", "les-ben", "leg-fay", "leg-gus", "dut-hana", "dut-ivo", "eng-nia", "inc-lena")


@dataclass(frozen=True)
class Behaviour:
    """How people and partners behave: what each task is answered with (a form, or the code of why it cannot be done),
    which gates are denied with which code, who opens the package from where, what nobody answers, and the pace."""

    tasks: Mapping[str, dict[str, Any] | str] = field(default_factory=dict)
    denies: Mapping[str, str] = field(default_factory=dict)
    opener: tuple[str, tuple[str, str]] | None = (OFFICER, GOVERNMENT)
    silent: frozenset[str] = frozenset()
    pace: Mapping[str, float] = field(default_factory=lambda: {"": 1.0})


class _Clock:
    def __init__(self, case: Case) -> None:
        self._case = case

    async def now(self) -> datetime:
        return await self._case.world.travel.now(self._case.handle)

    async def later(self, by: timedelta) -> None:
        await self._case.world.travel.later(self._case.handle, by)

    async def busy(self) -> bool:
        return await at_work(self._case.handle)


async def played(case: Case, how: Behaviour) -> tuple[State, IncidentReport]:
    """The case, closed, and its report."""
    world = case.world

    async def answer(person: Person, about: Waiting) -> Act | None:
        name = about.key.rpartition("/")[0].rpartition("/")[2].rpartition(".")[2]
        if about.kind == "gate":
            return Deny(code=how.denies[name]) if name in how.denies else None
        if about.kind != "task":
            return None
        if name == "speak-code":
            code = (await world.desk.code_to_speak(person.id, Speak(case=case.id, subject=about.key))).code
            if how.opener is not None:
                await tries(case, code, *how.opener)
        said = how.tasks.get(name)
        if isinstance(said, str):
            return Cannot(code=said)
        if said is not None:
            record = await case.record() if about.card["artefact"] else None
            return Done(result=said, artefact=record)
        return None

    directory = await world.ports.directory.current()
    people = [each for each in map(directory.person, CREW) if each is not None]
    player = Player(
        case.id,
        people=people,
        desks={each.id: world.desk for each in people},
        look=case.state,
        clock=_Clock(case),
        script=Script(answer=answer, pace=how.pace, silent=how.silent),
    )
    state = await player.play()
    return state, await case.result()


async def opened(world: World, answers: Mapping[str, Any]) -> Case:
    """Declared by today's procedure."""
    return await world.declare(**answers)
