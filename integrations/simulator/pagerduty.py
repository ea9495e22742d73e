"""A stand-in for PagerDuty's schedules: the `oncalls` list of its REST API v2, with its paging and its null times."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.base import Simulator
from integrations.simulator.page import Table
from integrations.simulator.state import SimState
from integrations.simulator.wire import Call, Operation, Refusal, Reply

PAGERDUTY_TOKEN = "synthetic-pagerduty-token"  # noqa: S105 - invented, opens nothing but this stand-in
ACCEPT = "application/vnd.pagerduty+json;version=2"
MOST = 100  # entries an answer, as in the real one; it gives 25 to who asks for none


class OnCall(BaseModel):
    """Somebody on call for a schedule. Without `start` and `end` they always are."""

    schedule: str
    email: str
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    level: int = 1


class PagerDutyState(SimState):
    """What the schedules say."""

    entries: list[OnCall] = Field(default_factory=list)


class PagerDutySimulator(Simulator[PagerDutyState]):
    """Errors are {"error": code}: 401 unauthorized; 400 bad_request."""

    title = "PagerDuty stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = PAGERDUTY_TOKEN,
        state_path: Path | None = None,
    ) -> None:
        super().__init__(PagerDutyState(), host=host, port=port, state_path=state_path)
        self._token = token

    def schedule(self, *entries: OnCall) -> None:
        """From now on the schedules say this, and nothing else."""
        self.state.entries = list(entries)

    def authorise(self, call: Call) -> None:
        given = call.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), f"Token token={self._token}".encode()):
            raise Refusal(401, "unauthorized")
        if call.headers.get("Accept") != ACCEPT:
            raise Refusal(400, "bad_request")

    def operations(self) -> Sequence[Operation]:
        return (Operation("GET", "/oncalls", "oncalls", self._oncalls),)

    def tables(self) -> Sequence[Table]:
        rows = [
            (each.schedule, str(each.level), each.email, _text(each.start) or "", _text(each.end) or "")
            for each in self.state.entries
        ]
        return (Table("On call", ("Schedule", "Level", "Who", "From", "Until"), rows),)

    def _oncalls(self, call: Call) -> Reply:
        asked: dict[str, list[str]] = {}
        for name, value in call.query:
            asked.setdefault(name, []).append(value)
        try:
            since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
            limit, offset = (int(asked.get(name, [given])[0]) for name, given in (("limit", "25"), ("offset", "0")))
        except (KeyError, ValueError):
            raise Refusal(400, "bad_request") from None
        if not 0 < limit <= MOST or since >= until:
            raise Refusal(400, "bad_request")
        wanted, whole = asked.get("schedule_ids[]", []), "users" in asked.get("include[]", [])
        found = [
            each
            for each in self.state.entries
            if (not wanted or each.schedule in wanted)
            and (each.end is None or each.end > since)
            and (each.start is None or each.start < until)
        ]
        some = found[offset : offset + limit]
        body: dict[str, object] = {
            "oncalls": [_shown(each, whole) for each in some],
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(found),
            "total": None,
        }
        return Reply(200, body)


def _shown(entry: OnCall, whole: bool) -> dict[str, object]:
    """A user is only a reference, without an address, unless users were asked for."""
    name = entry.email.partition("@")[0]
    user: dict[str, object] = {"id": f"P{name.upper()}", "type": "user_reference", "summary": name}
    if whole:
        user |= {"type": "user", "name": name, "email": entry.email}
    return {
        "escalation_policy": {"id": "PSYNTH1", "type": "escalation_policy_reference", "summary": "Synthetic"},
        "escalation_level": entry.level,
        "schedule": {"id": entry.schedule, "type": "schedule_reference", "summary": entry.schedule},
        "user": user,
        "start": _text(entry.start),
        "end": _text(entry.end),
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
