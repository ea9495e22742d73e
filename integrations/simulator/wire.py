"""What one request and one answer look like to a stand-in, whatever server carries them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

ModelT = TypeVar("ModelT", bound=BaseModel)


class Refusal(Exception):
    """The stand-in answers `status` with {"error": code}; raised before anything is changed."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Reply:
    """`body`: an object sent as JSON, or bytes sent as they are."""

    status: int
    body: dict[str, object] | bytes
    replayed: bool = False


@dataclass(frozen=True, repr=False)
class Call:
    """One request. `now` is the caller's time, UTC; `key` its Idempotency-Key, if it sent one."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    now: datetime
    key: str | None
    query: tuple[tuple[str, str], ...] = ()

    def json(self) -> dict[str, object]:
        """The body as an object; an empty body is an empty object.

        Raises:
            Refusal: 400 `bad_json` for anything else.
        """
        if not self.raw:
            return {}
        try:
            body = json.loads(self.raw)
        except ValueError as error:
            raise Refusal(400, "bad_json") from error
        if not isinstance(body, dict):
            raise Refusal(400, "bad_json")
        return body

    def read(self, model: type[ModelT]) -> ModelT:
        """The body as `model`.

        Raises:
            Refusal: 400 `bad_request`, without saying which value was wrong.
        """
        try:
            return model.model_validate(self.json())
        except ValidationError as error:
            raise Refusal(400, "bad_request") from error

    def fingerprint(self) -> str:
        """The same for two requests that ask for the same thing, however their JSON is spaced or ordered."""
        asked = json.dumps([self.method, self.path, self.json()], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True)
class Operation:
    """One entry of an API.

    verb: what faults and the page call it.
    act: it changes the world, so it is counted and answers a repeated key with its first reply.
    key_required: an act without Idempotency-Key is refused with 400.
    public: needs no credentials.
    """

    method: str
    path: str
    verb: str
    handle: Callable[[Call], Reply]
    act: bool = False
    key_required: bool = True
    public: bool = False


def require_bearer(call: Call, token: str) -> None:
    """Raises Refusal 401 `unauthorized` unless the call carries exactly this bearer token."""
    given = call.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), f"Bearer {token}".encode()):
        raise Refusal(401, "unauthorized")
