"""The gate before a deploy: what would the code at hand do to the cases that are open under the code that runs?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError

import domain
from domain.base import Model
from domain.errors import Code, HoldfastError
from domain.fingerprint import changed, functions_of
from integrations.base.keyring import KeyRing
from integrations.temporal.histories import read_history
from integrations.temporal.replaying import PACKAGES, Played, play

ROOT = Path(domain.__file__).parents[1]
BASELINE = "baseline.json"  # beside the stored histories


class Expected(Model):
    """What a stored history decided when it was recorded, and which functions it ran then."""

    decided: str
    ran: tuple[str, ...]


class Baseline(Model):
    """The code of the last release by function, and what the stored histories did under it."""

    functions: dict[str, str] = {}
    histories: dict[str, Expected] = {}


@dataclass(frozen=True)
class Touched:
    """A function that is not what it was: how many histories ran it, and in how many of them the replay agreed."""

    name: str
    ran: int
    agreed: int

    @property
    def covered(self) -> bool:
        """Whether any replay went through it at all. Where none did, only its own tests speak for it."""
        return self.ran > 0


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: every history as it played, and what was changed."""

    played: Mapping[str, Played]
    touched: Sequence[Touched]

    @property
    def ok(self) -> bool:
        return all(each.ok for each in self.played.values())


def stored(folder: Path) -> dict[str, WorkflowHistory]:
    """The histories of a folder by file name.

    Raises:
        HoldfastError: `unreadable`, or `invalid` for a folder without any.
    """
    paths = sorted(each for each in folder.glob("*.json*") if each.name != BASELINE)
    if not paths:
        raise HoldfastError(Code.INVALID, f"no history lies in {str(folder)!r}")
    return {path.name.partition(".")[0]: read_history(path.read_bytes()) for path in paths}


def read_baseline(folder: Path) -> Baseline:
    """What was recorded beside the histories; empty if nothing was.

    Raises:
        HoldfastError: `unreadable`.
    """
    path = folder / BASELINE
    if not path.exists():
        return Baseline()
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except ValidationError:
        raise HoldfastError(Code.UNREADABLE, BASELINE) from None


async def judge(
    histories: Mapping[str, WorkflowHistory],
    workflows: Sequence[type],
    ring: KeyRing,
    baseline: Baseline,
    namespace: str = "default",
) -> Verdict:
    """Play each history; one that was recorded must also come to the decisions that it came to then."""
    played: dict[str, Played] = {}
    for name, history in histories.items():
        found = await play(history, workflows, ring, ROOT, namespace)
        expected = baseline.histories.get(name)
        if found.ok and expected is not None and expected.decided != found.decided:
            found.differs = "ends with other decisions than it was recorded with"
        played[name] = found
    touched = []
    for name in changed(baseline.functions, functions_of(ROOT, PACKAGES)):
        # What has been removed or renamed cannot run any more: who ran it then is what counts.
        ran = [
            each
            for key, each in played.items()
            if name in each.ran or (key in baseline.histories and name in baseline.histories[key].ran)
        ]
        touched.append(Touched(name, len(ran), sum(each.ok for each in ran)))
    return Verdict(played, touched)


def record(folder: Path, verdict: Verdict) -> None:
    """Make today's code and decisions the baseline."""
    histories = {
        name: Expected(decided=each.decided, ran=tuple(sorted(each.ran))) for name, each in verdict.played.items()
    }
    made = Baseline(functions=functions_of(ROOT, PACKAGES), histories=histories)
    (folder / BASELINE).write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8")


async def live(client: Client, closed_within: timedelta, case: str = "") -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Every open case and review, and those closed lately, with its name in the report; with `case` that one only.

    Raises:
        HoldfastError: `unreachable`.
    """
    since = (datetime.now(UTC) - closed_within).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = "ExecutionStatus = 'Running'"
    if closed_within:
        query = f"({query} OR CloseTime > '{since}')"
    if case:
        query += f" AND WorkflowId = '{case}'"
    try:
        async for found in client.list_workflows(query):
            handle = client.get_workflow_handle(found.id, run_id=found.run_id)
            yield f"{found.id} {found.run_id[:8]}", await handle.fetch_history()
    except RPCError:
        raise HoldfastError(Code.UNREACHABLE, "Temporal") from None
