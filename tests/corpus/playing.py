"""One request of the corpus, played by simulated people on the real server with its clock moved on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from console.drilling.player import Player, Script, name_of
from domain.acts import Act, Amend, ApproveLess, Cannot, Deny, Done
from domain.agencies import Change, Source, SourceKind
from domain.agency_desk import Confirm, Propose
from domain.desk import Doing, Speak, Waiting
from domain.incident import IncidentReport
from domain.people import Agency, Person
from domain.state import State
from integrations.temporal.skipping import at_work
from tests.cases import Case
from tests.flows.handing import GOVERNMENT, OFFICER, tries
from tests.keeping import keeping

CREW = ("esc-dara", "les-ada", "les-ben", "les-cleo", "leg-fay", "leg-gus", "dut-hana")
ORDINARY = {"": 3.0, "owner": 1.0, "call-back": 5.0, "ask-supervisor": 5.0, "read-papers": 4.0, "assess-emergency": 4.0}
"""Minutes that people of an ordinary night take: the owner one, tasks three to five, each decision three."""
REGISTER = Source(kind=SourceKind.REGISTER, name="SYNTHETIC register of forces")
PRINTED = Source(kind=SourceKind.PRINTED, name="SYNTHETIC printed directory")
SITE = Source(kind=SourceKind.GOVERNMENT_SITE, name="SYNTHETIC government site")

Said = dict[str, Any] | str
"""What a task is answered with: its form, or the code of why it cannot be done."""


@dataclass(frozen=True)
class Opening:
    """Somebody comes with the link: who (as the portal tells them apart), from where, and whether with the code."""

    who: str = OFFICER
    place: tuple[str, str] = GOVERNMENT
    code: bool = True


@dataclass(frozen=True)
class Behaviour:
    """How people and partners behave.

    `tasks`: what each task is answered with; several answers are given one after the other, the last again and again.
    `denies`: gates that are denied, and with which code, the first time or each time (a name twice in `once` is not).
    `less`: of a release only these fields are approved. `opens`: who comes with the link once the code was spoken;
    `early` before that. `learns`: facts that are entered while the request is completed. `lives`: what the platform's
    record says once somebody was asked to find out. `adds`: the entry that two keepers make of an unknown agency.
    `silent`: what nobody answers. `pace`: after how many minutes it is done.
    """

    tasks: Mapping[str, Said | tuple[Said, ...]] = field(default_factory=dict)
    denies: Mapping[str, str] = field(default_factory=dict)
    once: frozenset[str] = frozenset()
    less: tuple[str, ...] = ()
    opens: tuple[Opening, ...] = (Opening(),)
    early: tuple[Opening, ...] = ()
    learns: Mapping[str, Any] = field(default_factory=dict)
    lives: str = ""
    adds: Agency | None = None
    silent: frozenset[str] = frozenset()
    pace: Mapping[str, float] = field(default_factory=lambda: ORDINARY)


class _Clock:
    def __init__(self, case: Case) -> None:
        self._case = case

    async def now(self) -> datetime:
        return await self._case.world.travel.now(self._case.handle)

    async def later(self, by: timedelta) -> None:
        await self._case.world.travel.later(self._case.handle, by)

    async def busy(self) -> bool:
        return await at_work(self._case.handle)


class _Crew:
    """What our people do about each thing that waits, and what comes of it outside."""

    def __init__(self, case: Case, how: Behaviour) -> None:
        self._case = case
        self._world = case.world
        self._how = how
        self._times: Counter[str] = Counter()

    async def answer(self, person: Person, about: Waiting) -> Act | None:
        name = name_of(about.key)
        if about.kind == "gate":
            return self._decided(name, about)
        if about.kind != "task":
            return None
        said = self._said(name)
        if not isinstance(said, str):
            await self._beside(name, person, about)
        if isinstance(said, str):
            return Cannot(code=said)
        if said is not None:
            record = await self._case.record() if about.card["artefact"] else None
            return Done(result=said, artefact=record)
        return None

    def _decided(self, name: str, about: Waiting) -> Act | None:
        if name in self._how.denies and not (name in self._how.once and self._times[name]):
            self._times[name] += 1
            return Deny(code=self._how.denies[name])
        shown = {each["id"] for each in about.card["items"]}
        if self._how.less and set(self._how.less) < shown:
            return ApproveLess(items=self._how.less)
        return None

    def _said(self, name: str) -> Said | None:
        said = self._how.tasks.get(name)
        if not isinstance(said, tuple):
            return said
        self._times[name] += 1
        return said[min(self._times[name], len(said)) - 1]

    async def _beside(self, name: str, person: Person, about: Waiting) -> None:
        """What happens in the world while somebody does a task."""
        match name:
            case "complete-request" if self._how.learns:
                doing = Doing(id=f"learns-{self._case.id}", case=self._case.id, act=Amend(facts=dict(self._how.learns)))
                await self._world.desk.act(person.id, doing)
            case "find-residency" if self._how.lives:
                accounts = self._world.sims.platform.state.accounts
                there = accounts[self._case.account]
                accounts[self._case.account] = there.model_copy(update={"residency": self._how.lives})
            case "find-number" if self._how.adds is not None:
                wanted = Propose(
                    change=Change.ADD, agency=self._how.adds, source=REGISTER, second_source=PRINTED, case=self._case.id
                )
                await keeping(self._world).propose(person.id, wanted)
            case "confirm-number" if self._how.adds is not None:
                await self._confirmed(person.id, self._how.adds.id)
            case "release-call" if self._how.early:
                for each in self._how.early:
                    await tries(self._case, "0000-0000", each.who, each.place)
            case "speak-code":
                speak = Speak(case=self._case.id, subject=about.key)
                code = (await self._world.desk.code_to_speak(person.id, speak)).code
                for each in self._how.opens:
                    await tries(self._case, code if each.code else "0000-0000", each.who, each.place)

    async def _confirmed(self, person: str, agency: str) -> None:
        desk = keeping(self._world)
        [waits] = [each for each in (await desk.agencies(person)).waiting if each.proposed.agency.id == agency]
        await desk.confirm(person, Confirm(id=waits.proposed.id, seen=waits.proposed.digest, source=SITE))


async def played(case: Case, how: Behaviour) -> tuple[State, IncidentReport]:
    """The case, closed, and its report."""
    world = case.world
    directory = await world.ports.directory.current()
    people = [each for each in map(directory.person, CREW) if each is not None]
    player = Player(
        case.id,
        people=people,
        desks={each.id: world.desk for each in people},
        look=case.state,
        clock=_Clock(case),
        # Only the looks after an opening come in an empty case: nothing is to be seen in them but the last one.
        script=Script(
            answer=_Crew(case, how).answer, pace=how.pace, silent=how.silent, passing=frozenset({"pause-look"})
        ),
    )
    state = await player.play()
    return state, await case.result()
