"""One whole deployment on loopback for tests: real server, real store, real stand-ins, and people who decide."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from console.auditing import Auditing, open_auditing
from console.declaring import Declarer
from console.desk import LocalDesk
from domain.acts import (
    Amend,
    Approve,
    ApproveLess,
    AskFirst,
    AskToStandDown,
    ByHand,
    Cannot,
    Deny,
    Done,
    Retry,
    Skip,
    Take,
    Withdraw,
)
from domain.desk import Declaration
from domain.evidence import EvidenceRef
from domain.incident import Rehearsal
from domain.people import Role
from domain.ports import Vault
from domain.state import State
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
from tests.cases import Case
from workers.catalogue import Catalogue, load_catalogue
from workers.keys import desk_signer, make_keys, outside_key, trusted_keys
from workers.runner import running
from workers.settings import Settings, load_settings
from workers.telemetry import OFF, Telemetry
from workers.wiring import Ports, open_ports, open_records
from workflows.sops import emergency_data_request_1

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

# Tests query their cases, and share an event loop with the workers: see docs/adr/0026.
_UNHURRIED = timedelta(seconds=60)
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
    today: World | None = None  # the same deployment, declaring by the newest version of each procedure
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
        """The state of a case as its run says it, with what is still to be written."""
        handle = self.client.get_workflow_handle(case)
        deadline = asyncio.get_running_loop().time() + self.patience
        while True:
            try:
                found: Any = await handle.query("state", result_type=State, rpc_timeout=timedelta(seconds=10))
                return State.model_validate(found)
            except RPCError as error:
                # A run that has only just begun (declared, or continued as new) cannot be asked for a moment.
                if error.status is RPCStatusCode.NOT_FOUND or asyncio.get_running_loop().time() > deadline:
                    raise
            except WorkflowQueryFailedError:
                # A query that came late spoils the worker's copy of the run (docs/adr/0026); the next one starts anew.
                if asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(0.05)

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
        """The field names in each package that the portal ever held of this case, opened or not."""
        portal = self.sims.portal
        every = [each.content_bytes() for each in portal.packages if each.case == case]
        every += [each.content_bytes() for each in portal.state.held.values() if each.case == case]
        return [sorted(json.loads(each)["records"]) for each in every]

    def letters(self, case: str) -> list[str]:
        """Where letters of this case went; distinct messages only, pages to our own people left out."""
        found = {each.message_id: each.to[0] for each in self.sims.mail.messages if case in each.subject}
        return sorted(to for to in found.values() if not to.endswith("@example.com"))

    async def someone(self, role: Role, *, but: Iterable[str] = ()) -> str:
        """A person of this role whose first role it is if possible, and who is none of `but`."""
        directory = await self.ports.directory.current()
        able = [each for each in directory.rota((role,)) if each.id not in set(but)]
        return sorted(able, key=lambda each: each.roles[0] is not role)[0].id


def settings_for(home: Path, address: str, sims: Simulators, **more: Any) -> Settings:
    more.setdefault("directory_file", EXAMPLE_DIRECTORY.absolute())
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
        stand_ins=True,
        **more,
    )


def as_first(newest: Catalogue) -> Catalogue:
    """What the tests of the engine declare by: the first version of the emergency data request, whose few steps they
    know, and which goes on running for the cases that began with it."""
    first = emergency_data_request_1.POLICY
    return replace(newest, procedures={**newest.procedures, first.slug: first})


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
    newest = load_catalogue(extra)
    catalogue = as_first(newest)
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

        def opened(by: Catalogue, today: World | None) -> World:
            declarer = _declarer(settings, travel.client, store, vault, by)
            desk = LocalDesk(
                client=travel.client,
                ledger=store.ledger,
                cases=store.cases,
                vault=vault,
                directory=ports.directory,
                signer=desk_signer(settings),
                declarer=declarer,
                procedures=by.procedures,
                auditing=auditing,
                rotas=ports.rotas,
            )
            return World(settings, travel.client, travel, ports, store, desk, auditing, declarer, by, sims, today)

        if workers:
            await stack.enter_async_context(running(client, ports, newest, cached=cached, sticky=_UNHURRIED))
        yield opened(catalogue, opened(newest, None))


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
