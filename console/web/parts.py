"""What every route is given: the desk, who is known, and who signed in at this browser."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from console.intake.taking import Intake
from console.intake.triage import Triage
from console.stepping import Stepping
from console.wiring import Readiness
from domain.agency_desk import AgencyKeeping
from domain.desk import Desk
from domain.errors import Code, HoldfastError
from domain.outside import LiveDirectory

PERSON_HEADER = "X-Holdfast-Person"
COOKIE = "holdfast_session"
SHIFT = timedelta(hours=12)  # nobody stays signed in for longer than a shift


class Sessions:
    """Who signed in at which browser: random tokens, kept in memory; a restart signs everybody out."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._people: dict[str, tuple[str, datetime]] = {}

    def open(self, person: str) -> str:
        token = secrets.token_urlsafe(32)
        self._people = {key: each for key, each in self._people.items() if each[1] > self._now()}
        self._people[token] = (person, self._now() + SHIFT)
        return token

    def person(self, token: str) -> str:
        """Empty if nobody is signed in under this token."""
        person, until = self._people.get(token, ("", self._now()))
        return person if until > self._now() else ""

    def close(self, token: str) -> None:
        self._people.pop(token, None)


@dataclass(frozen=True)
class Web:
    """The parts of the app."""

    desk: Desk
    directory: LiveDirectory
    probe: Callable[[], Awaitable[Readiness]]
    agencies: AgencyKeeping
    triage: Triage | None = None
    intake: Intake | None = None
    stepping: Stepping | None = None
    sessions: Sessions = field(default_factory=Sessions)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def web_of(request: Request) -> Web:
    found: Web = request.app.state.web
    return found


def signed_in(request: Request) -> str:
    """The person of this request's header or session; empty if there is neither. Development login: the guard let
    only loopback through, and the desk looks the person up in the directory."""
    named = request.headers.get(PERSON_HEADER, "")
    return named or web_of(request).sessions.person(request.cookies.get(COOKIE, ""))


def person_of(request: Request) -> str:
    """Raises:
    HoldfastError: `unknown-person` if the request names nobody.
    """
    person = signed_in(request)
    if not person:
        raise HoldfastError(Code.UNKNOWN_PERSON, f"{PERSON_HEADER} names nobody")
    return person


Parts = Annotated[Web, Depends(web_of)]
Person = Annotated[str, Depends(person_of)]
