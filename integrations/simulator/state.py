"""What a stand-in remembers, and how it survives being killed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict, TypeVar

from pydantic import AwareDatetime, BaseModel, Field

LOG_LENGTH = 1000  # requests shown on the page; older ones leave the log, never the counts


class Stats(TypedDict):
    """requests: API requests received; keys: distinct idempotency keys on acts; applied: acts carried out.

    `applied` above `keys` means that something was done twice, or done without a key.
    """

    requests: int
    keys: int
    applied: int


class LogLine(BaseModel):
    """One request as seen from outside: never a body. `status` is None when no answer was sent."""

    at: AwareDatetime
    method: str
    path: str
    key: str | None
    status: int | None
    fault: str | None


class StoredReply(BaseModel):
    """The first answer to a key, and a fingerprint of what was asked."""

    fingerprint: str
    status: int
    body: dict[str, object]


class SimState(BaseModel):
    """The part of the state that all stand-ins share; each adds its own world."""

    requests: int = 0
    applied: int = 0
    serial: int = 0
    keys: set[str] = Field(default_factory=set)
    replies: dict[str, StoredReply] = Field(default_factory=dict)
    log: list[LogLine] = Field(default_factory=list)

    def next_id(self, prefix: str) -> str:
        """A new id such as `rcpt-000007`, unique within this stand-in."""
        self.serial += 1
        return f"{prefix}-{self.serial:06d}"

    def stats(self) -> Stats:
        return Stats(requests=self.requests, keys=len(self.keys), applied=self.applied)

    def record(self, line: LogLine) -> None:
        self.requests += 1
        self.log.append(line)
        del self.log[:-LOG_LENGTH]


StateT = TypeVar("StateT", bound=SimState)


def load(path: Path | None, fresh: StateT) -> StateT:
    """The state stored at `path`, or `fresh` where nothing is stored.

    Raises:
        pydantic.ValidationError: if the file is not a state of this kind.
    """
    if path is None or not path.exists():
        return fresh
    return type(fresh).model_validate_json(path.read_bytes())


def save(path: Path | None, state: SimState) -> None:
    """Replace the file in one step. It survives a kill of the process; a power cut is not rehearsed."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(state.model_dump_json())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def time_of(headers: Mapping[str, str]) -> datetime:
    """What time the caller lives in: `X-Holdfast-Time` (RFC 3339, with a zone) or else the clock.

    Raises:
        ValueError: for a time that cannot be read or has no zone.
    """
    text = headers.get("X-Holdfast-Time")
    if text is None:
        return datetime.now(UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("X-Holdfast-Time has no zone")
    return moment.astimezone(UTC)
