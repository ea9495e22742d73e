"""Ends presses whose link nobody used in time, writes that down, and tells their people that they did not count."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from console.casework import Casework
from console.stepping import Stepping
from domain.errors import PASSING, Code, HoldfastError
from domain.outside import LiveDirectory, Mail
from domain.people import Person
from domain.ports import Ledger
from domain.stepping import LINK_LASTS, Intent, IntentState
from domain.timeline import Entry, Kind

_LOG = logging.getLogger("holdfast.desk")
EVERY = 5.0  # seconds between looks; whoever believes that they decided hears soon that they did not
# Tells somebody something, once for its key; False if this way does not lead to them. Raises HoldfastError.
Tell = Callable[[Person, str, str], Awaitable[bool]]


class ExpiryWatch:
    """`run` until cancelled. `ways` are tried in order until one leads to the person; who cannot be told now is told
    later, and the log says so meanwhile."""

    def __init__(
        self,
        *,
        stepping: Stepping,
        casework: Casework,
        ledger: Ledger,
        directory: LiveDirectory,
        desk_url: str,
        every: float = EVERY,
    ) -> None:
        self._stepping = stepping
        self._casework = casework
        self._ledger = ledger
        self._directory = directory
        self._desk_url = desk_url
        self._every = every
        self.ways: list[Tell] = []
        self.fault = ""

    async def run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(self._every)

    async def once(self) -> None:
        """One look, whatever the last one met."""
        faults: list[str] = []
        try:
            for intent in await self._stepping.intents.late(self._stepping.now() - LINK_LASTS):
                faults += [fault for fault in [await self._one(intent)] if fault]
        except HoldfastError as error:
            faults.append(error.code.value)
        except Exception as error:
            # Nothing may end this loop: somebody believes that they have decided.
            faults.append(type(error).__name__)
        fault = faults[0] if faults else ""
        if fault and fault != self.fault:
            _LOG.error("people cannot be told that their presses did not count: %s; it is tried again", fault)
        self.fault = fault

    async def _one(self, intent: Intent) -> str:
        """Why this one must be looked at again; empty if it is done. One case's fault keeps no other from being
        said."""
        try:
            if intent.state is IntentState.OPEN and not await self._expired(intent):
                return ""
            person = (await self._directory.current()).person(intent.person)
            if person is None:  # nobody is left to be told
                await self._stepping.intents.told(intent.link, self._stepping.now())
                return ""
            if not await self._told(person, intent):
                return "nobody-reached"
            await self._stepping.intents.told(intent.link, self._stepping.now())
        except HoldfastError as error:
            return error.code.value
        return ""

    async def _expired(self, intent: Intent) -> bool:
        """Ended now. A press that the books have did count: the desk ended before it could note that."""
        if await self._counted(intent):
            await self._stepping.intents.end(intent.link, IntentState.USED)
            return False
        entry = Entry(
            id=f"desk:intent:{intent.link[:24]}",
            at=self._stepping.now(),
            kind=Kind.REFUSAL,
            subject=intent.subject,
            who=intent.person,
            code=Code.EXPIRED.value,
            detail={"said": intent.said},
        )
        # First the record: what is ended and not yet written would never be written.
        if all(each.entry.id != entry.id for each in await self._ledger.read(intent.case)):
            await self._ledger.append(intent.case, (entry,))
        return await self._stepping.intents.end(intent.link, IntentState.EXPIRED, Code.EXPIRED.value)

    async def _counted(self, intent: Intent) -> bool:
        try:
            return intent.doing in (await self._casework.state(intent.case)).seen
        except HoldfastError as error:
            if error.code in PASSING:
                raise
            return False  # a case that cannot be read any more has recorded nothing of this

    async def _told(self, person: Person, intent: Intent) -> bool:
        where = f"{self._desk_url.rstrip('/')}/decide/{quote(intent.case)}?key={quote(intent.subject, safe='')}"
        text = (
            f"Your press did NOT count: {intent.case}, {intent.subject}. Nobody confirmed it at the desk within 5 "
            f"minutes, so nothing was decided by it. Open it and decide: {where}"
        )
        for tell in self.ways:
            try:
                if await tell(person, text, f"intent/{intent.link[:24]}"):
                    return True
            except HoldfastError as error:
                _LOG.warning("somebody could not be told that their press did not count: %s", error.code.value)
        return False


def by_mail(mail: Mail, stepping: Stepping) -> Tell:
    """The way that everybody with an address has."""

    async def tell(person: Person, text: str, key: str) -> bool:
        if not person.email:
            return False
        await mail.send(person.email, "Your press did not count", text, key=key.replace("/", "-"), at=stepping.now())
        return True

    return tell
