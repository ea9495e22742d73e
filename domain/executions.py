"""What Temporal says of its workflows, as plain values, and the port through which a watcher asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.base import Model


class RunStatus(StrEnum):
    """How a run stands with Temporal. `unknown` is a status that a newer server has and we do not."""

    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    TIMED_OUT = "timed-out"
    CONTINUED = "continued-as-new"
    UNKNOWN = "unknown"


class Execution(Model):
    """A run as lists show it. `kind` is the workflow type; `problems` is Temporal's own word on what keeps its
    workflow task from being done, in codes; empty where nothing does."""

    id: str
    run: str
    kind: str
    status: RunStatus
    started_at: datetime
    problems: tuple[str, ...] = ()


class PendingStep(Model):
    """A step that was asked for and is not done. `stirred_at` is the last sign of life of this try."""

    name: str
    attempt: int
    stirred_at: datetime


class Described(Execution):
    """A run looked at by itself. `first_run` names its chain: continuing as new and a reset keep it, a new start does
    not. `task_attempt` and `task_since` are of a workflow task that is not done; 0 and None if there is none."""

    first_run: str
    reset: bool = False
    task_attempt: int = 0
    task_since: datetime | None = None
    steps: tuple[PendingStep, ...] = ()


class Work(StrEnum):
    """The two kinds of work that a queue hands out."""

    WORKFLOWS = "workflows"
    STEPS = "steps"


class Queue(Model):
    """A queue, and when a worker last asked it for this kind of work; None if none did in the last minutes."""

    name: str
    work: Work
    polled_at: datetime | None = None


class Executions(Protocol):
    """Temporal as a watcher reads it. All methods raise HoldfastError: `unreachable`."""

    async def open(self) -> Sequence[Execution]:
        """Every run that is not closed, as the lists have it; they may lag by a moment."""
        ...

    async def terminated(self, since: datetime) -> Sequence[Execution]:
        """Every run that was terminated at or after this time."""
        ...

    async def describe(self, id: str, run: str = "") -> Described | None:
        """This run, or the latest of its id, as it is now; None if Temporal has none."""
        ...

    async def queue(self, name: str, work: Work) -> Queue: ...


class Deadman(Protocol):
    """The switch outside that pages by itself when it has not heard from us for too long."""

    async def beat(self) -> None:
        """Say that we are alive. Raises HoldfastError: `transient`, `permanent` or `needs-a-person`."""
        ...


class LastCheckpoint(Protocol):
    """When the ledger's heads were last signed, and sent elsewhere where there is an elsewhere."""

    async def newest(self) -> datetime | None:
        """The time of the last checkpoint that arrived; None if none was ever made."""
        ...
