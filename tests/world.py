"""One whole deployment on loopback for tests: real server, real store, real stand-ins, and people who decide."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from temporalio.client import Client, WorkflowHandle

from console.auditing import Auditing, open_auditing
from console.declaring import Declarer
from console.desk import LocalDesk
from console.running_cases import RunningCases
from domain.acts import (
    Act,
    Amend,
    Approve,
    ApproveLess,
    AskFirst,
    AskToStandDown,
    ByHand,
    Cannot,
    Deny,
    Done,
    Recorded,
    Retry,
    Skip,
    Take,
    Withdraw,
)
from domain.desk import Declaration, Doing, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.incident import IncidentReport, Rehearsal
from domain.people import Role
from domain.ports import Vault
from domain.state import State
from domain.timeline import Entry, Kind
from integrations.base.keyring import load_ring
from integrations.base.sealing import Sealer
from integrations.simulator.accounts import synthetic_account
from integrations.simulator.mail import MailSimulator
from integrations.simulator.pager import PAGER_SECRET, PagerSimulator
from integrations.simulator.platform import PLATFORM_TOKEN, PlatformSimulator
from integrations.simulator.portal import PORTAL_TOKEN, PortalSimulator
from integrations.store.store import Store
from integrations.temporal.plugin import connect
from integrations.temporal.server import EmbeddedServer
from integrations.temporal.skipping import TimeTravel
from workers.catalogue import Catalogue, load_catalogue
from workers.keys import desk_signer, make_keys, outside_key, trusted_keys
from workers.runner import running
from workers.settings import Settings, load_settings
from workers.telemetry import OFF, Telemetry
from workers.wiring import Ports, open_ports, open_records

EXAMPLE_DIRECTORY = Path("integrations/directory/example.yaml")
ANSWERS: dict[str, Any] = {
    "account": "acct-synthetic-001",
    "requester_email": "desk.sergeant@police.northfield.example.org",
    "category": "missing-person",
    "country": "US",
    "narrative": "SYNTHETIC: a walker has not come home.",
    "in_danger": "SYNTHETIC walker",
}
"""Synthetic: no such person, agency or account exists."""

_numbers = itertools.count(1)
_accounts = itertools.count(1)


@dataclass
class Simulators:
    platform: PlatformSimulator
    portal: PortalSimulator
    pager: PagerSimulator
    mail: MailSimulator

    def applied(self) -> dict[str, int]:
        """How many effects each of them really applied."""
        return {name: getattr(self, name).stats()["applied"] for name in ("platform", "portal", "pager", "mail")}


@asynccontextmanager
async def open_simulators() -> AsyncIterator[Simulators]:
    async with (
        PlatformSimulator() as platform,
        PortalSimulator() as portal,
        PagerSimulator() as pager,
        MailSimulator() as mail,
    ):
        yield Simulators(platform, portal, pager, mail)


@dataclass
class World:
    """A deployment. `desk` acts for people; `travel` moves cases' clocks."""

    settings: Settings
    client: Client
    travel: TimeTravel
    ports: Ports
    records: Store
    desk: LocalDesk
    auditing: Auditing
    declarer: Declarer
    catalogue: Catalogue
    sims: Simulators
    between_looks: float = 0.2
    patience: float = 20.0  # seconds that a test waits for a condition

    async def declare(
        self,
        person: str | None = None,
        *,
        slug: str = "edr",
        key: str = "",
        rehearsal: Rehearsal | None = None,
        drill: bool = False,
        **answers: Any,
    ) -> Case:
        """Open a case on an account of its own; with `rehearsal` it continues as new where that says."""
        account = answers.setdefault("account", self.fresh_account())
        base = ANSWERS if slug == "edr" else {}
        who = person or await self.someone(Role.ESCALATION_SPECIALIST)
        key = key or f"test-{next(_numbers)}-{id(self)}"
        given = Declaration(slug=slug, answers={**base, **answers}, key=key, drill=drill)
        self.declarer.rehearsal = rehearsal or Rehearsal()
        declared = await self.desk.declare(who, given)
        return Case(self, declared.case, account)

    async def look(self, case: str) -> State:
        """The state of a case as its run says it."""
        return await RunningCases(self.client).state(case)

    def fresh_account(self) -> str:
        """An account of the stand-in that no other case uses."""
        number = next(_accounts)
        made = synthetic_account(1 + number % 99, "US").model_copy(update={"account": f"acct-test-{number:05d}"})
        self.sims.platform.state.accounts[made.account] = made
        return made.account

    @staticmethod
    def reference(plain: dict[str, Any]) -> EvidenceRef:
        return EvidenceRef.model_validate(plain)

    def packages(self, case: str) -> list[list[str]]:
        """The field names in each package that the portal holds of this case."""
        mine = [each for each in self.sims.portal.packages if each.case == case]
        return [sorted(json.loads(each.content_bytes())["records"]) for each in mine]

    def letters(self, case: str) -> list[str]:
        """Where letters of this case went; distinct messages only, pages to our own people left out."""
        found = {each.message_id: each.to[0] for each in self.sims.mail.messages if case in each.subject}
        return sorted(to for to in found.values() if not to.endswith("@example.com"))

    async def someone(self, role: Role, *, but: Iterable[str] = ()) -> str:
        """A person of this role whose first role it is if possible, and who is none of `but`."""
        directory = await self.ports.directory.current()
        able = [each for each in directory.rota((role,)) if each.id not in set(but)]
        return sorted(able, key=lambda each: each.roles[0] is not role)[0].id


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
        for _ in range(3):
            try:
                return await self.world.look(self.id)
            except HoldfastError as error:
                if error.code is not Code.UNREACHABLE:
                    raise
        return await self.world.look(self.id)

    async def until(self, ready: Callable[[State], bool], within: float = 0) -> State:
        """Wait for a condition on the state."""
        deadline = asyncio.get_running_loop().time() + (within or self.world.patience)
        for pause in itertools.chain((0.03, 0.06, 0.12), itertools.repeat(self.world.between_looks)):
            state = await self.state()
            if ready(state):
                return state
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{self.id}: not reached; {summary(state)}")
            await asyncio.sleep(pause)
        raise AssertionError("the pauses never end")

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
        """Wait until a gate, task or intervention whose key names this is open."""
        await self.until(lambda state: any(name in key for key in _open_keys(state)))
        looker = Role.WELLBEING if self.id.endswith("/wellbeing") else Role.INCIDENT_COMMANDER
        who = await self.world.someone(looker)
        found = [each for each in await self.world.desk.waiting(who, case=self.id) if name in each.key]
        return found[-1]

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


def settings_for(home: Path, address: str, sims: Simulators, **more: Any) -> Settings:
    return load_settings(
        home=home,
        temporal_address=address,
        platform_url=sims.platform.url,
        platform_token=PLATFORM_TOKEN,
        portal_url=sims.portal.url,
        portal_token=PORTAL_TOKEN,
        pager_url=sims.pager.url,
        pager_secret=PAGER_SECRET,
        smtp_host=sims.mail.smtp_host,
        smtp_port=sims.mail.smtp_port,
        directory_file=EXAMPLE_DIRECTORY.absolute(),
        stand_ins=True,
        **more,
    )


def _declarer(settings: Settings, client: Client, store: Store, vault: Vault, catalogue: Catalogue) -> Declarer:
    return Declarer(
        client=client,
        vault=vault,
        inbox=store.inbox,
        sealer=Sealer(load_ring(settings.store_ring)),
        outside=outside_key(settings),
        trusted=trusted_keys(settings),
        procedures=catalogue.procedures,
        cases=store.cases,
        stand_ins=settings.stand_ins,
    )


def open_declarer(settings: Settings, world: World) -> Declarer:
    """What a desk with other settings would declare with."""
    return _declarer(settings, world.client, world.records, world.ports.vault, world.catalogue)


@asynccontextmanager
async def open_world(
    home: Path,
    server: EmbeddedServer,
    sims: Simulators,
    *,
    extra: Iterable[ModuleType] = (),
    workers: bool = True,
    cached: int = 1000,
    telemetry: Telemetry = OFF,
    **more: Any,
) -> AsyncIterator[World]:
    """A deployment on this server. Without `workers` the test runs its own; `more` are settings."""
    settings = settings_for(home, server.address, sims, **more)
    make_keys(settings)
    catalogue = load_catalogue(extra)
    client = await connect(
        settings.temporal_address,
        "default",
        load_ring(settings.codec_ring),
        interceptors=telemetry.interceptors,
        runtime=telemetry.runtime,
    )
    travel = TimeTravel(client)
    async with AsyncExitStack() as stack:
        ports = await stack.enter_async_context(open_ports(settings, observer=telemetry.observer))
        store, vault = await stack.enter_async_context(open_records(settings, telemetry.observer))
        auditing = await stack.enter_async_context(open_auditing(settings, store, vault))
        declarer = _declarer(settings, travel.client, store, vault, catalogue)
        desk = LocalDesk(
            client=travel.client,
            ledger=store.ledger,
            cases=store.cases,
            vault=vault,
            directory=ports.directory,
            signer=desk_signer(settings),
            declarer=declarer,
            procedures=catalogue.procedures,
            auditing=auditing,
            rotas=ports.rotas,
        )
        if workers:
            await stack.enter_async_context(running(client, ports, catalogue, cached=cached))
        yield World(settings, travel.client, travel, ports, store, desk, auditing, declarer, catalogue, sims)


__all__ = [
    "Amend",
    "Approve",
    "ApproveLess",
    "AskFirst",
    "AskToStandDown",
    "ByHand",
    "Cannot",
    "Case",
    "Deny",
    "Done",
    "Retry",
    "Simulators",
    "Skip",
    "Take",
    "Withdraw",
    "World",
    "open_simulators",
    "open_world",
    "replace",
    "settings_for",
]
