"""How a stand-in is told to fail, so that every kind of trouble can be rehearsed on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FaultKind = Literal["latency", "status", "reply_lost", "drop"]


class Fault(BaseModel):
    """One way to fail, for the next `times` requests that match.

    match: a path prefix ("/v1/accounts"), a verb of the stand-in ("preserve"), or "*" for every request.
    kind: `latency` waits `value` seconds and then answers as usual; `status` answers `value` and does
        nothing; `reply_lost` does the work, then cuts the connection; `drop` cuts it before the work.
    times: how many requests; None until cleared.
    value: seconds for `latency`, the status code for `status` (400 to 599), unused otherwise.
    retry_after: seconds for the Retry-After header of a `status` fault.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str = "*"
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] | None = 1
    value: Annotated[float, Field(ge=0)] | None = None
    retry_after: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_its_value(self) -> Fault:
        if self.kind == "latency" and self.value is None:
            raise ValueError("latency needs a value in seconds")
        if self.kind == "status" and not (self.value is not None and 400 <= self.value <= 599):
            raise ValueError("status needs a value from 400 to 599")
        return self

    @property
    def status(self) -> int:
        """The status code of a `status` fault."""
        return int(self.value or 0)

    def fits(self, *, verb: str, path: str | None) -> bool:
        """Whether a request of this verb and path (None where there is no path) is meant."""
        if self.match.startswith("/"):
            return path is not None and path.startswith(self.match)
        return self.match in ("*", verb)


class Faults:
    """Faults in order. A request meets the first that fits, and only that one."""

    def __init__(self) -> None:
        self._armed: list[tuple[Fault, int | None]] = []

    def add(self, *faults: Fault) -> None:
        """Arm faults behind those already armed."""
        self._armed.extend((fault, fault.times) for fault in faults)

    def clear(self, match: str = "") -> None:
        """Disarm those that match this, or all."""
        self._armed = [each for each in self._armed if match and each[0].match != match]

    def armed(self) -> list[Fault]:
        """What is still armed, in order, `times` being what is left."""
        return [fault.model_copy(update={"times": left}) for fault, left in self._armed]

    def take(self, *, verb: str, path: str | None = None, only: Iterable[str] | None = None) -> Fault | None:
        """The fault this request meets, used up by one; None if it meets none.

        `only` limits the search to faults whose `match` is one of these words.
        """
        for place, (fault, left) in enumerate(self._armed):
            if not fault.fits(verb=verb, path=path) or (only is not None and fault.match not in only):
                continue
            if left == 1:
                del self._armed[place]
            elif left is not None:
                self._armed[place] = (fault, left - 1)
            return fault
        return None
