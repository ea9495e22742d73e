"""What may be counted of a case: codes and times, never a person, an account or the case itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.base import Model
from domain.timeline import Entry, Kind, Projection

_RATIFY = "+ratify"
_OWNER = "owner"
# Silence ends a task that is given up, and a request to stand down; a gate goes on waiting.
_SILENCE_ENDS = frozenset({"task", "goes-on"})
# A clock that is in one of these states runs no more; what is breached is still owed.
_CLOCK_ENDS = frozenset({"met", "stopped", "superseded", "none"})


class Observer(Protocol):
    """Hears of what happened. It never raises and never waits: nobody's case depends on it."""

    def appended(self, entries: Sequence[Entry], about: Projection | None, seconds: float) -> None:
        """These entries, and no others, were written by one append that took so long. `about` is their case."""
        ...

    def not_appended(self, code: str, seconds: float) -> None:
        """An append failed with this code."""
        ...


class Attempt(Model):
    """One try of one step: which, on which queue, the how manieth, how it ended (`done` or a code), in seconds."""

    step: str
    queue: str
    number: int
    outcome: str
    seconds: float
    drill: bool = False


class Waits(Model):
    """Something that waits for people: `kind` is gate, task, intervention, owner or clock; `since` and `due` are UTC.

    `detail` are further codes of it: a gate's family, a clock's counsel and kind.
    """

    kind: str
    name: str
    since: datetime
    unpaged: bool = False
    due: datetime | None = None
    state: str = ""
    detail: dict[str, str] = {}


def name_of(subject: str) -> str:
    """The code in a verb key: `notify/a.release/1` is `release`, its ratification `ratify-release`."""
    stem, again, _ = subject.partition(_RATIFY)
    parts = stem.split("/")
    name = (parts[1] if len(parts) > 1 else stem).rpartition(".")[2]
    return f"ratify-{name}" if again else name


def lasted(opened_at: datetime, ended_at: datetime) -> dict[str, int]:
    """How long something was open, as an entry's detail: whole `seconds`."""
    return {"seconds": max(int((ended_at - opened_at).total_seconds()), 0)}


def still_waiting(entries: Iterable[Entry], known: Mapping[str, Waits] | None = None) -> dict[str, Waits]:
    """What waits after these entries of one case, by verb key; `known` is what waited before them."""
    waits = dict(known or {})
    for entry in entries:
        _follow(waits, entry)
    return waits


def _follow(waits: dict[str, Waits], entry: Entry) -> None:
    key = entry.subject
    match entry.kind.value:
        case Kind.GATE_OPENED.value:
            family = str(entry.detail.get("family", ""))
            waits[key] = Waits(kind="gate", name=entry.code, since=entry.at, detail={"family": family})
        case Kind.TASK_OPENED.value:
            waits[key] = Waits(kind="task", name=entry.code, since=entry.at)
        case Kind.QUESTION.value:
            waits[str(entry.detail.get("question", ""))] = Waits(kind="task", name="question", since=entry.at)
        case Kind.INTERVENTION_OPENED.value:
            waits[key] = Waits(kind="intervention", name=name_of(key), since=entry.at, state=entry.code)
        case Kind.OWNER.value if entry.code == "open":
            waits[_OWNER] = Waits(kind="owner", name=_OWNER, since=entry.at)
        case Kind.OWNER.value:
            waits.pop(_OWNER, None)
        case Kind.GATE_DECIDED.value | Kind.TASK_ENDED.value | Kind.INTERVENTION_ENDED.value:
            waits.pop(key, None)
        case Kind.SILENCE.value if entry.code in _SILENCE_ENDS:
            waits.pop(key, None)
        case Kind.PAGED.value | Kind.UNPAGED.value if key in waits:
            waits[key] = waits[key].model_copy(update={"unpaged": entry.kind is Kind.UNPAGED})
        case "clock":
            _tick(waits, entry)
        case Kind.CLOSED.value:
            waits.clear()


def _tick(waits: dict[str, Waits], entry: Entry) -> None:
    key, detail = entry.subject, entry.detail
    if entry.code in _CLOCK_ENDS:
        waits.pop(key, None)
        return
    before = waits.get(key)
    said = detail.get("due")
    due = datetime.fromisoformat(said) if isinstance(said, str) and said else before.due if before else None
    waits[key] = Waits(
        kind="clock",
        name=str(detail.get("clock", name_of(key))).lower(),  # the register writes US-EDR, labels are small
        since=before.since if before else entry.at,
        due=due,
        state=entry.code,
        detail={"basis": str(detail.get("kind", "")), "counsel": str(detail.get("counsel", ""))},
    )
