"""The demo's script: who does what in which order, and what must have happened before the next scene begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TypeVar

import httpx

from activities.delivery import WatchPackage
from activities.disclosure import DELIVERY_LIFE
from activities.platform import SnapshotAccount
from console.drilling.partners import OnThePhone
from console.running import parts
from console.running.script import AGENCY, COMMAND, CREW, DECLARER, LOOKER, TEXT
from console.running.story import Story
from console.stack import Stack
from domain.base import Model
from domain.errors import Code, HoldfastError
from domain.people import Role
from domain.standing import standing
from domain.state import State, Status
from domain.timeline import Kind, LedgerEntry
from integrations.desk_client.client import DeskClient
from integrations.directory.file import DirectoryFile
from integrations.simulator.agency import Agency, Opened, Opener
from integrations.simulator.people import Deed, People
from integrations.temporal.skipping import TimeTravel

T = TypeVar("T")
_LOOK_EVERY = 0.2  # seconds
_SLOW = 4.0  # seconds that the platform takes to preserve: long enough for a worker to die in the middle
_VICTIM = "worker-enforcement"


class Played(Model):
    """What the scenes came to; `markdown` is the review's text."""

    case: str
    outcome: str
    phases: tuple[str, ...]
    decisions: int
    tasks: int
    worker_kills: int
    interventions: int
    effects: dict[str, dict[str, int]]
    audit: dict[str, int]
    refusals: int
    signed_off: bool
    markdown: str


class Scenes:
    """One case on one stack. `delay` is people's hesitation in seconds, `pause` the time between two scenes."""

    def __init__(self, stack: Stack, story: Story, delay: tuple[float, float], *, pause: float) -> None:
        self._stack = stack
        self._story = story
        self._delay = delay
        self._pause = pause
        self._kills = 0
        self._case = ""

    async def play(self) -> Played:
        """All scenes.

        Raises:
            HoldfastError: naming what did not happen in time.
        """
        self._directory = await DirectoryFile(self._stack.settings.directory_path).current()
        async with httpx.AsyncClient(timeout=20) as http:
            self._http = http
            self._desks = {each: DeskClient(self._stack.settings.desk_url, each, http) for each in (*CREW, LOOKER)}
            crew = [each for each in map(self._directory.person, CREW) if each is not None]
            phone = OnThePhone(self._desks, self._agency(), Opener(), hear=self._hear_agency)
            people = People(
                crew, self._desks, delay=self._delay, hear=self._hear, answer=phone.answer, prove=self._prove
            )
            await self._fail_on_purpose()
            await self._declare()
            async with _beside(
                people.run(), self._narrate(self._case, "case"), self._narrate(self._review_id, "review")
            ):
                await self._kill_mid_step()
                await self._decide()
                await self._monitor()
                await self._review()
            return await self._count(people)

    async def _prove(self, person: str) -> None:
        await self._desks[person].step_up(person)

    @property
    def _review_id(self) -> str:
        return f"{self._case}/review"

    # -- the scenes ---------------------------------------------------------------------------------------

    async def _fail_on_purpose(self) -> None:
        """The platform will be slow once, and the portal will once refuse our credentials."""
        slow = {"match": "preserve", "kind": "latency", "times": 1, "value": _SLOW}
        closed = {"match": "offer", "kind": "status", "times": 1, "value": 401}
        for name, fault in (("platform", slow), ("portal", closed)):
            (await self._http.post(f"{self._sim(name)}/faults", json=fault)).raise_for_status()

    async def _declare(self) -> None:
        await self._scene("An officer's emergency request arrives; the responder declares it in Slack")
        who = self._directory.person(DECLARER)
        if who is None:
            raise HoldfastError(Code.UNKNOWN_PERSON, DECLARER)
        typed = {"channel": parts.CHANNEL, "command": COMMAND, "text": TEXT}
        self._story.person(who.name, f"types {COMMAND} {TEXT}")
        answer = await self._http.post(f"{self._sim('slack')}/users/{who.slack}/command", json=typed)
        if not answer.is_success or not answer.json().get("ok", False):
            raise HoldfastError(Code.FAULT, f"the Slack stand-in answered {answer.text[:300]}")
        self._case = await self._until("a case from the Slack command", self._declared)
        self._story.say(f"{self._case} is open: a durable workflow on the Temporal server; a drill, and it says so")

    async def _declared(self) -> str:
        cases = await self._desks[LOOKER].cases(LOOKER)
        return next((each.case for each in cases if each.drill), "")

    async def _kill_mid_step(self) -> None:
        await self._scene("Contain: the account is preserved in silence, and the worker dies in the middle of it")
        await self._until("the platform to be asked to preserve", self._platform_is_busy)
        if await self._noted(Kind.EFFECT, SnapshotAccount.NAME):
            raise HoldfastError(Code.FAULT, "the step was over before its worker could be killed")
        child = self._stack.child(_VICTIM)
        self._story.trouble(f"the platform is still at work; kill -9 {child.pid} ({_VICTIM})")
        await self._stack.kill(_VICTIM)
        self._kills += 1
        await self._stack.start(_VICTIM)
        self._story.say(
            f"{_VICTIM} runs again as process {child.pid}; Temporal gives it the step when the heartbeat fails"
        )
        await self._until("the preserved account", lambda: self._noted(Kind.EFFECT, SnapshotAccount.NAME))
        log = (await self._http.get(f"{self._sim('platform')}/log")).json()
        asked = [each for each in log if each["path"].endswith("/preserve")]
        keys = {each["key"] for each in asked}
        if len(asked) < 2:
            raise HoldfastError(Code.FAULT, "the platform was asked once: the worker did not die in the middle")
        self._story.say(f"the platform was asked {len(asked)} times under {len(keys)} key, and preserved once")

    async def _platform_is_busy(self) -> bool:
        return not (await self._http.get(f"{self._sim('platform')}/faults")).json()["armed"]

    async def _decide(self) -> None:
        await self._scene("Investigate and notify: the agency is called back, two people decide, a vendor fails")
        await self._until("what was approved to be at the portal", lambda: self._noted(Kind.EFFECT, "offer_package"))
        self._story.say("the approved fields are at the portal, closed; the link is in the agency's own mailbox")
        await self._until("the agency to open its package", lambda: self._noted(Kind.DELIVERY, code="opened"))

    async def _monitor(self) -> None:
        await self._scene("Monitoring: what came of it, a day and a week later")
        client = await self._stack.connect()
        travel = TimeTravel(client)
        handle = client.get_workflow_handle(self._case)
        for follow_up in ("day", "week"):
            state = await self._until(f"the wait of the follow-up {follow_up!r}", partial(self._waits_for, follow_up))
            key = next(each for each in state.deadlines if each.endswith(f"/wait-{follow_up}/1"))
            span = state.deadlines[key] - await travel.now(handle) + timedelta(seconds=1)
            whole = timedelta(seconds=round(span.total_seconds()))
            if whole > timedelta(days=7) * self._stack.settings.drill_factor:
                self._story.trouble("this wait was NOT played at the drill's pace: it is as long as in a real case")
            self._story.say(f"the case's clock is moved on by {whole}, to its look back after a {follow_up}")
            await travel.later(handle, span)
            await self._until("the answer to the follow-up", partial(self._answered, follow_up))
        self._story.say("the clock is moved on to the end of the package's link, until which a second opener may come")
        await travel.later(handle, DELIVERY_LIFE)
        await self._until("the closed case", partial(self._closed, self._case))

    async def _waits_for(self, follow_up: str) -> State | None:
        state = await self._state()
        return state if any(each.endswith(f"/wait-{follow_up}/1") for each in state.deadlines) else None

    async def _answered(self, follow_up: str) -> bool:
        tasks = (await self._state()).tasks.values()
        return any(each.task.name == f"ask-outcome-{follow_up}" and not each.open for each in tasks)

    async def _review(self) -> None:
        await self._scene("Review: it began by itself; people hold it, and somebody else signs it off")
        await self._until("the signed review", self._signed)
        self._story.say("it goes on waiting: after 30 and after 90 days it asks whether it happened again")

    async def _signed(self) -> bool:
        return standing(await self._state(self._review_id)).signed

    async def _closed(self, case: str) -> bool:
        cases = await self._desks[LOOKER].cases(LOOKER)
        return any(each.case == case and each.status == Status.CLOSED.value for each in cases)

    # -- what it came to ----------------------------------------------------------------------------------

    async def _count(self, people: People) -> Played:
        case = await self._until("the closed case", self._state)
        review = await self._until("the signed review", partial(self._state, self._review_id))
        entries = await self._until("the timeline", partial(self._timeline, self._case))
        self._story.scene(f"The timeline of {self._case}")
        told = [each for each in entries if not _is_look(each)]
        self._story.timeline(told)
        self._story.plain(
            f"  left out here: {len(entries) - len(told)} looks at the package, each a line of the record"
        )
        stands = standing(review)
        text = await self._desks[LOOKER].document(LOOKER, self._review_id, stands.versions[-1].report)
        audit = await self._audit()
        for deed in people.refusals:
            self._story.trouble(f"refused by the desk: {deed.person} {deed.act} {deed.subject}: {deed.sentence}")
        return Played(
            case=self._case,
            outcome=case.outcome,
            phases=tuple(each.entry.code for each in entries if each.entry.kind is Kind.PHASE),
            decisions=sum(len(each.votes) for each in case.gates.values()),
            tasks=sum(each.status is Status.DONE for state in (case, review) for each in state.tasks.values()),
            worker_kills=self._kills,
            interventions=len(case.interventions),
            effects={name: await self._stats(name) for name in (*parts.STAND_INS, "slack")},
            audit=audit,
            refusals=len(people.refusals),
            signed_off=stands.signed,
            markdown=text.decode(),
        )

    async def _audit(self) -> dict[str, int]:
        auditor = self._directory.rota((Role.AUDITOR,))[0].id
        found = await DeskClient(self._stack.settings.desk_url, auditor, self._http).audit(auditor)
        return {"entries": found.entries, "faults": len(found.faults)}

    async def _stats(self, name: str) -> dict[str, int]:
        answer: dict[str, int] = (await self._http.get(f"{self._sim(name)}/stats")).raise_for_status().json()
        return answer

    # -- looking ------------------------------------------------------------------------------------------

    def _agency(self) -> Agency:
        listed = self._directory.agency(AGENCY)
        if listed is None:
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"the example directory does not list {AGENCY}")
        return Agency(self._http, self._stack.places.url("mail"), listed.mailbox)

    def _sim(self, name: str) -> str:
        return f"{self._stack.places.url(name)}/_sim"

    async def _state(self, case: str = "") -> State:
        return await self._desks[LOOKER].show(LOOKER, case or self._case)

    async def _timeline(self, case: str, after: int = 0) -> list[LedgerEntry]:
        return list(await self._desks[LOOKER].timeline(LOOKER, case, after=after))

    async def _noted(self, kind: Kind, subject: str = "", *, code: str = "") -> bool:
        entries = [x.entry for x in await self._timeline(self._case) if x.entry.kind is kind]
        return any((f"/{subject}/" in each.subject or not subject) and code in ("", each.code) for each in entries)

    async def _until(self, what: str, found: Callable[[], Awaitable[T | None]], within: float = 60) -> T:
        """The first answer that is not empty. A desk that cannot answer now is asked again."""
        said = ""
        try:
            async with asyncio.timeout(within):
                while True:
                    try:
                        if answer := await found():
                            return answer
                    except HoldfastError as error:
                        said = f" ({error.sentence})"
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            waited = f"waited {within:.0f} s for {what}{said}; the logs are in {self._stack.logs}"
            raise HoldfastError(Code.FAULT, waited) from None

    # -- telling ------------------------------------------------------------------------------------------

    async def _scene(self, title: str) -> None:
        await asyncio.sleep(self._pause)
        self._story.scene(title)

    def _hear(self, deed: Deed) -> None:
        who = self._directory.person(deed.person)
        name = who.name if who else deed.person
        done = f"{deed.act}: {deed.title or deed.subject}"
        self._story.person(name, done if deed.refused is None else f"{done} — refused: {deed.sentence}")

    def _hear_agency(self, opened: Opened) -> None:
        said = (
            f"opens it with the code: {', '.join(opened.fields)}" if opened.fields else f"is refused: {opened.refused}"
        )
        self._story.person("The agency's duty officer", said)

    async def _narrate(self, case: str, of: str) -> None:
        """The case's own record, line by line, as far as the desk can show it at the moment."""
        told, trouble = 0, ""
        while True:
            try:
                entries = await self._timeline(case, told)
                trouble = ""
            except HoldfastError as error:
                entries = []
                if error.code is not Code.UNKNOWN_CASE and error.sentence != trouble:  # a review begins later
                    trouble = error.sentence
                    self._story.trouble(f"the desk could not show the {of}: {trouble}")
            for each in entries:
                self._story.ledger(each.entry, of)
                told = each.sequence
            await asyncio.sleep(_LOOK_EVERY)


def _is_look(each: LedgerEntry) -> bool:
    return each.entry.kind is Kind.STEP_DONE and f"{WatchPackage.NAME}/" in each.entry.subject


@asynccontextmanager
async def _beside(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run these until the block ends; a failure of one of them ends the block with it."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
            yield
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failures:
        first = failures.exceptions[0]
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None
