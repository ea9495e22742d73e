"""A stand-in for a dead man's switch: it hears beats, and when none came for its period it pages by itself."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.base import Simulator
from integrations.simulator.page import Table
from integrations.simulator.state import SimState
from integrations.simulator.wire import Call, Operation, Refusal, Reply

DEADMAN_TOKEN = "synthetic-switch"  # noqa: S105 - invented, opens nothing but this stand-in
PERIOD = 300.0  # seconds without a beat until it pages
_LATE = 0.01  # seconds; a timer may ring a moment early


class Alarm(BaseModel):
    """A page of its own, to people that only it knows; `over_at` is when it heard a beat again."""

    at: AwareDatetime
    silent_since: AwareDatetime
    over_at: AwareDatetime | None = None


class DeadmanState(SimState):
    """When it was armed, what it heard, and whom it woke."""

    armed_at: AwareDatetime | None = None
    last_beat: AwareDatetime | None = None
    beats: int = 0
    alarms: list[Alarm] = Field(default_factory=list)


class DeadmanSimulator(Simulator[DeadmanState]):
    """`POST` or `GET` of `/ping/{token}` is a beat; another token is answered 404 `not_found`.

    Armed from its start: who never beats is missed as well. The token is the whole credential, so its log hides it.
    """

    title = "Dead man's switch stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = DEADMAN_TOKEN,
        period: float = PERIOD,
        state_path: Path | None = None,
    ) -> None:
        super().__init__(DeadmanState(), host=host, port=port, state_path=state_path)
        self._token = token.encode()
        self._period = timedelta(seconds=period)
        self._watching: asyncio.Task[None] | None = None

    @property
    def ping_url(self) -> str:
        """What whoever is watched must ask."""
        return f"{self.url}/ping/{self._token.decode()}"

    @property
    def alarms(self) -> list[Alarm]:
        """All pages, oldest first."""
        return self.state.alarms

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        # A switch that was down has heard nothing meanwhile; it counts from its start.
        self.state.armed_at = datetime.now(UTC)
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await super().__aexit__(kind, error, trace)

    def operations(self) -> Sequence[Operation]:
        return tuple(Operation(method, "/ping/{token}", "beat", self._beat) for method in ("POST", "GET"))

    def shown_path(self, path: str) -> str:
        return "/ping/…" if path.startswith("/ping/") else path

    def add_controls(self, app: web.Application) -> None:
        async def state(request: web.Request) -> web.Response:
            state = self.state
            heard = state.last_beat.isoformat() if state.last_beat else None
            return web.json_response({"beats": state.beats, "last_beat": heard, "alarms": len(state.alarms)})

        app.router.add_get("/_sim/state", state)

    def tables(self) -> Sequence[Table]:
        state = self.state
        heard = state.last_beat.isoformat() if state.last_beat else "never"
        alarms = [
            (each.at.isoformat(), each.silent_since.isoformat(), each.over_at.isoformat() if each.over_at else "")
            for each in reversed(state.alarms)
        ]
        return (
            Table("Heard", ("Beats", "Last", "Pages after"), [(str(state.beats), heard, f"{self._period}")]),
            Table("Pages that it sent itself, newest first", ("At", "Silent since", "Over"), alarms),
        )

    def _beat(self, call: Call) -> Reply:
        if not hmac.compare_digest(call.params["token"].encode(), self._token):
            raise Refusal(404, "not_found")
        now = datetime.now(UTC)
        self.state.last_beat = now
        self.state.beats += 1
        if self.alarms and self.alarms[-1].over_at is None:
            self.alarms[-1].over_at = now
        self.touch()
        return Reply(200, {"status": "ok"})

    def _silent_since(self) -> datetime:
        known = [each for each in (self.state.armed_at, self.state.last_beat) if each is not None]
        return max(known, default=datetime.now(UTC))

    async def _watch(self) -> None:
        while True:
            since, now = self._silent_since(), datetime.now(UTC)
            ringing = bool(self.alarms) and self.alarms[-1].over_at is None
            if now - since >= self._period and not ringing:
                self.alarms.append(Alarm(at=now, silent_since=since))
                self.keep()
            left = (since + self._period - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(max(left, self._period.total_seconds() / 10) + _LATE)
