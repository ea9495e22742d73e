"""Trouble on demand, because an adapter that was only ever answered politely is untested."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

FaultKind = Literal["reply_lost", "status", "ratelimited", "latency", "drop", "error"]


@dataclass
class Fault:
    """One planned failure; `method` is a Web API method or `*`, `times` how often it still strikes.

    What `value` means: `status` the HTTP status (default 500); `ratelimited` Retry-After in seconds
    (default 1); `latency` seconds (default 1); `error` the Slack error code (default `internal_error`).
    """

    id: int
    method: str
    kind: FaultKind
    times: int
    value: float | str | None

    def number(self, default: float) -> float:
        return default if self.value is None else float(self.value)


class Faults:
    """The planned failures, struck in the order in which they were added, one per request."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._planned: list[Fault] = []

    def add(self, *, method: str, kind: FaultKind, times: int = 1, value: float | str | None = None) -> int:
        """Plan a failure; returns its id. Raises ValueError for an unknown kind or a bad value."""
        if kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault kind {kind!r}; one of {', '.join(get_args(FaultKind))}")
        if times < 1:
            raise ValueError(f"times must be at least 1, not {times!r}")
        fault = Fault(id=next(self._ids), method=method, kind=kind, times=times, value=value)
        if kind in ("status", "ratelimited", "latency"):
            fault.number(1)
        self._planned.append(fault)
        return fault.id

    def remove(self, fault_id: int) -> bool:
        before = len(self._planned)
        self._planned = [fault for fault in self._planned if fault.id != fault_id]
        return len(self._planned) < before

    def clear(self) -> None:
        self._planned.clear()

    def take(self, method: str) -> Fault | None:
        """The failure this request meets, or None."""
        for fault in self._planned:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times == 0:
                    self._planned.remove(fault)
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._planned]
