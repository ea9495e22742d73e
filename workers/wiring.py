"""Puts adapters behind the ports of steps: the one place where a worker's outside systems are chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client

from activities.agencies import Agencies
from activities.books import Bookkeeping
from activities.calling import Calling
from activities.care import Care
from activities.disclosure import Disclosing
from activities.platform import Enforcement
from activities.review import Reviewing
from activities.step import COMMS_QUEUE, DISCLOSURE_QUEUE, ENFORCEMENT_QUEUE, SOP_QUEUE
from domain.acts import PublicKey
from domain.errors import Code, HoldfastError
from domain.outside import LiveDirectory, Mail, Pager, Platform, Portal, Room
from domain.ports import Ledger, Vault
from integrations.base.client import open_http
from integrations.base.keyring import load_ring
from integrations.directory.file import DirectoryFile
from integrations.mail.mailer import Mailer
from integrations.pager.client import PagerClient
from integrations.platform.client import PlatformClient
from integrations.portal.client import PortalClient
from integrations.slack.room import open_room
from integrations.store.store import Store, open_store
from integrations.temporal.starter import TemporalStarter
from integrations.vault.files import FileVault
from integrations.vault.keys import CaseKeys
from workers.keys import outside_key, trusted_keys
from workers.needs import uses
from workers.settings import Settings

ROLES = (SOP_QUEUE, ENFORCEMENT_QUEUE, DISCLOSURE_QUEUE, COMMS_QUEUE)


@dataclass(frozen=True)
class Ports:
    """Everything that steps need from outside."""

    ledger: Ledger
    vault: Vault
    directory: LiveDirectory
    platform: Platform
    portal: Portal
    mail: Mail
    pager: Pager
    room: Room | None
    trusted: tuple[PublicKey, ...]
    key: bytes
    stand_ins: bool = False


def steps_of(role: str, ports: Ports, client: Client) -> list[Callable[..., Any]]:
    """The activities of one queue; a role is handed nothing that its own steps do not need."""
    match role:
        case "sop":
            books, agencies = Bookkeeping(ports.ledger), Agencies(ports.directory)
            reviewing = Reviewing(ports.ledger, ports.vault, TemporalStarter(client))
            return [books.keep_books, agencies.check, agencies.desk, reviewing.draft, reviewing.start]
        case "enforcement":
            acts = Enforcement(ports.platform, ports.key)
            return [
                acts.snapshot,
                acts.scope,
                acts.hide,
                acts.restore,
                acts.disable,
                acts.enable,
                acts.check_holds,
                acts.destroy,
                *welfare_steps(ports),
            ]
        case "disclosure":
            leaving = Disclosing(
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
            return [leaving.deliver, leaving.prepare_call, leaving.refuse, leaving.hold]
        case "comms":
            calling = Calling(
                directory=ports.directory, pager=ports.pager, mail=ports.mail, room=ports.room, key=ports.key
            )
            return [calling.page, calling.tell_room]
        case _:
            raise ValueError(f"there is no role {role!r}")


def welfare_steps(ports: Ports) -> list[Callable[..., Any]]:
    """What is done on the platform for somebody who may be in danger from themselves."""
    care = Care(ports.platform, ports.key)
    return [care.limit, care.unlimit, care.cut, care.resume, care.show, care.hints]


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[tuple[Store, FileVault]]:
    """The store and the vault of this deployment."""
    keys = CaseKeys(settings.home / "case-keys", load_ring(settings.store_ring))
    async with open_store(settings.store_url, keys) as store:
        yield store, FileVault(settings.home / "vault", keys)


class _Absent:
    """Stands where a role has no business: it was not even given the secret."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> Any:
        raise HoldfastError(Code.GUARD, f"this worker's role has no {self._name}")


@asynccontextmanager
async def open_ports(settings: Settings, roles: Collection[str] = ROLES) -> AsyncIterator[Ports]:
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
        vault: Any = _Absent("vault")
        key: Any = _Absent("outside key")
        trusted: Any = _Absent("desk's public key")
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
            store, vault = await stack.enter_async_context(open_records(settings))
            ledger = store.ledger
        room = await stack.enter_async_context(_open_room(settings)) if needed("room") else None
        yield Ports(
            ledger=ledger,
            vault=vault,
            directory=directory,
            platform=platform,
            portal=portal,
            mail=mail,
            pager=pager,
            room=room,
            trusted=trusted,
            key=key,
            stand_ins=settings.stand_ins,
        )


@asynccontextmanager
async def _open_room(settings: Settings) -> AsyncIterator[Room | None]:
    """Slack, where a bot token is set; without one a case has no room, and the pager and the desk carry all."""
    if settings.slack_bot_token is None:
        yield None
        return
    async with open_room(settings.slack_api_url, settings.required("slack_bot_token"), settings.desk_url) as room:
        yield room
