"""Calls people about findings, straight and not through the engine: the pager first, mail where it fails."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.errors import HoldfastError
from domain.outside import LiveDirectory, Mail, Pager
from domain.people import Directory, Person, Role
from domain.severity import Severity
from domain.watching import Notice

_LOG = logging.getLogger("holdfast.auditor")
KIND = "auditor"


class Channels:
    """Pager and mail for one round: a channel that failed once is not waited for again in it."""

    def __init__(self, pager: Pager, mail: Mail, now: datetime) -> None:
        self._pager: Pager | None = pager
        self._mail: Mail | None = mail
        self._now = now

    async def page(self, person: Person, notice: Notice) -> bool:
        """Whether the pager took it."""
        if self._pager is None:
            return False
        try:
            return await self._pager.page(
                person.id,
                notice.about,
                kind=KIND,
                summary=notice.summary,
                severity=notice.severity,
                key=_key(notice, person),
            )
        except HoldfastError as error:
            _LOG.error("the pager failed: %s %s", error.code.value, error.detail)
            self._pager = None
            return False

    async def write(self, person: Person, notice: Notice) -> bool:
        """Whether the relay took a mail."""
        if self._mail is None or not person.email:
            return False
        try:
            await self._mail.send(person.email, notice.summary, notice.text, key=_key(notice, person), at=self._now)
        except HoldfastError as error:
            _LOG.error("mail failed: %s %s", error.code.value, error.detail)
            self._mail = None
            return False
        return True


class Telling:
    """Says notices. `roles` are called for every finding, `urgent` for one about a P0 or P1."""

    def __init__(
        self,
        *,
        directory: LiveDirectory,
        pager: Pager,
        mail: Mail,
        roles: Sequence[Role],
        urgent: Sequence[Role],
    ) -> None:
        self._live = directory
        self._pager = pager
        self._mail = mail
        self._roles = tuple(roles)
        self._urgent = tuple(urgent)
        self._known: Directory | None = None

    async def people(self) -> str:
        """Read the directory anew; the code of why it could not be, and the one before is used."""
        try:
            self._known = await self._live.current()
        except HoldfastError as error:
            _LOG.error("the directory cannot be read: %s", error.sentence)
            return error.code.value
        return ""

    async def say(self, notice: Notice, channels: Channels) -> tuple[str, ...]:
        """Whom it reached (ids); empty if no channel reached anybody. A repeat calls everybody of a role."""
        directory = self._known
        if directory is None:
            return ()
        heard = tuple(each for each in map(directory.person, notice.to) if each is not None and not each.suspended)
        if heard:
            return tuple(await self._call(heard, notice, channels, everybody=True))
        roles = self._urgent if notice.severity <= Severity.P1 else self._roles
        reached: dict[str, None] = {}
        for role in roles:
            for person in await self._call(directory.rota((role,)), notice, channels, everybody=notice.repeated):
                reached[person] = None
        return tuple(reached)

    @staticmethod
    async def _call(able: Iterable[Person], notice: Notice, channels: Channels, *, everybody: bool) -> Sequence[str]:
        people = tuple(able)
        reached = []
        for person in people:
            if await channels.page(person, notice):
                reached.append(person.id)
                if not everybody:
                    break
        if not reached:
            reached = [person.id for person in people if await channels.write(person, notice)]
        return reached

    def channels(self, now: datetime) -> Channels:
        return Channels(self._pager, self._mail, now)


def _key(notice: Notice, person: Person) -> str:
    """By which the other side knows a repeat; one for each person, as a pager keeps one page for a key."""
    return hashlib.sha256(f"{notice.key}\x00{person.id}".encode()).hexdigest()[:32]
