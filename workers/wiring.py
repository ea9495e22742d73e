"""Puts adapters behind the ports of steps: the one place where a worker's outside systems are chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from temporalio.client import Client

from activities.agencies import Agencies
from activities.answering import Answering
from activities.attachments import Attachments
from activities.books import Bookkeeping
from activities.calendars import Calendars
from activities.calling import Calling
from activities.care import Care
from activities.delivery import Delivering
from activities.disclosure import Disclosing
from activities.exporting import Exporting
from activities.fraud import Reporting
from activities.handing_off import HandingOff
from activities.least import Looking
from activities.linking import Linking
from activities.platform import Enforcement
from activities.reviewing import Reviewing
from activities.step import COMMS_QUEUE, DISCLOSURE_QUEUE, ENFORCEMENT_QUEUE, SOP_QUEUE
from activities.verifying import Comparing, LookingUp
from domain.acts import PublicKey
from domain.errors import Code, HoldfastError
from domain.observing import Observer
from domain.outside import DocumentReader, HashList, LiveDirectory, Mail, Pager, Platform, Portal, Room, Rotas
from domain.policy import Procedure
from domain.ports import Agencies as AgencyList
from domain.ports import Cases, Ledger, Marks, Vault
from integrations.attachments.hash_list import HashListFile, NoHashList
from integrations.attachments.reader import ConfinedReader
from integrations.base.client import open_http
from integrations.base.keyring import load_ring
from integrations.directory.file import DirectoryFile
from integrations.directory.listed import WithAgencies
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.pagerduty.schedules import PagerDutySchedules
from integrations.platform.client import PlatformClient
from integrations.portal.client import PortalClient
from integrations.rota.combined import WithSchedules
from integrations.rota.file import RotaFile
from integrations.slack.room import open_room
from integrations.store.store import Store, open_store
from integrations.temporal.histories import TemporalHistories
from integrations.temporal.starter import TemporalStarter
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys
from workers.keys import outside_key, trusted_keys
from workers.needs import uses
from workers.settings import Settings

D = TypeVar("D", bound=Disclosing)
ROLES = (SOP_QUEUE, ENFORCEMENT_QUEUE, DISCLOSURE_QUEUE, COMMS_QUEUE)


@dataclass(frozen=True)
class Ports:
    """Everything that steps need from outside."""

    ledger: Ledger
    cases: Cases
    vault: Vault
    directory: LiveDirectory
    platform: Platform
    portal: Portal
    mail: Mail
    pager: Pager
    room: Room | None
    trusted: tuple[PublicKey, ...]
    key: bytes
    agencies: AgencyList
    marks: Marks
    known: HashList
    reader: DocumentReader
    stand_ins: bool = False
    rotas: Rotas | None = None


def steps_of(
    role: str, ports: Ports, client: Client, procedures: Mapping[str, Procedure] | None = None
) -> list[Callable[..., Any]]:
    """The activities of one queue; a role is handed nothing that its own steps do not need. `procedures` are those
    that a linked case can be opened by."""
    match role:
        case "sop":
            books, agencies = Bookkeeping(ports.ledger), Agencies(ports.directory)
            reviewing = Reviewing(
                ledger=ports.ledger,
                vault=ports.vault,
                starter=TemporalStarter(client),
                cases=ports.cases,
                directory=ports.directory,
            )
            looking, handing_off = LookingUp(ports.directory, ports.agencies, ports.vault), HandingOff(ports.vault)
            calendars = Calendars()
            exporting = Exporting(TemporalHistories(client), ports.vault)
            attachments = Attachments(ports.vault, ports.known, ports.reader)
            return [
                books.keep_books,
                agencies.check,
                agencies.desk,
                agencies.serving,
                looking.look_up,
                handing_off.prepare,
                *steps_of_review(reviewing),
                calendars.due,
                exporting.export,
                attachments.examine,
            ]
        case "enforcement":
            acts, least = Enforcement(ports.platform, ports.key), Looking(ports.platform)
            return [
                acts.snapshot,
                acts.scope,
                acts.hide,
                acts.restore,
                acts.disable,
                acts.enable,
                acts.check_holds,
                acts.destroy,
                least.route,
                least.least,
                *welfare_steps(ports),
            ]
        case "disclosure":
            starter = TemporalStarter(client)
            linking = Linking(vault=ports.vault, starter=starter, key=ports.key, procedures=procedures or {})
            leaving, answering = disclosing(Delivering, ports), disclosing(Answering, ports)
            reporting = disclosing(Reporting, ports)
            return [
                leaving.deliver,
                leaving.prepare_call,
                leaving.refuse,
                leaving.hold,
                leaving.offer,
                leaving.allow,
                leaving.watch,
                leaving.recall,
                answering.answer,
                reporting.report,
                linking.open,
                *steps_on_requests(ports),
            ]
        case "comms":
            calling = Calling(
                directory=ports.directory,
                rotas=ports.rotas,
                pager=ports.pager,
                mail=ports.mail,
                room=ports.room,
                key=ports.key,
            )
            return [calling.page, calling.tell_room]
        case _:
            raise ValueError(f"there is no role {role!r}")


def disclosing(kind: type[D], ports: Ports) -> D:
    """One of the parts of the worker that alone may let something leave."""
    return kind(
        platform=ports.platform,
        portal=ports.portal,
        mail=ports.mail,
        vault=ports.vault,
        ledger=ports.ledger,
        directory=ports.directory,
        trusted=ports.trusted,
        key=ports.key,
        stand_ins=ports.stand_ins,
    )


def steps_of_review(reviewing: Reviewing) -> list[Callable[..., Any]]:
    """The steps of a review and of what stands beside it."""
    return [
        reviewing.start,
        reviewing.start_wellbeing,
        reviewing.plan,
        reviewing.assess,
        reviewing.draft,
        reviewing.look_back,
        reviewing.exposed,
    ]


def steps_on_requests(ports: Ports) -> list[Callable[..., Any]]:
    """What compares a request with earlier ones, and what keeps its sender out."""
    comparing = Comparing(marks=ports.marks, vault=ports.vault, directory=ports.directory, key=ports.key)
    return [comparing.behaviour, comparing.gather, comparing.quarantine, comparing.lift]


def welfare_steps(ports: Ports) -> list[Callable[..., Any]]:
    """What is done on the platform for somebody who may be in danger from themselves."""
    care = Care(ports.platform, ports.key)
    return [care.limit, care.unlimit, care.cut, care.resume, care.show, care.hints]


@asynccontextmanager
async def open_records(
    settings: Settings, observer: Observer | None = None, trusted: tuple[PublicKey, ...] | None = None
) -> AsyncIterator[tuple[Store, FileVault]]:
    """The store and the vault of this deployment; `observer` hears of what the ledger wrote, `trusted` are the desk's
    keys where the list of agencies is read with them."""
    keys = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))
    async with open_store(settings.store_url, keys, observer=observer, trusted=trusted) as store:
        yield store, FileVault(settings.home / "vault", keys)


class _Absent:
    """Stands where a role has no business: it was not even given the secret."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> Any:
        raise HoldfastError(Code.GUARD, f"this worker's role has no {self._name}")


@asynccontextmanager
async def open_ports(
    settings: Settings, roles: Collection[str] = ROLES, observer: Observer | None = None
) -> AsyncIterator[Ports]:
    """The adapters that these roles need, connected as the settings say; the others are not there.

    Raises:
        HoldfastError: `broken-configuration`, naming the setting that is missing.
    """

    def needed(name: str) -> bool:
        return uses(name, roles)

    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(open_http())
        # Settings first: a deployment that lacks one must not leave a new, empty store behind.
        platform: Any = _Absent("platform")
        portal: Any = _Absent("portal")
        pager: Any = _Absent("pager")
        mail: Any = _Absent("mail")
        directory: Any = _Absent("directory")
        ledger: Any = _Absent("ledger")
        cases: Any = _Absent("list of cases")
        agencies: Any = _Absent("list of agencies")
        marks: Any = _Absent("marks of requests")
        vault: Any = _Absent("vault")
        key: Any = _Absent("outside key")
        trusted: Any = _Absent("desk's public key")
        known: Any = _Absent("hash list")
        reader: Any = _Absent("reader of attachments")
        if needed("platform"):
            platform = PlatformClient(settings.required("platform_url"), settings.required("platform_token"), http)
        if needed("portal"):
            portal = PortalClient(settings.required("portal_url"), settings.required("portal_token"), http)
        if needed("pager"):
            pager = PagerClient(settings.required("pager_url"), settings.required("pager_secret"), http)
        if needed("mail"):
            mail = Mailer(settings.smtp_host, settings.smtp_port, settings.mail_from)
        if needed("directory"):
            directory = DirectoryFile(settings.directory_path)
        if needed("outside ids"):
            key = outside_key(settings)
        if needed("desk's signature"):
            trusted = trusted_keys(settings)
        if needed("records"):
            checked = trusted_keys(settings) if needed("desk's signature") else None
            store, vault = await stack.enter_async_context(open_records(settings, observer, checked))
            ledger, cases, agencies, marks = store.ledger, store.cases, store.agencies, store.marks
            if needed("directory"):
                directory = WithAgencies(directory, agencies)
        if needed("attachments"):
            known, reader = open_hash_list(settings), ConfinedReader()
        room = await stack.enter_async_context(_open_room(settings)) if needed("room") else None
        yield Ports(
            ledger=ledger,
            cases=cases,
            vault=vault,
            directory=directory,
            rotas=open_rotas(settings, directory, http) if needed("rota") else None,
            platform=platform,
            portal=portal,
            mail=mail,
            pager=pager,
            room=room,
            trusted=trusted,
            key=key,
            agencies=agencies,
            marks=marks,
            known=known,
            reader=reader,
            stand_ins=settings.stand_ins,
        )


def open_hash_list(settings: Settings) -> HashListFile | NoHashList:
    """The hash list of this deployment. It is read when it is asked, so that a new copy counts at once."""
    if settings.hash_list is None:
        return NoHashList()
    return HashListFile(settings.hash_list, settings.hash_list_name)


def open_rotas(settings: Settings, directory: LiveDirectory, http: httpx.AsyncClient) -> Rotas:
    """The rota of this deployment, joined with PagerDuty's schedules where there is a key for them."""
    rotas = RotaFile(settings.rota_path, directory, needed=settings.rota_file is not None)
    if settings.pagerduty_token is None:
        return rotas
    schedules = PagerDutySchedules(settings.pagerduty_url, settings.required("pagerduty_token"), http)
    return WithSchedules(rotas, schedules, directory, settings.home / "schedules.json")


@asynccontextmanager
async def _open_room(settings: Settings) -> AsyncIterator[Room | None]:
    """Slack, where a bot token is set; without one a case has no room, and the pager and the desk carry all."""
    if settings.slack_bot_token is None:
        yield None
        return
    async with open_room(settings.slack_api_url, settings.required("slack_bot_token"), settings.desk_url) as room:
        yield room
