"""The secure file-transfer portal over HTTP: the one way by which data leaves."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import httpx
from pydantic import Field

from domain.base import Model
from domain.delivery import Did, PackageEvent, PackageState
from domain.outside import Offer, Package, Placed
from domain.whereabouts import Network, Whereabouts
from integrations.base.client import Refusal, Remote, act_headers, as_json, instant

UPLOAD_DEADLINE = 45.0  # seconds; a package may be large, and its step gives one try 60
ALREADY_OPENED = Refusal(409, "already_opened")


class _Sealed(Model):
    package_id: str = Field(min_length=1)
    link: str = Field(min_length=1)


class _State(Model):
    state: Literal["sealed", "opened", "recalled", "expired"]


class _Recalled(Model):
    state: Literal["recalled"]


class _Placed(Model):
    state: PackageState
    link: str


class _Stands(Model):
    state: PackageState


class _Event(Model):
    number: int = Field(ge=1)
    at: datetime
    did: Did
    code: str = Field(default="", pattern="^[a-z-]{0,40}$")  # becomes an entry of the timeline
    opener: str = ""
    country: str = Field(default="", pattern="^([A-Z]{2})?$")
    network: str = ""
    sha256: str = ""

    def plain(self) -> PackageEvent:
        network = Network(self.network) if self.network in set(Network) else Network.UNKNOWN
        return PackageEvent(
            number=self.number,
            at=self.at,
            did=self.did,
            code=self.code,
            opener=hashlib.sha256(self.opener.encode()).hexdigest() if self.opener else "",
            place=Whereabouts(country=self.country, network=network),
            sha256=self.sha256,
        )


class _Events(Model):
    events: tuple[_Event, ...]


class PortalClient:
    """`domain.outside.Portal`. `base_url` without `/v1`; `token` is sent as a bearer token."""

    def __init__(self, base_url: str, token: str, http: httpx.AsyncClient) -> None:
        self._remote = Remote("portal", base_url, http, headers={"Authorization": f"Bearer {token}"})

    async def deliver(
        self, case: str, recipient: str, content: bytes, *, expires_at: datetime, key: str, at: datetime
    ) -> Package:
        """Seal `content` for `recipient`. The same key with other content is `permanent`."""
        body = as_json(
            {
                "case": case,
                "recipient": recipient,
                "content_b64": base64.b64encode(content).decode("ascii"),
                "sha256": hashlib.sha256(content).hexdigest(),
                "expires_at": instant(expires_at),
            }
        )
        sealed = await self._remote.ask(
            "deliver",
            ("v1", "packages"),
            _Sealed,
            body=body,
            headers=act_headers(key, at),
            deadline=UPLOAD_DEADLINE,
        )
        return Package(id=sealed.package_id, link=sealed.link)

    async def state(self, package_id: str) -> str:
        """sealed, opened, recalled or expired."""
        return (await self._remote.ask("state", ("v1", "packages", package_id), _State)).state

    async def recall(self, package_id: str, *, key: str, at: datetime) -> bool:
        """False if it was opened before it could be recalled."""
        recalled = await self._remote.ask_unless(
            ALREADY_OPENED,
            "recall",
            ("v1", "packages", package_id, "recall"),
            _Recalled,
            body=as_json({}),
            headers=act_headers(key, at),
        )
        return recalled is not None

    async def offer(self, offer: Offer, *, key: str, at: datetime) -> Placed:
        """Lay a package down under our id. The same key with other content is `permanent`."""
        body = as_json(
            {
                "package": offer.package,
                "case": offer.case,
                "recipient": offer.recipient,
                "content_b64": base64.b64encode(offer.content).decode("ascii"),
                "sha256": hashlib.sha256(offer.content).hexdigest(),
                "code": offer.code.model_dump(),
                "tries": offer.tries,
                "countries": list(offer.expected.countries),
                "networks": [each.value for each in offer.expected.networks],
                "expires_at": instant(offer.expires_at),
            }
        )
        placed = await self._remote.ask(
            "offer", ("v2", "packages"), _Placed, body=body, headers=act_headers(key, at), deadline=UPLOAD_DEADLINE
        )
        if (placed.state is PackageState.OFFERED) != bool(placed.link):
            raise self._remote.broken("offer", "a link and a state that do not fit")
        return Placed(state=placed.state, link=placed.link)

    async def allow(self, package: str, *, key: str, at: datetime) -> PackageState:
        """It may be opened from now on, unless it is over."""
        return await self._say("allow", package, key, at)

    async def withdraw(self, package: str, *, key: str, at: datetime) -> PackageState:
        """Take it back if nobody has opened it; a package that never came is recalled before it does."""
        return await self._say("withdraw", package, key, at)

    async def _say(self, verb: str, package: str, key: str, at: datetime) -> PackageState:
        path = ("v2", "packages", package, verb)
        return (await self._remote.ask(verb, path, _Stands, body=as_json({}), headers=act_headers(key, at))).state

    async def events(self, package: str, after: int, *, at: datetime) -> Sequence[PackageEvent]:
        """Openers come back as hashes: how the portal tells them apart is no business of our history."""
        path = ("v2", "packages", package, "events", str(after))
        found = await self._remote.ask("events", path, _Events, headers={"X-Holdfast-Time": instant(at)})
        return tuple(each.plain() for each in found.events)
