"""What the benchmark runs on: one server, one set of stand-ins, our worker and the bare one as processes."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from domain.acts import Act, Approve, Done, Take
from domain.desk import Declaration, Doing, Waiting
from domain.errors import HoldfastError
from domain.evidence import EvidenceKind
from integrations.temporal.server import EmbeddedServer
from tests.bench import bare, monitored
from tests.faults.processes import environment
from tests.world import ANSWERS, World, open_simulators, open_world

T = TypeVar("T")
OWNER, VERIFIER, ASSESSOR, LEGAL, MANAGER, SPECIALIST = (
    "esc-dara", "les-ada", "esc-dara", "leg-fay", "dut-hana", "les-ben",
)  # fmt: skip
_BOOKS = frozenset({"keep_books", "page", "tell_room"})
_numbers = itertools.count(1)


class Child:
    """A worker process."""

    def __init__(self, module: str, world: World, log: Path) -> None:
        self._module, self._world, self._log = module, world, log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module,
                env={**environment(self._world.settings), "PYTHONPATH": os.getcwd()}, stdout=log, stderr=log,
            )  # fmt: skip

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0


@dataclass(frozen=True)
class Totals:
    """What a workflow cost Temporal, and how many of its activities only keep books and call people."""

    activities: int
    bookkeeping: int
    timers: int
    updates: int
    events: int


@dataclass
class Bed:
    """`ours` and `floor` are the two worker processes; `plain` is a client without any of our parts."""

    world: World
    plain: Client
    server: EmbeddedServer
    ours: Child
    floor: Child

    # -- our procedure ------------------------------------------------------------------------------------

    async def declare(self, slug: str = "edr", **answers: Any) -> tuple[str, str]:
        """The case and its account, as soon as the desk has acknowledged."""
        account = self.world.fresh_account()
        base = ANSWERS if slug == "edr" else {}
        given = Declaration(slug=slug, answers={**base, "account": account, **answers}, key=f"bench-{next(_numbers)}")
        return (await self.world.desk.declare(OWNER, given)).case, account

    async def open(self, case: str, name: str) -> Waiting:
        """What waits under this name, as soon as somebody was paged for it; polls the desk meanwhile."""
        while True:
            for each in await self.world.desk.waiting("inc-lena", case=case):
                if name in each.key:
                    return each
            await asyncio.sleep(0.1)

    async def act(self, person: str, case: str, act: Act, on: Waiting | None = None) -> None:
        seen = {"subject": on.key, "nonce": on.nonce, "digest": on.digest} if on else {}
        doing = Doing(id=f"bench-{next(_numbers)}", case=case, act=act, **seen)
        for _ in range(5):
            try:
                await self.world.desk.act(person, doing)
                return
            except HoldfastError as error:
                if error.code.value not in ("not-recorded", "unreachable"):
                    raise
        await self.world.desk.act(person, doing)

    async def investigated(self, case: str, *, real: bool) -> None:
        """Owned, called back, assessed."""
        await self.act(OWNER, case, Take())
        record = await self.world.desk.keep(VERIFIER, case, EvidenceKind.CALL_RECORD, "SYNTHETIC")
        call = await self.open(case, "call-back")
        await self.act(VERIFIER, case, Done(result={"answer": "confirmed"}, artefact=record), call)
        assess = await self.open(case, "assess-emergency")
        await self.act(ASSESSOR, case, Done(result={"real": real, "because": ("plausible-account",)}), assess)

    async def refused(self) -> str:
        """A whole procedure to its end: declared, investigated, refused by two people, letter sent, closed."""
        case, _ = await self.declare()
        await self.investigated(case, real=False)
        for person in (LEGAL, SPECIALIST):
            await self.act(person, case, Approve(), await self.open(case, "refuse"))
        await self.world.client.get_workflow_handle(case).result()
        return case

    # -- the floor ----------------------------------------------------------------------------------------

    async def bare(self, plan: bare.Plan) -> WorkflowHandle[Any, Any]:
        return await self.plain.start_workflow("bare", plan, id=f"bare-{next(_numbers)}", task_queue=bare.QUEUE)

    async def bare_whole(self, plan: bare.Plan) -> None:
        handle = await self.bare(plan)
        for _ in range(plan.updates):
            await handle.execute_update("press")
        await handle.result()

    # -- looking ------------------------------------------------------------------------------------------

    async def totals(self, *cases: str) -> Totals:
        counts: Counter[str] = Counter()
        for case in cases:
            history = await self.plain.get_workflow_handle(case).fetch_history()
            for event in history.events:
                counts["events"] += 1
                if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                    counts["activities"] += 1
                    name = event.activity_task_scheduled_event_attributes.activity_type.name
                    counts["books"] += name in _BOOKS
                counts["timers"] += event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
                # An act is a signal of ours; the floor takes it as an update, which is the shorter way.
                counts["updates"] += event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        return Totals(counts["activities"], counts["books"], counts["timers"], counts["updates"], counts["events"])

    def memory(self) -> dict[str, int]:
        """Resident megabytes of server and workers."""
        found = {"our worker": self.ours.pid, "bare worker": self.floor.pid, "server": self.server.pid}
        return {name: _resident(pid) for name, pid in found.items() if pid}

    def databases(self) -> dict[str, int]:
        """Bytes on disk: Temporal's and ours."""
        temporal = sum(each.stat().st_size for each in self.server.database.parent.glob("temporal.db*"))
        ours = sum(each.stat().st_size for each in self.world.settings.home.glob("holdfast.db*"))
        return {"temporal": temporal, "store": ours}


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(each.split()[1]) // 1024 for each in lines if each.startswith("VmRSS"))


async def timed(work: Awaitable[Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


async def all_of(make: Callable[[int], Coroutine[Any, Any, T]], count: int, at_once: int) -> tuple[list[T], float]:
    """Run `count` of them, `at_once` at a time; results in order of their numbers, and seconds for all."""
    slots = asyncio.Semaphore(at_once)

    async def one(number: int) -> T:
        async with slots:
            return await make(number)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(count)]
    return [each.result() for each in tasks], time.perf_counter() - began


@asynccontextmanager
async def open_bed(directory: Path) -> AsyncIterator[Bed]:
    """Everything, on loopback, until the context ends."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedServer(directory / "temporal", time_skipping=True))
        sims = await stack.enter_async_context(open_simulators())
        world = await stack.enter_async_context(
            open_world(directory / "home", server, sims, extra=[monitored], workers=False)
        )
        ours = Child("tests.bench.ours", world, directory / "ours.log")
        floor = Child("tests.bench.bare", world, directory / "bare.log")
        for child in (ours, floor):
            await child.start()
            stack.push_async_callback(child.kill)
        yield Bed(world, await bare.connect(server.address), server, ours, floor)
