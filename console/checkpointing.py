"""Makes a checkpoint each minute and hands it to the witness, for as long as the desk runs; nothing is skipped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from domain.acts import PublicKey
from domain.checkpoints import CHECKPOINT, Made, Notary, SealedCheckpoint, signed_by
from domain.errors import Code, HoldfastError
from domain.ports import Checkpoints, Witness

_LOG = logging.getLogger("holdfast.desk")
EVERY = timedelta(minutes=1)
# A second desk that looks between two of ours finds the last one young enough; its own turn comes if we are gone.
_YOUNG = timedelta(seconds=55)
_REPEAT = 10  # the same fault is said again every ten minutes
SET_BACK = "set-back"


class Checkpointing:
    """`fault` is what went wrong the last time: a code, or `set-back` (a chain is shorter than a checkpoint says, or
    another); empty when all went well.

    A checkpoint that could not be sent stays in the store and goes out later, before every newer one.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        notary: Notary,
        trusted: Sequence[PublicKey],
        witness: Witness | None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._checkpoints = checkpoints
        self._notary = notary
        self._trusted = trusted
        self._witness = witness
        self._now = now
        self._wait = wait
        self._met = False
        self._repeated = 0
        self.fault = ""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.once()
            await self._wait(EVERY.total_seconds())

    async def once(self) -> None:
        """What is due now. Making one never waits for the witness."""
        faults = [await self._tried(what) for what in (self._catch_up, self._make, self._send)]
        fault = next((each for each in faults if each), "")
        if fault:
            self._repeated = self._repeated + 1 if fault == self.fault else 0
            if self._repeated % _REPEAT == 0:
                _LOG.error("checkpoints: fault=%s; it is tried again each minute", fault)
        elif self.fault:
            _LOG.info("checkpoints are made and sent again")
        self.fault = fault

    async def now(self) -> SealedCheckpoint:
        """One of this moment, whenever the last was; sent too if the witness takes it."""
        made = await self._checkpoints.make(self._now(), self._notary)
        self._look(made)
        await self._tried(self._send)
        return made.checkpoint

    async def _tried(self, what: Callable[[], Awaitable[str]]) -> str:
        try:
            return await what()
        except HoldfastError as error:
            return error.code.value
        except Exception as error:
            # Nothing may end this loop: a minute without a checkpoint is a minute that nobody can vouch for.
            _LOG.error("checkpoints: kind=%s", type(error).__name__)
            return Code.FAULT.value

    async def _make(self) -> str:
        return self._look(await self._checkpoints.make(self._now(), self._notary, every=_YOUNG))

    def _look(self, made: Made) -> str:
        if made.back and made.new:
            _LOG.error(
                "checkpoints: chains are not what they were: %s; run holdfast audit verify", ", ".join(made.back)
            )
        return SET_BACK if made.back else ""

    async def _catch_up(self) -> str:
        """A store that was restored from a backup takes back what the witness has of it, before it numbers on."""
        if self._witness is None or self._met:
            return ""
        theirs, ours = await self._witness.latest(), await self._checkpoints.latest()
        last, number = _number(theirs), _number(ours)
        while number < last:
            page = await self._witness.read(number)
            if not page or not all(signed_by(self._trusted, CHECKPOINT, each.body, each) for each in page):
                raise HoldfastError(Code.TAMPERED, "the witness's checkpoints are not signed by us")
            await self._checkpoints.adopt(page, self._now())
            number = _number(page[-1])
        self._met = True
        return ""

    async def _send(self) -> str:
        while self._witness is not None and (waiting := await self._checkpoints.unsent()):
            for each in waiting:
                try:
                    await self._witness.keep(each)
                except HoldfastError as error:
                    self._met = self._met and error.code is not Code.TAMPERED
                    raise
                await self._checkpoints.sent(_number(each), self._now())
        return ""


def _number(sealed: SealedCheckpoint | None) -> int:
    said = sealed.read() if sealed is not None else None
    return said.number if said is not None else 0
