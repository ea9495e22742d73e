"""Looks ahead for hours in which a gate could not be met, at each shift change and at each declaration, and calls
whoever can still find somebody: now, while there is time."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from console.reaching import reach
from domain.duty import turning_points
from domain.errors import HoldfastError
from domain.ids import outside_key
from domain.outside import LiveDirectory, Mail, Pager, Rotas
from domain.people import Directory, Role
from domain.policy import Procedure
from domain.ports import Ledger
from domain.rota import Rota
from domain.summoning import Call, whom_to_call
from domain.timeline import Entry, Kind
from domain.tonight import Hole, holes

_LOG = logging.getLogger("holdfast.desk")
AHEAD = timedelta(hours=12)  # one shift and the next: a hole further off is `holdfast tonight`'s, by day
_AROUND = timedelta(hours=24)  # so that a hole is recognised by its true beginning, and said with its true end
EVERY = 30.0  # seconds between looks; an edited rota is looked at within them
_FINDERS = Call(roles=(Role.DUTY_MANAGER,), later=((Role.INCIDENT_COMMANDER,),))
_ROSTER = "roster"  # what a page says instead of a case


class ShiftWatch:
    """`run` until cancelled. `pager` and `mail` None: nobody can be called, and the log and the case say so."""

    def __init__(
        self,
        *,
        directory: LiveDirectory,
        rotas: Rotas,
        procedures: dict[str, Procedure],
        ledger: Ledger,
        pager: Pager | None,
        mail: Mail | None,
        key: bytes,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        every: float = EVERY,
    ) -> None:
        self._directory = directory
        self._rotas = rotas
        self._procedures = procedures
        self._ledger = ledger
        self._pager = pager
        self._mail = mail
        self._key = key
        self._now = now
        self._every = every
        self._declared: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._said: dict[tuple[str, str], datetime] = {}
        self._seen: tuple[str, str] = ("", "")
        self._next: datetime | None = None
        self.fault = ""

    def heard(self, case: str, slug: str) -> None:
        """A case was declared. Nothing waits here: Slack wants its answer within three seconds."""
        self._declared.put_nowait((case, slug))

    async def run(self) -> None:
        while True:
            await self.once()
            try:
                async with asyncio.timeout(self._every):
                    case, slug = await self._declared.get()
            except TimeoutError:
                continue
            await self._guarded(self.at_declaration(case, slug))

    async def once(self) -> None:
        """One look, whatever the last one met."""
        await self._guarded(self.look())

    async def _guarded(self, work: Awaitable[object]) -> None:
        try:
            await work
        except HoldfastError as error:
            self._failed(error.code.value)
        except Exception as error:
            # Nothing may end this loop: whoever is missing tonight is only noticed here.
            self._failed(type(error).__name__)
        else:
            self.fault = ""

    def _failed(self, fault: str) -> None:
        if fault != self.fault:
            _LOG.error("the rota cannot be looked at: %s; it is tried again", fault)
        self.fault = fault

    async def look(self) -> tuple[Hole, ...]:
        """At a shift change, an edit of rota or directory, and the first time: holes that nobody was called for yet."""
        now = self._now()
        directory = await self._directory.current()
        known = await self._rotas.current()
        seen = (directory.revision, known.rota.revision if known.rota else "")
        if seen == self._seen and self._next is not None and now < self._next:
            return ()
        fresh = []
        for hole in self._ahead(known.rota, directory, list(self._procedures.values()), now):
            place = (hole.procedure, hole.gate)
            if hole.start <= self._said.get(place, hole.start - timedelta(1)):
                self._said[place] = max(self._said[place], hole.end)
                continue
            _LOG.warning("%s", hole.sentence)
            if await self._tell(hole, known.rota, directory, now):
                self._said[place] = hole.end
            fresh.append(hole)
        self._seen = seen
        self._next = next(
            (each for each in turning_points(known.rota, directory, now, now + AHEAD) if each > now), now + AHEAD
        )
        if any((each.procedure, each.gate) not in self._said for each in fresh):
            self._next = now  # nobody could be told: again at the next look
        return tuple(fresh)

    async def at_declaration(self, case: str, slug: str) -> tuple[Hole, ...]:
        """What this case will meet in the next hours: said on the case, and to whoever can find somebody."""
        now = self._now()
        directory, known = await self._directory.current(), await self._rotas.current()
        found = self._ahead(known.rota, directory, [self._procedures[slug]], now)
        entries = []
        for hole in found:
            told = await self._tell(hole, known.rota, directory, now, case)
            name = hashlib.sha256(f"{hole.gate}|{hole.start.isoformat()}".encode()).hexdigest()[:24]
            detail: dict[str, str | int | bool] = {
                "from": hole.start.isoformat(),
                "until": hole.end.isoformat(),
                "missing": ",".join(hole.missing),
                "people": told,
            }
            entries.append(
                Entry(
                    id=f"desk:hole:{name}", at=now, kind=Kind.HOLE, subject=hole.gate, code=hole.because, detail=detail
                )
            )
        if entries:
            await self._ledger.append(case, entries)
        return found

    @staticmethod
    def _ahead(rota: Rota | None, directory: Directory, procedures: list[Procedure], now: datetime) -> tuple[Hole, ...]:
        found = holes(rota, directory, procedures, now - _AROUND, now + AHEAD + _AROUND)
        return tuple(each for each in found if each.start < now + AHEAD and each.end > now)

    async def _tell(self, hole: Hole, rota: Rota | None, directory: Directory, now: datetime, case: str = "") -> str:
        """Call the duty manager, or else the incident commander; returns who was reached, by id."""
        about = f"hole/{hole.procedure}/{hole.gate}/{hole.start.isoformat()}"
        reached = []
        for person in whom_to_call(rota, directory, _FINDERS, now).people:
            key = outside_key(self._key, case or _ROSTER, f"{about}/{person.id}")
            if await reach(
                self._pager,
                self._mail,
                person,
                about=case or _ROSTER,
                kind="roster",
                summary=hole.sentence,
                key=key,
                now=now,
            ):
                reached.append(person.id)
        return ",".join(reached)
