"""PagerDuty's on-call schedules, read over its REST API v2: who is on call there, at what level, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import httpx
from pydantic import AwareDatetime

from domain.base import Model
from domain.errors import Code, HoldfastError, Passing
from domain.outside import ScheduledTurn
from integrations.base.client import failed, instant
from integrations.base.http import classify

_PAGE = 100  # entries an answer; PagerDuty's own limit
_MOST = 50  # answers; whoever needs more asks for too long a time
_DEADLINE = 10.0  # seconds for one answer


class _User(Model):
    email: str = ""


class _Schedule(Model):
    id: str


class _OnCall(Model):
    """One entry. `schedule` is null for somebody who is named on an escalation policy itself; `start` and `end` are
    null for a turn without a beginning or an end."""

    user: _User
    schedule: _Schedule | None = None
    escalation_level: int = 1
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class _Answer(Model):
    oncalls: tuple[_OnCall, ...]
    more: bool = False


class PagerDutySchedules:
    """`domain.outside.Schedules`. `token` is a read-only REST API key."""

    def __init__(self, base_url: str, token: str, http: httpx.AsyncClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._headers = {
            "Authorization": f"Token token={token}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }

    async def on_call(self, schedules: Sequence[str], since: datetime, until: datetime) -> Sequence[ScheduledTurn]:
        asked = [("schedule_ids[]", each) for each in schedules]
        asked += [("since", instant(since)), ("until", instant(until)), ("include[]", "users"), ("limit", str(_PAGE))]
        found: list[ScheduledTurn] = []
        for number in range(_MOST):
            answer = await self._ask([*asked, ("offset", str(number * _PAGE))])
            found += [_turn(each) for each in answer.oncalls if each.schedule is not None and each.user.email]
            if not answer.more:
                return found
        raise HoldfastError(Code.PERMANENT, "pagerduty oncalls: too many entries")

    async def _ask(self, asked: list[tuple[str, str]]) -> _Answer:
        url = f"{self._base_url}/oncalls?{urlencode(asked)}"
        failure: HoldfastError
        try:
            response = await self._http.get(url, headers=self._headers, timeout=_DEADLINE, follow_redirects=False)
            if response.is_success:
                return _Answer.model_validate_json(response.content)
            status = response.status_code
            failure = failed(f"pagerduty oncalls {status}", classify(status, response.headers.get("Retry-After")))
        except httpx.HTTPError as error:
            failure = Passing(f"pagerduty oncalls {type(error).__name__}")
        except ValueError:
            failure = HoldfastError(Code.PERMANENT, "pagerduty oncalls: unreadable answer")
        raise failure  # outside the handler, so that no context carries addresses of people


def _turn(entry: _OnCall) -> ScheduledTurn:
    assert entry.schedule is not None
    return ScheduledTurn(
        schedule=entry.schedule.id,
        email=entry.user.email,
        start=entry.start,
        end=entry.end,
        level=entry.escalation_level,
    )
