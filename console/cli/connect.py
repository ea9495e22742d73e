"""The one place where the command line meets a desk, and where it says who is asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from console.cli.exits import Told
from console.cli.output import patience
from domain.errors import Code, HoldfastError

if TYPE_CHECKING:
    from domain.desk import Desk
    from integrations.desk_client.whole import WholeDeskClient
    from workers.settings import Settings

T = TypeVar("T")


def is_loopback(url: str) -> bool:
    """Whether an address is this machine: the only place where a person is believed without proof."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(url: str) -> tuple[str, int]:
    """Host and port of the desk's address.

    Raises:
        HoldfastError: `broken-configuration`.
    """
    from urllib.parse import urlsplit

    try:
        where = urlsplit(url)
        host, port = where.hostname, where.port
    except ValueError:
        host, port = None, None
    if not host:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "HOLDFAST_DESK_URL is not an address")
    return host, port if port is not None else 443 if where.scheme == "https" else 80


@asynccontextmanager
async def open_desk_client(settings: Settings, person: str) -> AsyncIterator[WholeDeskClient]:
    """The desk at `settings.desk_url`, for a person who is believed because the desk is on this machine.

    Raises:
        HoldfastError: `invalid` if nobody is named, `not-allowed` for a desk elsewhere.
    """
    from integrations.base.client import open_http
    from integrations.desk_client.whole import WholeDeskClient

    url = settings.desk_url
    address_of(url)
    if not person:
        raise Told(Code.INVALID, "Say who you are: --as PERSON, or HOLDFAST_AS in the environment.")
    if not (person.isascii() and person.isprintable()):
        raise HoldfastError(Code.UNKNOWN_PERSON)  # it could not even be sent
    if not is_loopback(url):
        raise Told(Code.NOT_ALLOWED, "--as is for a desk on this machine; sign in at the desk's own pages instead.")
    async with open_http() as http:
        yield WholeDeskClient(url, person, http)


def with_desk(person: str, work: Callable[[Desk, str], Awaitable[T]], *, spin: bool = True) -> T:
    """Run `work(desk, person)` against the desk of this deployment and return what it returns. Without `spin` no
    spinner shows that it takes long.

    Raises:
        HoldfastError: as `open_desk_client` and as the desk's methods; `broken-configuration`.
    """
    return with_agencies(person, work, spin=spin)


def with_agencies(person: str, work: Callable[[WholeDeskClient, str], Awaitable[T]], *, spin: bool = True) -> T:
    """As `with_desk`, for what keeps the list of agencies as well."""
    from workers.settings import load_settings

    settings = load_settings()

    async def ask() -> T:
        async with open_desk_client(settings, person) as desk, patience("Waiting for the desk …", shown=spin):
            return await work(desk, person)

    return asyncio.run(ask())
