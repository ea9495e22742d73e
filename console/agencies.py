"""Where the list of agencies is edited: the desk proves who edits, sees who works which case, and signs what counts."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from activities.letters import letter
from console.listing import MOST, for_each
from domain.agencies import (
    KEEPERS,
    Book,
    Confirmed,
    Dropped,
    Edit,
    Editor,
    KeepersSeen,
    Listed,
    Notice,
    Notified,
    Proposed,
    RolesSeen,
    Seeded,
    editor_of,
    settled_roles,
)
from domain.agency_desk import AgencyLine, AgencyList, Confirm, Edited, Notify, Propose
from domain.agency_edits import Revision, sealed
from domain.agency_work import concerns, people_on
from domain.canonical import digest
from domain.copies import unpacked
from domain.errors import Code, HoldfastError
from domain.ids import outside_key
from domain.outside import LiveDirectory, Mail
from domain.people import Agency, Directory, Person, Role
from domain.ports import Agencies, Cases
from domain.signing import Signer
from domain.state import State
from domain.timeline import Projection

E = TypeVar("E", bound=Edit)

_LOG = logging.getLogger("holdfast.desk")
_EVERY = 60.0  # seconds between looks at who may edit, and at notices that are to be given
_TRIES = 5  # edits of several people at once; each try sees what the one before left


class AgencyDesk:
    """`domain.agency_desk.AgencyKeeping`. `state` asks a running case, `mail` carries notices to old contacts."""

    def __init__(
        self,
        *,
        agencies: Agencies,
        people: LiveDirectory,
        cases: Cases,
        state: Callable[[str], Awaitable[State]],
        signer: Signer,
        mail: Mail,
        key: bytes,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._agencies = agencies
        self._people = people
        self._cases = cases
        self._state = state
        self._signer = signer
        self._mail = mail
        self._key = key
        self._now = now

    # -- looking ------------------------------------------------------------------------------------------

    async def agencies(self, person: str) -> AgencyList:
        await self._known(person)
        return _list(await self._agencies.current(), self._now())

    async def history(self, person: str, agency: str) -> Sequence[Revision]:
        await self._known(person)
        found = await self._agencies.revisions(agency)
        if not found:
            raise HoldfastError(Code.NO_SUCH_SUBJECT, "agency")
        return found

    # -- editing ------------------------------------------------------------------------------------------

    async def propose(self, person: str, wanted: Propose) -> Edited:
        by = await self._editor(person)
        working = await self._working(wanted.agency)

        def edit(book: Book) -> Proposed:
            known = book.listed.get(wanted.agency.id)
            return Proposed(
                id=f"p-{secrets.token_hex(6)}",
                change=wanted.change,
                agency=wanted.agency,
                source=wanted.source,
                second_source=wanted.second_source,
                base=digest(known.agency) if known else "",
                case=wanted.case,
                by=by,
                working=working,
            )

        done, book = await self._write(edit)
        return Edited(id=done.id, revision=book.revision, status="waiting", digest=done.digest)

    async def confirm(self, person: str, wanted: Confirm) -> Edited:
        by = await self._editor(person)
        waiting = (await self._agencies.current()).waiting.get(wanted.id)
        if waiting is None:
            raise HoldfastError(Code.NOT_OPEN)
        working = await self._working(waiting.proposed.agency)
        done = Confirmed(id=wanted.id, seen=wanted.seen, source=wanted.source, by=by, working=working)
        _, book = await self._write(lambda _: done)
        if (notice := book.notices.get(wanted.id)) is not None:
            await self._tell(notice)
        return Edited(id=wanted.id, revision=book.revision, status="listed")

    async def drop(self, person: str, proposal: str) -> Edited:
        done = Dropped(id=proposal, by=await self._editor(person))
        _, book = await self._write(lambda _: done)
        return Edited(id=proposal, revision=book.revision, status="dropped")

    async def notified(self, person: str, wanted: Notify) -> Edited:
        by = await self._editor(person)
        if not KEEPERS & set(by.roles):
            raise HoldfastError(Code.NOT_SEATED)
        done = Notified(notice=wanted.notice, by=person, how=wanted.how)
        _, book = await self._write(lambda _: done)
        return Edited(id=wanted.notice, revision=book.revision, status="told")

    # -- what the desk does of itself ---------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled: begins the list, sees who may edit, gives notices that are due. A fault is said and tried
        again."""
        while True:
            try:
                await self.once()
            except HoldfastError as error:
                _LOG.error("the list of agencies cannot be kept: code=%s; it is tried again", error.code.value)
            await asyncio.sleep(_EVERY)

    async def once(self) -> None:
        await self.begin()
        await self._see_keepers()
        await self._see_roles()
        for notice in (await self._agencies.current()).notices.values():
            await self._tell(notice)

    async def begin(self) -> None:
        """Make the directory's file the first revision, once. From then on the file's agencies are not read."""
        if (await self._agencies.current()).revision:
            return
        directory = await self._people.current()
        now = self._now()
        agencies = directory.agencies
        if directory.revision.startswith("example+"):  # nobody ever checked a synthetic number
            agencies = tuple(each.model_copy(update={"checked_on": now}) for each in agencies)
        seeded = Seeded(agencies=agencies, keepers=_keepers(directory), roles=_roles(directory))
        try:
            await self._append(seeded, 1)
        except HoldfastError as error:
            if error.code is not Code.STALE:  # another desk was faster, and read the same file
                raise

    async def _see_keepers(self) -> None:
        book, keepers = await self._agencies.current(), _keepers(await self._people.current())
        if tuple(sorted(book.keepers)) != keepers:
            await self._write(lambda _: KeepersSeen(keepers=keepers))

    async def settled(self, person: Person) -> tuple[Role, ...]:
        """The roles of this person that count at a release: those that nobody granted within the last day."""
        await self._see_roles()
        return settled_roles(await self._agencies.current(), person.id, person.roles, self._now())

    async def _see_roles(self) -> None:
        book, roles = await self._agencies.current(), _roles(await self._people.current())
        if book.revision and {who: set(held) for who, held in book.roles.items()} != {
            who: {each.value for each in held} for who, held in roles.items()
        }:
            await self._write(lambda _: RolesSeen(roles=roles))

    async def _tell(self, notice: Notice) -> None:
        """By mail to the old mailbox; where there is none, or the relay is down, the notice stays to be given."""
        if not notice.mailbox:
            return
        words = letter("entry-changed", case=notice.agency)
        key = outside_key(self._key, notice.agency, f"notice/{notice.id}")
        try:
            await self._mail.send(notice.mailbox, words.subject, words.text, key=key, at=self._now())
            await self._write(lambda _: Notified(notice=notice.id, by="", how="mail"))
        except HoldfastError as error:
            if error.code is not Code.NOT_OPEN:  # somebody gave it meanwhile
                _LOG.error("a notice to an agency was not given: code=%s; it is tried again", error.code.value)

    # -- who, and on what ---------------------------------------------------------------------------------

    async def _known(self, person: str) -> tuple[Person, Directory]:
        directory = await self._people.current()
        who = directory.person(person)
        if who is None:
            raise HoldfastError(Code.UNKNOWN_PERSON)
        if who.suspended:
            raise HoldfastError(Code.SUSPENDED)
        return who, directory

    async def _editor(self, person: str) -> Editor:
        """Who edits, after the desk has looked who may: a role that was granted since is younger than a day."""
        await self.begin()
        await self._see_keepers()
        who, _ = await self._known(person)
        return editor_of(who)

    async def _working(self, agency: Agency) -> tuple[str, ...]:
        """Everybody on an open case of this agency, as it stands in the list or would stand.

        Raises:
            HoldfastError: a case that cannot be read bars nobody by silence: the edit waits (`unreachable`).
        """
        listed = (await self._agencies.current()).listed.get(agency.id)
        meant = (agency, *((listed.agency,) if listed else ()))
        cases = await self._cases.list(open_only=True, limit=MOST)
        states = await for_each(cases, self._look)
        found = {who for state in states if any(concerns(state, each) for each in meant) for who in people_on(state)}
        return tuple(sorted(found))

    async def _look(self, case: Projection) -> State:
        try:
            return await self._state(case.case)
        except HoldfastError as error:
            copy = None if error.code is Code.UNREACHABLE else await self._cases.copy(case.case)
            if copy is None:
                raise HoldfastError(Code.UNREACHABLE, "an open case does not say who works on it") from None
            return unpacked(copy)

    # -- writing ------------------------------------------------------------------------------------------

    async def _write(self, edit: Callable[[Book], E]) -> tuple[E, Book]:
        """Sign an edit of the list as it is now and add it; again if the list moved on meanwhile."""
        for left in reversed(range(_TRIES)):
            book = await self._agencies.current()
            made = edit(book)
            try:
                return made, await self._append(made, book.revision + 1)
            except HoldfastError as error:
                moved = (await self._agencies.current()).revision != book.revision
                if error.code is not Code.STALE or not moved or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _append(self, edit: Edit, number: int) -> Book:
        return await self._agencies.append(sealed(self._signer, Revision(number=number, at=self._now(), edit=edit)))


def _keepers(directory: Directory) -> tuple[str, ...]:
    return tuple(sorted(each.id for each in directory.people if KEEPERS & set(each.roles) and not each.suspended))


def _roles(directory: Directory) -> dict[str, tuple[Role, ...]]:
    return {each.id: tuple(sorted(each.roles)) for each in directory.people if each.roles and not each.suspended}


def _list(book: Book, now: datetime) -> AgencyList:
    return AgencyList(
        revision=book.revision,
        agencies=tuple(_line(each, now) for each in book.listed.values()),
        waiting=tuple(book.waiting.values()),
        notices=tuple(book.notices.values()),
    )


def _line(listed: Listed, now: datetime) -> AgencyLine:
    agency = listed.agency
    kind = "safety-desk" if agency.safety_desk else "cyber-desk" if agency.cyber_desk else "agency"
    return AgencyLine(
        listed=listed,
        kind=kind,
        overdue=listed.overdue(now),
        recheck_due=listed.recheck_due,
        cool_at=None if listed.cool(now) else listed.cool_at,
    )
