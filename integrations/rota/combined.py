"""Our rota with what another system's schedules say, which may be down: then what it said last, with its age."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from domain.base import Model
from domain.errors import HoldfastError
from domain.outside import KnownRota, LiveDirectory, Rotas, Schedules
from domain.rota import Override, Rota
from domain.schedules import scheduled

_AGAIN = timedelta(minutes=1)  # not asked more often: a rung must not wait for a slow neighbour each time
_BEHIND, _AHEAD = timedelta(days=1), timedelta(days=21)  # `holdfast tonight` looks a fortnight ahead


class _Kept(Model):
    """What was fetched, by directory ids: no addresses are kept."""

    at: datetime
    overrides: tuple[Override, ...]


class WithSchedules:
    """`domain.outside.Rotas` over another one. `kept` is a file that survives a restart."""

    def __init__(
        self,
        rotas: Rotas,
        schedules: Schedules,
        directory: LiveDirectory,
        kept: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rotas = rotas
        self._schedules = schedules
        self._directory = directory
        self._file = kept
        self._now = now
        self._last: _Kept | None = None
        self._asked_at: datetime | None = None
        self._asked_for: dict[str, object] = {}
        self._fault = ""

    async def current(self) -> KnownRota:
        known = await self._rotas.current()
        if known.rota is None or not known.rota.schedules:
            return known
        await self._refresh(known.rota)
        if self._last is None:
            # Never heard from: our own rota stands, and says that it stands alone.
            return known.model_copy(update={"fault": known.fault or self._fault})
        rota = known.rota.model_copy(update={"overrides": (*known.rota.overrides, *self._last.overrides)})
        as_of = self._last.at if self._fault else known.as_of
        return KnownRota(rota=rota, as_of=as_of, fault=known.fault or self._fault)

    async def _refresh(self, rota: Rota) -> None:
        now = self._now()
        wanted: dict[str, object] = dict(rota.schedules)
        if self._asked_at is not None and now - self._asked_at < _AGAIN and wanted == self._asked_for:
            return
        self._asked_at, self._asked_for = now, wanted
        start, end = now - _BEHIND, now + _AHEAD
        try:
            turns = await self._schedules.on_call(sorted(rota.schedules), start, end)
        except HoldfastError as error:
            self._fault = error.detail or error.code.value
            if self._last is None:
                self._last = await asyncio.to_thread(self._read)
            return
        directory = await self._directory.current()
        plain = [(each.schedule, each.email, each.start, each.end, each.level) for each in turns]
        self._last = _Kept(at=now, overrides=scheduled(rota, directory, plain, start, end))
        self._fault = ""
        await asyncio.to_thread(self._write, self._last)

    def _read(self) -> _Kept | None:
        try:
            return _Kept.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError, json.JSONDecodeError):
            return None  # nothing was kept, or nothing readable: our own rota answers, and the fault is said

    def _write(self, kept: _Kept) -> None:
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(kept.model_dump_json())
        fresh.replace(self._file)
