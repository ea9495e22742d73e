"""A stand-in for a secure file-transfer portal: sealed packages, opened once, recalled while unopened."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.base import Simulator
from integrations.simulator.packages import Packages, PackagesState
from integrations.simulator.page import Table
from integrations.simulator.wire import Call, Operation, Refusal, Reply, require_bearer

PORTAL_TOKEN = "synthetic-portal-token"  # noqa: S105 - invented, opens nothing but this stand-in

PackageState = Literal["sealed", "opened", "recalled", "expired"]


class Package(BaseModel):
    """One delivery. `secret` is the last part of its link; `content` is base64."""

    package_id: str
    recipient: str
    case: str
    content: str = Field(repr=False)
    sha256: str
    sealed_at: AwareDatetime
    expires_at: AwareDatetime
    secret: str = Field(repr=False)
    opened_at: AwareDatetime | None = None
    recalled: bool = False

    def state_at(self, now: datetime) -> PackageState:
        """What was done to it counts before the time that ran out."""
        if self.opened_at is not None:
            return "opened"
        if self.recalled:
            return "recalled"
        return "expired" if now >= self.expires_at else "sealed"

    def content_bytes(self) -> bytes:
        return base64.b64decode(self.content)


class PortalState(PackagesState):
    """Packages by id; those that open with a spoken code are `held`."""

    packages: dict[str, Package] = Field(default_factory=dict)


class _NewPackage(BaseModel):
    recipient: str = Field(min_length=1)
    content_b64: str
    sha256: str
    expires_at: AwareDatetime
    case: str = Field(min_length=1)


class PortalSimulator(Simulator[PortalState]):
    """Errors are {"error": code}: 401 unauthorized; 404 unknown_package; 409 already_opened;
    410 already_opened, sealed, recalled, expired (links only); 403 wrong_code, sealed (links only);
    422 sha256_mismatch, already_expired, package_id_reused, idempotency_key_reused; 400 for what cannot be read.
    """

    title = "Portal stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = PORTAL_TOKEN,
        state_path: Path | None = None,
    ) -> None:
        super().__init__(PortalState(), host=host, port=port, state_path=state_path)
        self._token = token

    @property
    def packages(self) -> list[Package]:
        """All packages, oldest first."""
        return list(self.state.packages.values())

    @property
    def spoken(self) -> Packages:
        """The packages that open with a spoken code."""
        return Packages(self.url, self.state)

    def link(self, package: Package) -> str:
        """The address that the recipient opens."""
        return f"{self.url}/p/{package.secret}"

    def authorise(self, call: Call) -> None:
        require_bearer(call, self._token)

    def shown_path(self, path: str) -> str:
        return next((f"{each}…" for each in ("/p/", "/o/") if path.startswith(each)), path)

    def operations(self) -> Sequence[Operation]:
        return (
            Operation("POST", "/v1/packages", "seal", self._seal, act=True),
            Operation("GET", "/v1/packages/{package}", "package", self._show),
            Operation("POST", "/v1/packages/{package}/recall", "recall", self._recall, act=True),
            Operation("GET", "/p/{secret}", "open", self._open, public=True),
            Operation("POST", "/v2/packages", "offer", lambda call: self.spoken.offer(call), act=True),
            Operation("POST", "/v2/packages/{package}/allow", "allow", lambda call: self.spoken.allow(call), act=True),
            Operation(
                "POST", "/v2/packages/{package}/withdraw", "withdraw", lambda call: self.spoken.withdraw(call), act=True
            ),
            Operation("GET", "/v2/packages/{package}/events/{after}", "events", self._events),
            Operation("GET", "/o/{secret}", "look", lambda call: self.spoken.look(call), public=True),
            Operation("POST", "/o/{secret}", "try", self._try, public=True),
        )

    def tables(self) -> Sequence[Table]:
        rows = [
            (
                package.package_id,
                package.case,
                package.recipient,
                package.expires_at.isoformat(),
                package.opened_at.isoformat() if package.opened_at else ("recalled" if package.recalled else ""),
                self.link(package),
            )
            for package in self.packages
        ]
        columns = ("Package", "Case", "Recipient", "Expires", "Opened", "Open as the recipient")
        held = [
            (each.package, each.case, each.recipient, each.state, str(len(each.events)), self.spoken.link(each))
            for each in self.state.held.values()
        ]
        spoken = ("Package", "Case", "Recipient", "State", "Events", "Open as the recipient, with the code")
        return (Table("Packages", columns, rows), Table("Packages with a spoken code", spoken, held))

    def _find(self, call: Call) -> Package:
        package = self.state.packages.get(call.params["package"])
        if package is None:
            raise Refusal(404, "unknown_package")
        return package

    def _seal(self, call: Call) -> Reply:
        new = call.read(_NewPackage)
        try:
            content = base64.b64decode(new.content_b64, validate=True)
        except ValueError as error:
            raise Refusal(400, "bad_base64") from error
        if hashlib.sha256(content).hexdigest() != new.sha256.lower():
            raise Refusal(422, "sha256_mismatch")
        if new.expires_at <= call.now:
            raise Refusal(422, "already_expired")
        package = Package(
            package_id=self.state.next_id("pkg"),
            recipient=new.recipient,
            case=new.case,
            content=new.content_b64,
            sha256=new.sha256.lower(),
            sealed_at=call.now,
            expires_at=new.expires_at,
            secret=secrets.token_urlsafe(24),
        )
        self.state.packages[package.package_id] = package
        return Reply(201, {"package_id": package.package_id, "link": self.link(package)})

    def _show(self, call: Call) -> Reply:
        package = self._find(call)
        opened = package.opened_at.isoformat() if package.opened_at is not None else None
        return Reply(200, {"state": package.state_at(call.now), "opened_at": opened})

    def _recall(self, call: Call) -> Reply:
        package = self._find(call)
        if package.opened_at is not None:
            raise Refusal(409, "already_opened")
        package.recalled = True
        return Reply(200, {"state": "recalled"})

    def _open(self, call: Call) -> Reply:
        """Not an act of ours, so it is stored but not counted among them."""
        secret = call.params["secret"]
        package = next((one for one in self.packages if one.secret == secret), None)
        if package is None:
            raise Refusal(404, "unknown_package")
        state = package.state_at(call.now)
        if state != "sealed":
            raise Refusal(410, "already_opened" if state == "opened" else state)
        package.opened_at = call.now
        self.touch()
        return Reply(200, package.content_bytes())

    def _events(self, call: Call) -> Reply:
        """A look may find that a package has run out."""
        self.touch()
        return self.spoken.events(call)

    def _try(self, call: Call) -> Reply:
        """Somebody else's doing, like an opening: stored, not counted among our acts."""
        self.touch()
        return self.spoken.open(call)
