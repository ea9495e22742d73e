"""Starts what was taken in and not started, and calls somebody for lines that nobody owns: silence closes none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from console.intake.taking import Intake
from console.reaching import reach
from domain.errors import HoldfastError
from domain.ids import outside_key
from domain.outside import LiveDirectory, Mail, Pager, Rotas
from domain.people import Role
from domain.summoning import Call, whom_to_call
from domain.triage import AGAIN, Uncalled

_LOG = logging.getLogger("holdfast.intake")
EVERY = 1.0  # seconds between looks: what a crash left behind is started within a second of our return
_ROLES = ((Role.LE_SPECIALIST,), (Role.ESCALATION_SPECIALIST,), (Role.DUTY_MANAGER,), (Role.INCIDENT_COMMANDER,))
_RUNGS = tuple(Call(roles=roles, later=_ROLES[number + 1 :]) for number, roles in enumerate(_ROLES))
_TRIAGE = "triage"  # what a page says instead of a case


class IntakeWatch:
    """`run` until cancelled. One page for all lines of a source that wait for the same reason; again after `AGAIN`.

    The page's key is made of the time's quarter hour, so that a crash between page and note does not page twice.
    """

    def __init__(
        self,
        *,
        intake: Intake,
        directory: LiveDirectory,
        rotas: Rotas,
        pager: Pager | None,
        mail: Mail | None,
        key: bytes,
        now: Callable[[], datetime],
        every: float = EVERY,
    ) -> None:
        self._intake = intake
        self._directory = directory
        self._rotas = rotas
        self._pager = pager
        self._mail = mail
        self._key = key
        self._now = now
        self._every = every
        self.fault = ""

    async def run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(self._every)

    async def once(self) -> None:
        """One look, whatever the last one met."""
        try:
            await self._intake.resume()
            reached = [await self._call(each) for each in await self._intake.lines.uncalled(self._now(), AGAIN)]
            if not all(reached):
                self._failed("nobody-reached")
                return
        except HoldfastError as error:
            self._failed(error.code.value)
        except Exception as error:
            # Nothing may end this loop: what people sent waits behind it. The text could carry it.
            self._failed(type(error).__name__)
        else:
            self.fault = ""

    def _failed(self, fault: str) -> None:
        if fault != self.fault:
            _LOG.error("lines cannot be looked after: %s; it is tried again", fault)
        self.fault = fault

    async def _call(self, waiting: Uncalled) -> bool:
        """Each quarter of an hour that nobody owns them calls somebody further up."""
        now = self._now()
        rung = _RUNGS[min(int((now - waiting.oldest) / AGAIN), len(_RUNGS) - 1)]
        directory, known = await self._directory.current(), await self._rotas.current()
        summary = f"{waiting.lines} line(s) wait in triage from {waiting.source}: {waiting.why}. holdfast triage list"
        bucket = int(now.timestamp() // AGAIN.total_seconds())
        reached = False
        for person in whom_to_call(known.rota, directory, rung, now).people:
            key = outside_key(self._key, _TRIAGE, f"{waiting.source}/{waiting.why}/{bucket}/{person.id}")
            taken = await reach(
                self._pager, self._mail, person, about=_TRIAGE, kind="triage", summary=summary, key=key, now=now
            )
            reached = taken or reached
        if reached:
            await self._intake.lines.called(waiting.source, waiting.why, now, AGAIN)
        return reached
