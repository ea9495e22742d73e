"""One drill: the production procedure on a stack of its own, with simulated people and partners, in simulated time."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import httpx
from temporalio.client import Client

from activities.letters import letter
from console.drilling.apart import apart, refuse_real
from console.drilling.partners import OnThePhone, name_of
from console.drilling.player import Player, Script
from console.drilling.scenarios import AGENCY, REQUEST, WRITER, Scenario, scenario_of
from console.running.places import Places
from console.stack import Stack
from domain import letters
from domain.acts import Act, Cannot, Done
from domain.base import Model
from domain.desk import Declaration, Waiting
from domain.drills import Letter, Line, Played, score
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.people import Directory, Person
from domain.state import State
from integrations.desk_client.client import DeskClient
from integrations.directory.file import DirectoryFile
from integrations.simulator.agency import Agency, Opened
from integrations.simulator.people import Deed
from integrations.temporal.skipping import TimeTravel, at_work
from workers.catalogue import load_catalogue
from workers.settings import Settings

T = TypeVar("T")
_WITHIN = 300.0  # seconds of the world's clock for a whole drill
_LOOK_EVERY = 0.1  # seconds
_DECLARER, _LOOKER = "esc-dara", "inc-lena"  # the incident commander sees every case
_CREW = (_DECLARER, "les-ada", "les-ben", "leg-fay", "leg-gus", "dut-hana", "dut-ivo", "eng-nia", _LOOKER)
_QUIET_LOOKS = frozenset({"pause-look"})  # at what was opened: nobody waits for them


class Tells(Protocol):
    """Who is told how it goes, at simulated minutes since the receipt."""

    def begins(self, scenario: Scenario, seed: int, home: Path) -> None: ...

    def case(self, case: str) -> None: ...

    def deed(self, minutes: float, who: str, deed: Deed) -> None: ...

    def outside(self, minutes: float, sentence: str) -> None: ...

    def trouble(self, sentence: str) -> None: ...


class DrillResult(Model):
    """What a drill came to. `verdict` is `met`, `late`, `missed` or `harmful` (`domain.drills.Score.words`)."""

    case: str
    procedure: str
    scenario: str
    seed: int
    drill: bool
    outcome: str
    verdict: str
    points: int
    of: int
    ok: bool
    lines: tuple[Line, ...]


class _Clock:
    """The case's own clock, and how far it is from the receipt."""

    def __init__(self, client: Client, case: str) -> None:
        self._travel = TimeTravel(client)
        self._handle = client.get_workflow_handle(case)
        self._began: datetime | None = None
        self._seen: datetime | None = None

    @property
    def minutes(self) -> float:
        """As of the last look."""
        if self._began is None or self._seen is None:
            return 0.0
        return (self._seen - self._began) / timedelta(minutes=1)

    async def now(self) -> datetime:
        self._seen = await self._travel.now(self._handle)
        self._began = self._began or self._seen
        return self._seen

    async def later(self, by: timedelta) -> None:
        await self._travel.later(self._handle, by)
        await self.now()

    async def busy(self) -> bool:
        return await at_work(self._handle)


async def drill(settings: Settings, slug: str, name: str, seed: int, tells: Tells) -> DrillResult:
    """Play one scenario and score it. Its home is removed; that of one which failed stays.

    Raises:
        HoldfastError: `not-allowed` where a real party is configured; `unknown-procedure` and `invalid` for what
            cannot be drilled; `fault` and `unreachable` when a part failed, with where to look.
    """
    refuse_real(settings)
    slug = _slug_of(slug)
    scenario = scenario_of(slug, name)
    home = Path(tempfile.mkdtemp(prefix="holdfast-drill-"))
    tells.begins(scenario, seed, home)
    try:
        async with asyncio.timeout(_WITHIN):
            async with Stack(apart(settings, home), Places.free(), say=tells.trouble, time_skipping=True) as stack:
                result = await _Drill(stack, slug, scenario, seed, tells).play()
    except HoldfastError:
        tells.trouble(f"it failed; state and logs are kept in {home}")
        raise
    except TimeoutError:
        raise HoldfastError(Code.FAULT, f"not over in {_WITHIN:.0f} s; its logs are in {home}/logs") from None
    shutil.rmtree(home)
    return result


class _Drill:
    """One case on one stack."""

    def __init__(self, stack: Stack, slug: str, scenario: Scenario, seed: int, tells: Tells) -> None:
        self._stack = stack
        self._slug = slug
        self._scenario = scenario
        self._seed = seed
        self._tells = tells

    async def play(self) -> DrillResult:
        directory = await DirectoryFile(self._stack.settings.directory_path).current()
        client = await self._stack.connect()
        async with httpx.AsyncClient(timeout=20) as http:
            desks = {each: DeskClient(self._stack.settings.desk_url, each, http) for each in _CREW}
            case = await self._declared(desks)
            self._tells.case(case)
            clock = _Clock(client, case)
            look = _look(desks[_LOOKER], case)
            await _until(f"{case} to be shown by the desk", look)
            player = Player(
                case,
                people=[each for each in map(directory.person, _CREW) if each is not None],
                desks=desks,
                look=look,
                clock=clock,
                script=Script(
                    answer=self._answers(desks, self._agency(directory, http), clock),
                    pace=self._scenario.pace(self._seed),
                    passing=_QUIET_LOOKS,
                ),
                prove=lambda person: desks[person].step_up(person),
                hear=lambda deed: self._tells.deed(clock.minutes, _named(directory, deed.person), deed),
            )
            state = await player.play()
            return self._result(await self._played(state, desks[_LOOKER], directory, http))

    async def _declared(self, desks: Mapping[str, DeskClient]) -> str:
        given = Declaration(
            slug=self._slug,
            answers={**REQUEST, **self._scenario.answers},
            key=f"drill-{self._scenario.name}-{self._seed}",
            drill=True,
        )
        return (await desks[_DECLARER].declare(_DECLARER, given)).case

    def _agency(self, directory: Directory, http: httpx.AsyncClient) -> Agency:
        listed = directory.agency(AGENCY)
        if listed is None:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"the example directory does not list {AGENCY}")
        return Agency(http, self._stack.places.url("mail"), listed.mailbox)

    def _answers(
        self, desks: Mapping[str, DeskClient], agency: Agency, clock: _Clock
    ) -> Callable[[Person, Waiting], Awaitable[Act | None]]:
        """What people outside say, by the task in which they are asked; what the rest answers is ordinary."""

        def hear(opened: Opened) -> None:
            said = f"the package opens: {', '.join(opened.fields)}" if opened.fields else f"refused: {opened.refused}"
            self._tells.outside(clock.minutes, f"somebody comes to the portal with the code; {said}")

        phone = OnThePhone(desks, agency, self._scenario.opener, now=clock.now, hear=hear)

        async def answer(person: Person, about: Waiting) -> Act | None:
            if (act := await phone.answer(person, about)) is not None or about.kind != "task":
                return act
            said = self._scenario.says.get(name_of(about))
            if said is None or isinstance(said, str):
                return None if said is None else Cannot(code=said)
            if not about.card["artefact"]:
                return Done(result=dict(said))
            text = f"SYNTHETIC record of “{about.title}”, written by the simulated person {person.id}."
            kept = await desks[person.id].keep(person.id, about.case, EvidenceKind.CALL_RECORD, text)
            return Done(result=dict(said), artefact=kept)

        return answer

    async def _played(self, state: State, desk: DeskClient, directory: Directory, http: httpx.AsyncClient) -> Played:
        entries = [each.entry for each in await desk.timeline(_LOOKER, state.case)]
        sent = (await http.get(f"{self._stack.places.url('mail')}/_sim/mailboxes")).raise_for_status().json()
        ours = {each.email for each in directory.people}
        own = letter("holding", case=state.case).text
        return Played(
            state=state,
            entries=tuple(entries),
            letters=tuple(
                Letter(to=to, text=f"{each['subject']}\n{each['text']}")
                for each in sent
                for to in each["to"]
                if to not in ours
            ),
            writer=WRITER,
            neutral=tuple(
                f"{each.subject}\n{each.text}"
                for each in (
                    letters.HOLDING.filled(case=state.case),
                    letters.ENDED.filled(case=state.case),
                    letters.Letter(subject=f"Your request {state.case}", text=own),
                )
            ),
            account=str(REQUEST["account"]),
        )

    def _result(self, played: Played) -> DrillResult:
        found = score(played, self._scenario.steps, self._scenario.outcome)
        return DrillResult(
            case=played.state.case,
            procedure=self._slug,
            scenario=self._scenario.name,
            seed=self._seed,
            drill=played.state.drill,
            outcome=played.state.outcome,
            verdict=found.words,
            points=found.points,
            of=found.of,
            ok=found.met and played.state.drill,
            lines=found.lines,
        )


def _slug_of(given: str) -> str:
    """By slug, or by prefix in any case, as everywhere."""
    wanted = given.strip().lower().replace("-", "_")
    known = load_catalogue().procedures.values()
    return next((each.slug for each in known if wanted in (each.slug, each.prefix.lower())), wanted)


def _look(desk: DeskClient, case: str) -> Callable[[], Awaitable[State]]:
    async def look() -> State:
        return await desk.show(_LOOKER, case)

    return look


def _named(directory: Directory, person: str) -> str:
    found = directory.person(person)
    return found.name if found else person


async def _until(what: str, found: Callable[[], Awaitable[T]], within: float = 30) -> T:
    said = ""
    try:
        async with asyncio.timeout(within):
            while True:
                try:
                    return await found()
                except HoldfastError as error:
                    said = f" ({error.sentence})"
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        raise HoldfastError(Code.FAULT, f"waited {within:.0f} s for {what}{said}") from None
