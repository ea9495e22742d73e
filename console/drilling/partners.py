"""What only happens where somebody outside takes part: the code that is read out, and the agency that types it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from domain.acts import Act, Cannot
from domain.desk import Speak, Spoken, Waiting
from domain.errors import Code, HoldfastError
from domain.people import Person
from integrations.simulator.agency import Agency, Opened, Opener

SPEAK_CODE = "speak-code"


class Speaks(Protocol):
    """As much of a desk as a code needs."""

    async def code_to_speak(self, person: str, wanted: Speak) -> Spoken: ...


async def _no_other_clock() -> datetime | None:
    return None


def name_of(about: Waiting) -> str:
    """The name that the policy gives to what waits: `call-back` of `investigate/call-back/1`."""
    return about.key.rpartition("/")[0].rpartition("/")[2].rpartition(".")[2]


class OnThePhone:
    """Whoever has the agency on the line is shown the code once and reads it out; the agency types it at the portal.

    `opener` is None where nobody comes to open it. `now` is the case's clock, where that is not the world's.
    """

    def __init__(
        self,
        desks: Mapping[str, Speaks],
        agency: Agency,
        opener: Opener | None,
        *,
        now: Callable[[], Awaitable[datetime | None]] = _no_other_clock,
        hear: Callable[[Opened], None] = lambda opened: None,
    ) -> None:
        self._desks = desks
        self._agency = agency
        self._opener = opener
        self._now = now
        self._hear = hear
        self._read_out: set[str] = set()

    async def answer(self, person: Person, about: Waiting) -> Act | None:
        """For `integrations.simulator.people`: None, or that the code was not seen, so that a new one is made."""
        if about.kind != "task" or name_of(about) != SPEAK_CODE or about.key in self._read_out:
            return None
        try:
            code = (
                await self._desks[person.id].code_to_speak(person.id, Speak(case=about.case, subject=about.key))
            ).code
        except HoldfastError as error:
            if error.code is Code.NOT_ALLOWED:
                return Cannot(code="code-not-shown")
            raise
        self._read_out.add(about.key)
        if self._opener is not None:
            self._hear(await self._agency.opens(about.case, code, self._opener, at=await self._now()))
        return None
