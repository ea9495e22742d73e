"""Packages that open with a code spoken on the phone, as the portal's stand-in keeps them, by rules of its own.

A request says where it comes from by `X-Synthetic-Country` and `X-Synthetic-Network`; a real portal finds out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.state import SimState
from integrations.simulator.wire import Call, Refusal, Reply

State = Literal["offered", "opened", "sealed", "recalled", "expired"]


class Hash(BaseModel):
    """RFC 7914 with its parameters; salt and hash in hexadecimal."""

    n: int = Field(ge=2**10, le=2**17)
    r: int = Field(ge=1, le=16)
    p: int = Field(ge=1, le=4)
    salt: str
    hash: str

    def fits(self, typed: str) -> bool:
        read = "".join(each for each in typed.upper() if each not in "- ").translate({73: "1", 76: "1", 79: "0"})
        salt = bytes.fromhex(self.salt)
        made = hashlib.scrypt(read.encode(), salt=salt, n=self.n, r=self.r, p=self.p, dklen=32, maxmem=2**28)
        return hmac.compare_digest(made.hex(), self.hash)


class Happened(BaseModel):
    """One event, numbered within its package."""

    number: int
    at: AwareDatetime
    did: str
    code: str = ""
    opener: str = ""
    country: str = ""
    network: str = ""
    sha256: str = ""


class Held(BaseModel):
    """One package. `bound` is whoever opened it first; `content` is base64."""

    package: str
    case: str
    recipient: str
    content: str = Field(repr=False)
    sha256: str
    code: Hash = Field(repr=False)
    tries_left: int
    countries: list[str]
    networks: list[str]
    expires_at: AwareDatetime
    secret: str = Field(repr=False)
    state: State = "offered"
    allowed: bool = False
    bound: str = ""
    events: list[Happened] = Field(default_factory=list)

    def content_bytes(self) -> bytes:
        return base64.b64decode(self.content)

    def happened(self, at: datetime, did: str, **more: str) -> None:
        self.events.append(Happened.model_validate({"number": len(self.events) + 1, "at": at, "did": did, **more}))

    def run_out(self, now: datetime) -> None:
        if self.state == "offered" and now >= self.expires_at:
            self.state = "expired"
            self.happened(self.expires_at, "expired")


class PackagesState(SimState):
    """Packages by id, and the ids that were recalled before they came."""

    held: dict[str, Held] = Field(default_factory=dict)
    never: set[str] = Field(default_factory=set)


class _Offer(BaseModel):
    package: str = Field(min_length=16)
    case: str = Field(min_length=1)
    recipient: str = Field(min_length=1)
    content_b64: str
    sha256: str
    code: Hash
    tries: int = Field(ge=1, le=10)
    countries: list[str] = Field(min_length=1)
    networks: list[str] = Field(min_length=1)
    expires_at: AwareDatetime


class _Try(BaseModel):
    code: str = Field(max_length=64)
    opener: str = Field(min_length=1)


class Packages:
    """The handlers, over the state of the stand-in that serves them. None of them waits, so each is one step."""

    def __init__(self, url: str, state: PackagesState) -> None:
        self._url = url
        self._state = state

    def offer(self, call: Call) -> Reply:
        new = call.read(_Offer)
        try:
            content = base64.b64decode(new.content_b64, validate=True)
        except ValueError as error:
            raise Refusal(400, "bad_base64") from error
        if hashlib.sha256(content).hexdigest() != new.sha256.lower():
            raise Refusal(422, "sha256_mismatch")
        if new.package in self._state.never:
            return Reply(201, {"state": "recalled", "link": ""})
        if new.package in self._state.held:
            raise Refusal(422, "package_id_reused")
        if new.expires_at <= call.now:
            raise Refusal(422, "already_expired")
        held = Held(
            package=new.package,
            case=new.case,
            recipient=new.recipient,
            content=new.content_b64,
            sha256=new.sha256.lower(),
            code=new.code,
            tries_left=new.tries,
            countries=new.countries,
            networks=new.networks,
            expires_at=new.expires_at,
            secret=secrets.token_urlsafe(24),
        )
        held.happened(call.now, "offered")
        self._state.held[held.package] = held
        return Reply(201, {"state": held.state, "link": self.link(held)})

    def allow(self, call: Call) -> Reply:
        held = self._find(call)
        if held.state == "offered" and not held.allowed:
            held.allowed = True
            held.happened(call.now, "allowed")
        return Reply(200, {"state": held.state})

    def withdraw(self, call: Call) -> Reply:
        if call.params["package"] not in self._state.held:
            self._state.never.add(call.params["package"])
            return Reply(200, {"state": "recalled"})
        held = self._find(call)
        if held.state == "offered":
            held.state = "recalled"
            held.happened(call.now, "recalled")
        return Reply(200, {"state": held.state})

    def events(self, call: Call) -> Reply:
        held = self._find(call)
        try:
            after = int(call.params["after"])
        except ValueError as error:
            raise Refusal(400, "bad_request") from error
        return Reply(200, {"events": [each.model_dump(mode="json") for each in held.events if each.number > after]})

    def look(self, call: Call) -> Reply:
        """Following the link opens nothing and counts as no try: mail scanners and previews follow links."""
        self._by_link(call)
        return Reply(200, {"needs": "code"})

    def open(self, call: Call) -> Reply:
        held, said = self._by_link(call), call.read(_Try)
        who = {"opener": said.opener, **_place(call.headers)}
        held.run_out(call.now)
        if held.state not in ("offered", "opened") or call.now >= held.expires_at:
            raise Refusal(410, held.state)
        if not held.allowed:
            return self._seal(held, call.now, "before-call-back", who)
        if who["country"] not in held.countries or who["network"] not in held.networks:
            return self._seal(held, call.now, "unexpected-place", who)
        if held.bound and held.bound != said.opener:
            return self._seal(held, call.now, "second-opener", who)
        if not held.code.fits(said.code):
            held.tries_left -= 1
            if held.tries_left == 0:
                return self._seal(held, call.now, "code-guessed", who)
            held.happened(call.now, "tried", **who)
            return Reply(403, {"error": "wrong_code"})
        held.state, held.bound = "opened", said.opener
        content = held.content_bytes()
        held.happened(call.now, "opened", sha256=hashlib.sha256(content).hexdigest(), **who)
        return Reply(200, content)

    def link(self, held: Held) -> str:
        """The address that the recipient is sent."""
        return f"{self._url}/o/{held.secret}"

    @staticmethod
    def _seal(held: Held, at: datetime, code: str, who: dict[str, str]) -> Reply:
        held.state = "sealed"
        held.happened(at, "sealed", code=code, **who)
        return Reply(403, {"error": "sealed"})  # not why: whoever tries learns nothing

    def _find(self, call: Call) -> Held:
        held = self._state.held.get(call.params["package"])
        if held is None:
            raise Refusal(404, "unknown_package")
        held.run_out(call.now)
        return held

    def _by_link(self, call: Call) -> Held:
        secret = call.params["secret"]
        held = next((each for each in self._state.held.values() if each.secret == secret), None)
        if held is None:
            raise Refusal(404, "unknown_package")
        return held


def _place(headers: Mapping[str, str]) -> dict[str, str]:
    country = headers.get("X-Synthetic-Country", "")
    known = len(country) == 2 and country.isascii() and country.isupper()
    return {"country": country if known else "", "network": headers.get("X-Synthetic-Network", "unknown")}
