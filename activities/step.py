"""What a step is: an input that names itself, its effect, its patience, and the ways out when it fails."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar, cast

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.base import Model
from domain.effects import Effect, Remedies
from domain.errors import Code, HoldfastError, Passing
from domain.evidence import LedgerReceipt
from domain.refusal import Refused

R = TypeVar("R", bound=Model)
S = TypeVar("S", bound="Step[Any]")


@dataclass(frozen=True)
class Patience:
    """Machine patience: how long one try may take, how many tries, and the pauses between them."""

    per_try: timedelta
    tries: int
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(seconds=30)
    heartbeat: timedelta | None = None


LOOK = Patience(timedelta(seconds=10), tries=5)  # reads of our own systems: fast or broken
OUTWARD = Patience(timedelta(seconds=60), tries=4, heartbeat=timedelta(seconds=10))  # a dead worker shows in 10 s
PAGING = Patience(timedelta(seconds=20), tries=3)  # better the next channel than a fourth try
BOOKS = Patience(timedelta(seconds=20), tries=0)  # our own ledger is waited for without end

# Which workers run a step. Each queue is a boundary of trust: only `disclosure` may read records that leave.
SOP_QUEUE, ENFORCEMENT_QUEUE, DISCLOSURE_QUEUE, COMMS_QUEUE = "sop", "enforcement", "disclosure", "comms"
HEARTBEAT_EVERY = timedelta(seconds=2)


class Place(Model):
    """Where a step stands: case, verb key (its idempotency, with n counting acts), the workflow's time in UTC,
    and the ledger's receipt for what must be written before it acts."""

    case: str
    key: str
    at: datetime
    drill: bool = False
    receipt: LedgerReceipt | None = None


class Step(Model, Generic[R]):
    """The input of an activity. Subclasses say what they are; the kit fills `place`."""

    NAME: ClassVar[str]
    EFFECT: ClassVar[Effect]
    RESULT: ClassVar[type[Model]]
    QUEUE: ClassVar[str] = SOP_QUEUE
    PATIENCE: ClassVar[Patience] = LOOK
    REMEDIES: ClassVar[Remedies] = Remedies()
    WAITS: ClassVar[bool] = False  # housekeeping: any step of any incident goes before it

    place: Place | None = None

    @property
    def here(self) -> Place:
        """The step's place; a step that was not sent by the kit has none and may not run."""
        if self.place is None:
            raise HoldfastError(Code.GUARD, f"{self.NAME} was not sent by a procedure")
        return self.place

    def skipped(self) -> R | None:
        """What the step yields when it is skipped; None (the default) means that it cannot be."""
        return None


STEPS: dict[str, type[Step[Any]]] = {}


def step(kind: type[S]) -> type[S]:
    """Make a step known by its name, so that a form for its result can be built. Names are unique.

    Raises:
        ValueError: if another step has the name.
    """
    known = STEPS.setdefault(kind.NAME, kind)
    if known is not kind:
        raise ValueError(f"two steps are called {kind.NAME!r}")
    return kind


def fits(name: str, result: dict[str, Any]) -> bool:
    """Whether this is a result that the named step could have yielded."""
    try:
        STEPS[name].RESULT.model_validate(result)
    except ValueError:
        return False
    return True


def failure(error: HoldfastError) -> ApplicationError:
    """The error as Temporal keeps it: the code as type, never retried unless it is `transient`."""
    passing = error.code in (Code.TRANSIENT, Code.UNREACHABLE)
    wait = error.retry_after if isinstance(error, Passing) else None
    return ApplicationError(
        error.sentence,
        type=error.code.value,
        non_retryable=not passing,
        next_retry_delay=None if wait is None else timedelta(seconds=wait),
    )


def given_up(error: HoldfastError) -> ApplicationError:
    """The error as Temporal keeps it, not to be tried again whatever its code: for what somebody else makes good."""
    return ApplicationError(error.sentence, type=error.code.value, non_retryable=True)


def performs(kind: type[S]) -> Callable[[Callable[[Any, S], Awaitable[R]]], Callable[[Any, S], Awaitable[R]]]:
    """Make a method the activity of a step: heartbeats while it runs, and errors by their codes."""

    def decorate(method: Callable[[Any, S], Awaitable[R]]) -> Callable[[Any, S], Awaitable[R]]:
        @functools.wraps(method)
        async def run(self: Any, given: S) -> R:
            if isinstance(given, Refused):
                raise failure(HoldfastError(given.code, "the step's input"))
            beating = asyncio.create_task(_beat()) if kind.PATIENCE.heartbeat else None
            try:
                return await method(self, given)
            except HoldfastError as error:
                raise failure(error) from None
            finally:
                if beating is not None:
                    beating.cancel()

        defined = activity.defn(name=kind.NAME)(run)
        return cast("Callable[[Any, S], Awaitable[R]]", defined)

    return decorate


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(HEARTBEAT_EVERY.total_seconds())
