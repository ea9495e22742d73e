"""The auditor itself: look, compare, call, and only then say to the switch outside that all of this worked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.audit import Facts, Rules, findings
from domain.base import Model
from domain.errors import HoldfastError
from domain.executions import Deadman
from domain.findings import Area, Finding, blind
from domain.watching import Known, Watch, notices
from workers.auditor.looking import Looking
from workers.auditor.memory import Memory
from workers.auditor.telling import Telling

_LOG = logging.getLogger("holdfast.auditor")
_LONGEST = timedelta(minutes=2)  # one round; with hundreds of cases it takes seconds


class Looked(Model):
    """What a round found. `complete`: it could read everything. `said`: whoever had to be called was."""

    findings: tuple[Finding, ...]
    complete: bool
    said: bool = True
    beaten: bool = False


class Auditor:
    """Rounds, one after the other, until it is cancelled. Nothing that it finds stops it.

    The beat is the proof of a round: it comes only after one that read everything and reached whoever it had to
    call. A round that hangs, that sees half, or that nobody hears lets the switch outside page instead.
    """

    def __init__(
        self,
        *,
        looking: Looking,
        telling: Telling,
        memory: Memory,
        deadman: Deadman | None,
        rules: Rules,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        longest: timedelta = _LONGEST,
    ) -> None:
        self._looking = looking
        self._telling = telling
        self._memory = memory
        self._deadman = deadman
        self._rules = rules
        self._now = now
        self._longest = longest
        self._watch: Watch | None = None

    async def look(self) -> Looked:
        """What is wrong now, for a person who asks: nobody is called, nothing is remembered, nothing beats."""
        facts, found = await self._compared()
        return Looked(findings=found, complete=facts.complete)

    async def round(self) -> Looked:
        """One look, with everybody called who must be."""
        facts, found = await self._compared()
        watch = self._watch if self._watch is not None else await self._memory.load()
        watch = watch.after(found, facts.faults, facts.at)
        watch, said = await self._tell(watch, facts.at)
        if facts.complete:
            watch = watch.model_copy(update={"looked_at": facts.at})
        self._watch = watch
        await self._memory.keep(watch)
        beaten = await self._beat() if facts.complete and said else False
        return Looked(findings=found, complete=facts.complete, said=said, beaten=beaten)

    async def run(self, every: timedelta) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self._once()
            await asyncio.sleep(max(began + every.total_seconds() - loop.time(), 0))

    async def _once(self) -> None:
        try:
            async with asyncio.timeout(self._longest.total_seconds()):
                looked = await self.round()
        except TimeoutError:
            _LOG.error("a round did not end within %d s", self._longest.total_seconds())
        except Exception as error:
            # Nothing may end the watch; the switch outside hears nothing of this round. The text could carry a payload.
            _LOG.error("a round failed: %s", type(error).__name__)
        else:
            level = logging.INFO if looked.beaten else logging.WARNING
            codes = ",".join(sorted({each.code.value for each in looked.findings}))
            _LOG.log(
                level,
                "round: findings=%d [%s] complete=%s said=%s beaten=%s",
                len(looked.findings),
                codes,
                looked.complete,
                looked.said,
                looked.beaten,
            )

    async def _compared(self) -> tuple[Facts, tuple[Finding, ...]]:
        facts = await self._looking.look(self._now())
        found = findings(facts, self._rules)
        if fault := await self._telling.people():
            found = (blind(Area.PEOPLE, fault, self._rules.grace), *found)
        return facts, found

    async def _tell(self, watch: Watch, now: datetime) -> tuple[Watch, bool]:
        """Everybody called and every end said, as far as channels reach; whether every *call* reached somebody."""
        channels, said = self._telling.channels(now), True
        for notice in notices(watch.to_call(now)):
            reached = await self._telling.say(notice, channels)
            said = said and bool(reached)
            if reached:
                watch = watch.said(notice.what, reached, now)
                _log(notice.what, "said", reached)
        for notice in notices(watch.to_clear(now)):
            reached = await self._telling.say(notice, channels)
            if reached:
                watch = watch.said(notice.what, reached, now)
                _log(notice.what, "cleared", reached)
        return watch, said

    async def _beat(self) -> bool:
        if self._deadman is None:
            return False
        try:
            await self._deadman.beat()
        except HoldfastError as error:
            # The switch pages by itself if this goes on.
            _LOG.error("the dead man's switch did not hear us: %s %s", error.code.value, error.detail)
            return False
        return True


def _log(what: tuple[Known, ...], how: str, reached: tuple[str, ...]) -> None:
    for each in what:
        _LOG.warning("%s %s to %s", how, each.finding.id, ",".join(reached))
