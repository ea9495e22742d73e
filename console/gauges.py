"""Says in figures what is open now: read from the ledger by the desk's process, the one that there is one of.

Counters cannot say who waits: a process that starts anew has not seen what was opened before.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.errors import HoldfastError
from domain.observing import Waits, still_waiting
from domain.ports import Cases, Ledger
from domain.timeline import Projection

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, Observation

    from integrations.telemetry.metrics import Labels

_LOG = logging.getLogger("holdfast.desk")
EVERY = timedelta(seconds=15)  # as often as figures leave
_MOST = 5000  # open cases; the gravest come first
Row = tuple[float, "Labels"]
Key = tuple[tuple[str, str | int | bool], ...]


@dataclass(frozen=True)
class Look:
    """What one look found: rows of each gauge, and the moment on the monotonic clock."""

    rows: dict[str, list[Row]]
    at: float


class Watch:
    """Follows the open cases. Each look reads only what was written since the last one."""

    def __init__(self, cases: Cases, ledger: Ledger, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._cases = cases
        self._ledger = ledger
        self._now = now
        self._read: dict[str, tuple[datetime | None, int, dict[str, Waits]]] = {}
        self._born = time.monotonic()
        self.latest = Look({}, self._born)

    async def look(self) -> None:
        """Look once.

        Raises:
            HoldfastError: `transient` when the list of cases cannot be read; what was found before stays.
        """
        found = await self._cases.list(open_only=True, limit=_MOST)
        unreadable = 0
        for each in found:
            try:
                await self._follow(each)
            except HoldfastError:
                unreadable += 1  # told as a figure of its own; the audit says where
        known = {each.case for each in found}
        self._read = {case: read for case, read in self._read.items() if case in known}
        rows = dict(self._rows(found))
        rows["holdfast.watch.unreadable"] = [(unreadable, {})]
        self.latest = Look(rows, time.monotonic())

    async def _follow(self, case: Projection) -> None:
        seen, sequence, waits = self._read.get(case.case, (None, 0, {}))
        if seen is not None and seen == case.updated_at:
            return
        entries = await self._ledger.read(case.case, sequence)
        waits = still_waiting((each.entry for each in entries), waits)
        sequence = entries[-1].sequence if entries else sequence
        self._read[case.case] = (case.updated_at, sequence, waits)

    def _rows(self, cases: Iterable[Projection]) -> Iterator[tuple[str, list[Row]]]:
        from integrations.telemetry.metrics import labels_of

        now = self._now()
        open_cases: Counter[Key] = Counter()
        count: Counter[Key] = Counter()
        oldest: dict[Key, float] = {}
        left: dict[Key, float] = {}
        for case in cases:
            labels = labels_of(case)
            open_cases[(*labels.items(), ("phase", case.phase))] += 1
            for each in self._read.get(case.case, (None, 0, {}))[2].values():
                if each.kind == "clock" and each.due is not None:
                    key: Key = (*labels.items(), ("clock", each.name), ("state", each.state), *each.detail.items())
                    left[key] = min(left.get(key, float("inf")), (each.due - now).total_seconds())
                elif each.kind != "clock":
                    key = (*labels.items(), ("kind", each.kind), ("name", each.name), ("unpaged", each.unpaged))
                    count[key] += 1
                    oldest[key] = max(oldest.get(key, 0.0), (now - each.since).total_seconds())
        for name, found in (
            ("holdfast.cases.open", open_cases),
            ("holdfast.waiting.open", count),
            ("holdfast.waiting.age", oldest),
            ("holdfast.clock.remaining", left),
        ):
            yield name, [(float(value), dict(key)) for key, value in found.items()]

    def age(self) -> float:
        """Seconds since the last look that went well, or since the watch began."""
        return time.monotonic() - self.latest.at


@asynccontextmanager
async def watching(meter: Meter | None, cases: Cases, ledger: Ledger) -> AsyncIterator[Watch | None]:
    """Keep the gauges true while the context is open; nothing at all without a meter."""
    if meter is None:
        yield None
        return
    watch = Watch(cases, ledger)
    show(meter, watch)
    task = asyncio.create_task(_keep_looking(watch))
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_looking(watch: Watch) -> None:
    while True:
        try:
            await watch.look()
        except HoldfastError as error:
            _LOG.warning("what waits cannot be read: code=%s; it is tried again", error.code.value)
        await asyncio.sleep(EVERY.total_seconds())


def show(meter: Meter, watch: Watch) -> None:
    """Make the gauges of the catalogue over this watch."""
    from opentelemetry.metrics import Observation

    from integrations.telemetry.metrics import attributes
    from integrations.telemetry.names import METRICS, Instrument

    def rows(name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(options: CallbackOptions) -> Iterable[Observation]:
            if name == "holdfast.watch.age":
                return [Observation(watch.age())]
            return [Observation(value, attributes(labels)) for value, labels in watch.latest.rows.get(name, ())]

        return observe

    for each in METRICS:
        if each.kind is Instrument.GAUGE:
            meter.create_observable_gauge(each.name, [rows(each.name)], each.unit, each.about)
