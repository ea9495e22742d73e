"""A case as a test drives it: people who look, wait, decide, and move its clock on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowHandle

from domain.acts import Act, Done, Recorded, Take
from domain.copies import unpacked
from domain.desk import Doing, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.incident import IncidentReport
from domain.people import Role
from domain.state import State
from domain.timeline import Entry, Kind

if TYPE_CHECKING:
    from tests.world import World


class Case:
    """A case as a test drives it."""

    def __init__(self, world: World, case: str, account: str = "") -> None:
        self.world = world
        self.id = case
        self.account = account
        self.handle: WorkflowHandle[Any, Any] = world.client.get_workflow_handle(case, result_type=IncidentReport)
        self._acts = itertools.count(1)

    @property
    def review(self) -> Case:
        return Case(self.world, f"{self.id}/review")

    @property
    def wellbeing(self) -> Case:
        return Case(self.world, f"{self.id}/wellbeing")

    async def later(self, **span: float) -> None:
        """Move this case's clock on."""
        await self.world.travel.later(self.handle, timedelta(**span))

    async def state(self) -> State:
        return await self.world.look(self.id)

    async def until(self, ready: Callable[[State], bool], within: float = 0) -> State:
        """Wait for a condition on the state, and until people can see it."""
        deadline = asyncio.get_running_loop().time() + (within or self.world.patience)
        for pause in itertools.chain((0.03, 0.06, 0.12), itertools.repeat(self.world.between_looks)):
            state = await self.state()
            if ready(state):
                await self._in_the_books(state)
                return state
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{self.id}: not reached; {summary(state)}")
            await asyncio.sleep(pause)
        raise AssertionError("the pauses never end")

    async def _in_the_books(self, state: State) -> None:
        """Until the store's copy is as far as this; a store that cannot be asked is another test's business."""
        deadline = asyncio.get_running_loop().time() + 3
        while asyncio.get_running_loop().time() < deadline:
            try:
                copy = await self.world.records.cases.copy(self.id)
            except HoldfastError:
                return
            if copy is not None and unpacked(copy).entry_number >= state.entry_number:
                return
            await asyncio.sleep(0.02)

    async def timeline(self) -> list[Entry]:
        return [each.entry for each in await self.world.records.ledger.read(self.id)]

    async def noted(self, kind: Kind, code: str = "", within: float = 20) -> Entry:
        """Wait until the ledger holds such an entry."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            for entry in await self.timeline():
                if entry.kind is kind and code in ("", entry.code):
                    return entry
            if asyncio.get_running_loop().time() > deadline:
                said = [(each.kind.value, each.subject, each.code) for each in await self.timeline()]
                raise AssertionError(f"{self.id}: no {kind.value} {code}; {said}")
            await asyncio.sleep(0.05)

    async def open(self, name: str) -> Waiting:
        """Wait until people see a gate, task or intervention whose key names this."""
        looker = Role.WELLBEING if self.id.endswith("/wellbeing") else Role.INCIDENT_COMMANDER
        who = await self.world.someone(looker)
        deadline = asyncio.get_running_loop().time() + self.world.patience
        while True:
            found = [each for each in await self.world.desk.waiting(who, case=self.id) if name in each.key]
            if found:
                return found[-1]
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{self.id}: {name} is not open; {_open_keys(await self.state())}")
            await asyncio.sleep(0.05)

    async def act(self, person: str | Role, name: str, act: Act, **changes: Any) -> Recorded:
        """Decide as this person on what is open under this name; "" is the case itself."""
        who = await self.world.someone(person) if isinstance(person, Role) else person
        seen = {"subject": "", "nonce": "", "digest": ""}
        if name:
            waiting = await self.open(name)
            seen = {"subject": waiting.key, "nonce": waiting.nonce, "digest": waiting.digest}
        doing = Doing(**{"id": f"act-{next(self._acts)}", "case": self.id, "act": act, **seen, **changes})
        for _ in range(4):
            try:
                return await self.world.desk.act(who, doing)
            except HoldfastError as error:
                # A person who is told "not recorded" tries again, with the same press.
                if error.code not in (Code.NOT_RECORDED, Code.UNREACHABLE):
                    raise
        return await self.world.desk.act(who, doing)

    async def record(self, text: str = "SYNTHETIC record of a call") -> EvidenceRef:
        who = await self.world.someone(Role.LE_SPECIALIST)
        return await self.world.desk.keep(who, self.id, EvidenceKind.CALL_RECORD, text)

    async def verified(self, answer: str = "confirmed", real: bool = True) -> tuple[str, str]:
        """Both legs of the investigation; returns who called back and who assessed."""
        verifier = await self.world.someone(Role.LE_SPECIALIST)
        assessor = await self.world.someone(Role.ESCALATION_SPECIALIST)
        await self.act(assessor, "", Take())
        await self.act(verifier, "call-back", Done(result={"answer": answer}, artefact=await self.record()))
        await self.act(assessor, "assess-emergency", Done(result={"real": real, "because": ("plausible-account",)}))
        return verifier, assessor

    async def result(self, within: float = 30) -> IncidentReport:
        return await asyncio.wait_for(self.handle.result(), within)

    async def followed_up(self) -> None:
        """Past both follow-ups, with their answers."""
        specialist = await self.world.someone(Role.LE_SPECIALIST)
        for wait in ("day", "week"):
            key = f"notify/wait-{wait}/1"
            due = (await self.until(lambda state, key=key: key in state.deadlines)).deadlines[key]
            while key not in (await self.state()).journal:
                # Again and again: a case that continues as new while its clock is moved begins with the old one.
                left = due - await self.world.travel.now(self.handle)
                await self.later(seconds=max(left.total_seconds(), 0) + 1)
            await self.act(specialist, f"ask-outcome-{wait}", Done(result={"outcome": "resolved"}))


def _open_keys(state: State) -> list[str]:
    return [
        key
        for records in (state.gates, state.tasks, state.interventions, state.hand_overs)
        for key, each in records.items()
        if each.open
    ]


def summary(state: State) -> str:
    where = f"phase {state.phase.value}, status {state.status.value}"
    return f"{where}, open {_open_keys(state)}, journal {list(state.journal)}"
