"""A stand-in for a pager that takes signed webhooks: one page per dedup key, however often it is sent."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.base import Simulator
from integrations.simulator.page import Table
from integrations.simulator.state import SimState
from integrations.simulator.wire import Call, Operation, Refusal, Reply

PAGER_SECRET = "synthetic-pager-secret"  # noqa: S105 - invented, opens nothing but this stand-in
SIGNATURE_SECONDS = 300  # five minutes either way, the tolerance usual for signed webhooks
LONGEST_SUMMARY = 140  # characters: what a lock screen shows

SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class Page(BaseModel):
    """One page as the person's phone would show it."""

    page_id: str
    dedup_key: str
    person: str
    case: str
    kind: str
    summary: str
    severity: str
    at: AwareDatetime
    status: str = "triggered"


class PagerState(SimState):
    """Pages by dedup key, and the people who have no contact."""

    pages: dict[str, Page] = Field(default_factory=dict)
    unreachable: set[str] = Field(default_factory=set)


class _Event(BaseModel):
    dedup_key: str = Field(min_length=1, max_length=255)
    person: str = Field(min_length=1)
    case: str
    kind: str
    summary: str
    severity: str


class _Asked(BaseModel):
    dedup_key: str = Field(min_length=1, max_length=255)


class PagerSimulator(Simulator[PagerState]):
    """`keys` of the stats are dedup keys. Errors are {"error": code}: 401 unauthorized; 409 no_contact;
    400 summary_too_long, bad_request, bad_json, bad_time; 404 unknown_page.
    """

    title = "Pager stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        secret: str = PAGER_SECRET,
        state_path: Path | None = None,
    ) -> None:
        super().__init__(PagerState(), host=host, port=port, state_path=state_path)
        self._secret = secret.encode()

    @property
    def pages(self) -> list[Page]:
        """All pages, oldest first."""
        return list(self.state.pages.values())

    def set_reachable(self, person: str, reachable: bool) -> None:
        """Whether new pages to this person are taken; over HTTP: PUT or DELETE /_sim/unreachable/{person}."""
        (self.state.unreachable.discard if reachable else self.state.unreachable.add)(person)

    def acknowledge(self, page_id: str) -> bool:
        """The person presses "acknowledge" on their phone; over HTTP: PUT /_sim/acknowledged/{page_id}."""
        for key, page in self.state.pages.items():
            if page.page_id == page_id:
                self.state.pages[key] = page.model_copy(update={"status": "acknowledged"})
                return True
        return False

    def authorise(self, call: Call) -> None:
        match = SIGNATURE.fullmatch(call.headers.get("X-Holdfast-Signature", ""))
        if match is None:
            raise Refusal(401, "unauthorized")
        seconds, given = match.groups()
        expected = hmac.new(self._secret, seconds.encode() + b"." + call.raw, hashlib.sha256).hexdigest()
        fresh = abs(call.now.timestamp() - int(seconds)) <= SIGNATURE_SECONDS
        if not (hmac.compare_digest(given, expected) and fresh):
            raise Refusal(401, "unauthorized")

    def operations(self) -> Sequence[Operation]:
        return (
            Operation("POST", "/v1/events", "page", self._page),
            Operation("POST", "/v1/events/state", "look", self._state_of),
        )

    def add_controls(self, app: web.Application) -> None:
        async def lose(request: web.Request) -> web.Response:
            self.set_reachable(request.match_info["person"], False)
            return web.json_response({"unreachable": sorted(self.state.unreachable)})

        async def find(request: web.Request) -> web.Response:
            self.set_reachable(request.match_info["person"], True)
            return web.json_response({"unreachable": sorted(self.state.unreachable)})

        async def take(request: web.Request) -> web.Response:
            known = self.acknowledge(request.match_info["page_id"])
            return web.json_response({"acknowledged": known}, status=200 if known else 404)

        app.router.add_put("/_sim/acknowledged/{page_id}", take)
        app.router.add_put("/_sim/unreachable/{person}", lose)
        app.router.add_delete("/_sim/unreachable/{person}", find)

    def tables(self) -> Sequence[Table]:
        pages = [
            (
                page.at.isoformat(),
                page.page_id,
                page.person,
                page.case,
                page.kind,
                page.severity,
                page.summary,
                page.status,
            )
            for page in reversed(self.pages)
        ]
        columns = ("At", "Page", "Person", "Case", "Kind", "Severity", "Summary", "State")
        unreachable = [(person,) for person in sorted(self.state.unreachable)]
        return (
            Table("Pages, newest first", columns, pages),
            Table("Without contact", ("Person",), unreachable),
        )

    def _page(self, call: Call) -> Reply:
        event = call.read(_Event)
        if len(event.summary) > LONGEST_SUMMARY:
            raise Refusal(400, "summary_too_long")
        self.state.keys.add(event.dedup_key)
        page = self.state.pages.get(event.dedup_key)
        replayed = page is not None
        if page is None:
            if event.person in self.state.unreachable:
                raise Refusal(409, "no_contact")
            page = Page(page_id=self.state.next_id("page"), at=call.now, **event.model_dump())
            self.state.pages[event.dedup_key] = page
            self.state.applied += 1
            self.touch()
        return Reply(202, {"status": "accepted", "page_id": page.page_id}, replayed=replayed)

    def _state_of(self, call: Call) -> Reply:
        page = self.state.pages.get(call.read(_Asked).dedup_key)
        if page is None:
            raise Refusal(404, "unknown_page")
        return Reply(200, {"status": page.status})
