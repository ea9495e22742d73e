"""A stand-in for a witness: a log of checkpoints that only grows, and that never takes another in the place of one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, Field

from integrations.simulator.base import Simulator
from integrations.simulator.page import Table
from integrations.simulator.state import SimState
from integrations.simulator.wire import Call, Operation, Refusal, Reply, require_bearer

WITNESS_TOKEN = "synthetic-witness-token"  # noqa: S105 - invented, opens nothing but this stand-in
_PAGE = 200  # checkpoints in one answer
_SHOWN = 50  # on the page


class Head(BaseModel):
    """Where one case's chain stood."""

    case: str
    sequence: int
    hash: str


class Kept(BaseModel):
    """One checkpoint as it was handed over. `body` is the text that was signed."""

    body: str = Field(min_length=2)
    key_id: str
    signature: str
    heads: list[Head] = []
    at: AwareDatetime | None = None

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


class WitnessState(SimState):
    """Checkpoints in order; number 1 is the first."""

    kept: list[Kept] = Field(default_factory=list)


class WitnessSimulator(Simulator[WitnessState]):
    """Errors are {"error": code}: 401 unauthorized; 409 conflict (another of that number, or one that does not follow
    on the last); 400 bad_request, bad_json, bad_time.
    """

    title = "Witness stand-in"

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = WITNESS_TOKEN,
        state_path: Path | None = None,
    ) -> None:
        super().__init__(WitnessState(), host=host, port=port, state_path=state_path)
        self._token = token

    def authorise(self, call: Call) -> None:
        require_bearer(call, self._token)

    def operations(self) -> Sequence[Operation]:
        return (
            Operation("POST", "/v1/checkpoints", "keep", self._keep),
            Operation("GET", "/v1/checkpoints/latest", "latest", self._latest),
            Operation("GET", "/v1/checkpoints/after/{number}", "read", self._read),
        )

    def tables(self) -> Sequence[Table]:
        newest = list(enumerate(self.state.kept, start=1))[-_SHOWN:]
        rows = [
            (each.at.isoformat() if each.at else "", str(number), each.hash, str(len(each.heads)))
            for number, each in newest
        ]
        return (Table("Checkpoints, newest first", ("At", "Number", "Hash", "Heads that moved"), rows[::-1]),)

    def _keep(self, call: Call) -> Reply:
        given = call.read(Kept)
        number, previous = _said(given.body)
        kept = self.state.kept
        if 1 <= number <= len(kept):
            if kept[number - 1].body != given.body:
                raise Refusal(409, "conflict")
            return Reply(200, {"number": number, "hash": given.hash}, replayed=True)
        last = kept[-1].hash if kept else "0" * 64
        if number != len(kept) + 1 or previous != last:
            raise Refusal(409, "conflict")
        kept.append(given.model_copy(update={"at": call.now}))
        self.state.keys.add(given.hash)
        self.state.applied += 1
        self.touch()
        return Reply(201, {"number": number, "hash": given.hash})

    def _latest(self, call: Call) -> Reply:
        kept = self.state.kept
        return Reply(200, {"checkpoint": _shown(kept[-1]) if kept else None})

    def _read(self, call: Call) -> Reply:
        number = call.params["number"]
        if not (number.isascii() and number.isdigit()):
            raise Refusal(400, "bad_request")
        after = int(number)
        return Reply(200, {"checkpoints": [_shown(each) for each in self.state.kept[after : after + _PAGE]]})


def _said(body: str) -> tuple[int, str]:
    """Number and previous hash of a signed text."""
    try:
        said = json.loads(body)
        return int(said["number"]), str(said["previous"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(400, "bad_request") from error


def _shown(kept: Kept) -> dict[str, object]:
    return kept.model_dump(mode="json", exclude={"at"})
