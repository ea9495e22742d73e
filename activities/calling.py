"""Reaching people: the pager first, mail next, the room beside both. Nobody reached is an answer, not an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from activities.books import Page, Paged, TellRoom, Told
from activities.step import performs
from domain.errors import Code, HoldfastError, Passing
from domain.gates import Family
from domain.ids import outside_key
from domain.outside import LiveDirectory, Mail, Pager, Room, Rotas, Summons
from domain.people import Directory, Person
from domain.rota import Rota
from domain.summoning import Call, can_be_filled, who_is_next, whom_to_call

_PASSING = (Code.TRANSIENT, Code.UNREACHABLE)


class Calling:
    """Pages people and keeps the case's room. `room` is None where no chat is configured."""

    def __init__(
        self,
        *,
        directory: LiveDirectory,
        pager: Pager,
        mail: Mail,
        room: Room | None,
        key: bytes,
        rotas: Rotas | None = None,
    ) -> None:
        self._directory = directory
        self._rotas = rotas
        self._pager = pager
        self._mail = mail
        self._room = room
        self._key = key

    @performs(Page)
    async def page(self, given: Page) -> Paged:
        directory = await self._directory.current()
        rota, code = await self._rota()
        call, at = _call(given), given.here.at
        taken: tuple[str, ...] = ()
        if given.call > 1:
            taken, unsure = await self._taken(given)
            code = code or unsure
            call = call.model_copy(update={"heard": (*call.heard, *taken)})
            if len(call.heard) >= call.enough:
                return Paged(acknowledged=taken, code=code)
            people = who_is_next(rota, directory, call, at)
        else:
            chosen = whom_to_call(rota, directory, call, at)
            people, code = chosen.people, chosen.code or code
        if given.call > 1 and not people:
            return Paged(acknowledged=taken, code=code, exhausted=True)
        reached, pages = await self._reach_some(given, people, lambda tried: _more(rota, directory, call, at, tried))
        room = await self._summon(given, reached or people)
        # Where somebody may decide alone in the end, empty seats stop nothing.
        whole = given.family in (Family.DISCLOSE.value, Family.REFUSE.value)
        short = given.call == 1 and whole and not can_be_filled(directory, call, at)
        return Paged(
            people=tuple(each.id for each in reached),
            unpaged=not reached,
            room=room,
            code=code,
            pages=pages,
            acknowledged=taken,
            short=short,
        )

    async def _rota(self) -> tuple[Rota | None, str]:
        """The rota, and a code where it is not as it should be. Without any, the directory says who is called."""
        if self._rotas is None:
            return None, ""
        try:
            known = await self._rotas.current()
        except HoldfastError:
            return None, "rota-unknown"
        return known.rota, "rota-old" if known.fault else ""

    async def _taken(self, given: Page) -> tuple[tuple[str, ...], str]:
        """Who took an earlier page of this rung on the pager. One that cannot be asked was not heard from."""
        taken: list[str] = []
        code = ""
        for key, person in given.pages.items():
            if person in given.heard:
                continue
            try:
                if await self._pager.acknowledged(key):
                    taken.append(person)
            except HoldfastError as error:
                code = f"pager-{error.code.value}"
        return tuple(dict.fromkeys(taken)), code

    async def _reach_some(
        self, given: Page, people: tuple[Person, ...], more: Callable[[tuple[str, ...]], tuple[Person, ...]]
    ) -> tuple[tuple[Person, ...], dict[str, str]]:
        """These people, or else the next ones, until somebody was reached or nobody is left."""
        reached: list[Person] = []
        pages: dict[str, str] = {}
        tried: tuple[str, ...] = ()
        passing: HoldfastError | None = None
        while people and not reached:
            for person in people:
                try:
                    key = await self._reach(given, person)
                except HoldfastError as error:
                    # One person's dead channel must not keep the next from being called.
                    passing = error if error.code in _PASSING else passing
                    continue
                if key is not None:
                    reached.append(person)
                    pages.update({key: person.id} if key else {})
            tried = (*tried, *(each.id for each in people))
            people = more(tried) if given.one_by_one and passing is None else ()
        if not reached and passing is not None:
            raise passing
        return tuple(reached), pages

    async def _reach(self, given: Page, person: Person) -> str | None:
        """The key of the page; empty for a mail, which nobody can acknowledge; None if there is no way to them."""
        here = given.here
        key = outside_key(self._key, here.case, f"{here.key}/{person.id}")
        drill = "DRILL: " if here.drill else ""
        summary = f"{drill}P{given.severity} {here.case}: {given.kind} waits, open the desk"
        try:
            if await self._pager.page(
                person.id, here.case, kind=given.kind, summary=summary, severity=given.severity, key=key
            ):
                return key
        except HoldfastError:
            if not person.email:
                raise
        if not person.email:
            return None
        await self._mail.send(person.email, f"{drill}{here.case}", summary, key=key, at=here.at)
        return ""

    async def _summon(self, given: Page, people: tuple[Person, ...]) -> str:
        """`told`, `none` or the code of why the room was not told: chat may fail, people were called already."""
        if self._room is None or given.kind == "wellbeing":  # a room has members, and they would say who was exposed
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


def _call(given: Page) -> Call:
    return Call(
        roles=given.roles,
        later=given.later,
        seats=given.seats,
        barred=given.excluded,
        heard=given.heard,
        before=given.before,
        earlier=given.earlier,
        recall=given.recall,
        fitness=given.fitness,
        slug=given.slug,
        one_by_one=given.one_by_one,
        to=given.to,
        people=given.people,
    )


def _more(
    rota: Rota | None, directory: Directory, call: Call, at: datetime, tried: tuple[str, ...]
) -> tuple[Person, ...]:
    """Who is called when nobody of those could be reached."""
    return who_is_next(rota, directory, call.model_copy(update={"before": (*call.before, *tried)}), at)
