"""Reaching people: the pager first, mail next, the room beside both. Nobody reached is an answer, not an error."""

from __future__ import annotations

from activities.books import Page, Paged, TellRoom, Told
from activities.step import performs
from domain.errors import Code, HoldfastError, Passing
from domain.ids import outside_key
from domain.outside import LiveDirectory, Mail, Pager, Room, Summons
from domain.people import Directory, Person

_PASSING = (Code.TRANSIENT, Code.UNREACHABLE)


class Calling:
    """Pages people and keeps the case's room. `room` is None where no chat is configured."""

    def __init__(self, *, directory: LiveDirectory, pager: Pager, mail: Mail, room: Room | None, key: bytes) -> None:
        self._directory = directory
        self._pager = pager
        self._mail = mail
        self._room = room
        self._key = key

    @performs(Page)
    async def page(self, given: Page) -> Paged:
        directory = await self._directory.current()
        people = _to_call(directory, given)
        reached: list[Person] = []
        passing: HoldfastError | None = None
        for person in people:
            try:
                if await self._reach(given, person):
                    reached.append(person)
            except HoldfastError as error:
                # One person's dead channel must not keep the next from being called.
                passing = error if error.code in _PASSING else passing
        if not reached and passing is not None:
            raise passing
        room = await self._summon(given, tuple(reached) or people)
        return Paged(people=tuple(each.id for each in reached), unpaged=not reached, room=room)

    async def _reach(self, given: Page, person: Person) -> bool:
        here = given.here
        key = outside_key(self._key, here.case, f"{here.key}/{person.id}")
        drill = "DRILL: " if here.drill else ""
        summary = f"{drill}P{given.severity} {here.case}: {given.kind} waits, open the desk"
        try:
            if await self._pager.page(
                person.id, here.case, kind=given.kind, summary=summary, severity=given.severity, key=key
            ):
                return True
        except HoldfastError:
            if not person.email:
                raise
        if not person.email:
            return False
        await self._mail.send(person.email, f"{drill}{here.case}", summary, key=key, at=here.at)
        return True

    async def _summon(self, given: Page, people: tuple[Person, ...]) -> str:
        """`told`, `none` or the code of why the room was not told: chat may fail, people were called already."""
        if self._room is None:
            return "none"
        here = given.here
        card = Summons(
            case=here.case,
            subject=given.subject,
            kind=given.kind,
            title=given.title,
            rung=given.rung,
            severity=given.severity,
            people=people,
            drill=here.drill,
            family=given.family,
            digest=given.digest,
            choices=given.choices,
            reasons=given.reasons,
        )
        try:
            await self._room.summon(card, key=outside_key(self._key, here.case, here.key))
        except Passing:
            raise  # pages and posts carry keys: the whole call is simply tried again
        except HoldfastError as error:
            return error.code.value
        return "told"

    @performs(TellRoom)
    async def tell_room(self, given: TellRoom) -> Told:
        if self._room is None:
            return Told(told=False)
        shown = given.projection
        key = outside_key(self._key, given.here.case, f"room/{shown.updated_at}/{given.brief}")
        return Told(told=True, reference=await self._room.show(shown, brief=given.brief, key=key))


def _to_call(directory: Directory, given: Page) -> tuple[Person, ...]:
    """On-call people of the roles who may decide; if all of those are barred, everybody else who may. Whom the call
    names goes before."""
    named = tuple(each for each in map(directory.person, given.people) if each is not None and not each.suspended)
    if named:
        return named
    barred = set(given.excluded)
    able = [
        each
        for each in directory.rota(given.roles)
        if each.id not in barred and not (each.delegate_of and each.delegate_of in barred)
    ]
    on_call = {person for role in given.roles for person in directory.on_call.get(role, ())}
    return tuple(each for each in able if each.id in on_call) or tuple(able)
