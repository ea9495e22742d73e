"""One way to ask an outside system over HTTP: a deadline, and every failure as one of our codes.

Neither what was asked nor what was answered enters an error: addresses and bodies carry ids.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from urllib.parse import quote

import httpx
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import BaseModel, ValidationError

from domain.errors import Code, HoldfastError, Passing
from integrations.base.http import Failure, FailureKind, classify
from integrations.base.tracing import traced

DEADLINE = 10.0  # seconds for one exchange: below every step's own limit, so that the failure gets its right name

ModelT = TypeVar("ModelT", bound=BaseModel)

_CODES = {FailureKind.PERMANENT: Code.PERMANENT, FailureKind.NEEDS_HUMAN: Code.NEEDS_HUMAN}
# Nothing was sent, and nothing will be until somebody changes a setting.
_UNSENDABLE = (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol, UnicodeError)


class Refusal(NamedTuple):
    """A refusal that is an answer: its status and the `error` of its body. The status alone could be a proxy's."""

    status: int
    error: str


def failed(detail: str, failure: Failure) -> HoldfastError:
    """The error for a classified failure."""
    if failure.kind is FailureKind.TRANSIENT:
        return Passing(detail, failure.retry_after)
    return HoldfastError(_CODES[failure.kind], detail)


def as_json(body: object) -> bytes:
    """The bytes of a request's body; the same value gives the same bytes."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")


def instant(at: datetime) -> str:
    """A moment as the wire carries it: RFC 3339 in UTC.

    Raises:
        HoldfastError: `permanent` for a moment without a zone, which would be read as this machine's.
    """
    if at.tzinfo is None:
        raise HoldfastError(Code.PERMANENT, "a moment without a zone")
    return at.astimezone(UTC).isoformat()


def act_headers(key: str, at: datetime | None = None) -> dict[str, str]:
    """What every act carries: its idempotency key and, where the caller has one, the time it happens in."""
    headers = {"Idempotency-Key": key}
    return headers if at is None else {**headers, "X-Holdfast-Time": instant(at)}


class Remote:
    """One outside system. `name` is what errors call it; `headers` go with every request."""

    def __init__(
        self,
        name: str,
        base_url: str,
        http: httpx.AsyncClient,
        *,
        headers: Mapping[str, str] | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._name = name
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._headers = dict(headers or {})
        self._deadline = deadline

    async def ask(
        self,
        verb: str,
        path: tuple[str, ...],
        model: type[ModelT],
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> ModelT:
        """POST `body`, or GET if there is none, and read the answer as `model`.

        Raises:
            HoldfastError: `transient` (then it is a `Passing`), `permanent` or `needs-a-person`; its detail names
                the system, `verb` and the status.
        """
        response = await self._exchange(verb, path, body, headers, deadline)
        if not response.is_success:
            raise self._refused(verb, response)
        return self._read(verb, model, response)

    async def ask_unless(
        self,
        refusal: Refusal,
        verb: str,
        path: tuple[str, ...],
        model: type[ModelT],
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ModelT | None:
        """Like `ask`; None if the other side answers exactly `refusal`."""
        response = await self._exchange(verb, path, body, headers, None)
        if response.status_code == refusal.status and _error_of(response) == refusal.error:
            return None
        if not response.is_success:
            raise self._refused(verb, response)
        return self._read(verb, model, response)

    def broken(self, verb: str, what: str) -> HoldfastError:
        """`permanent`, for an exchange that cannot be used; `what` is a fixed phrase."""
        return HoldfastError(Code.PERMANENT, f"{self._name} {verb}: {what}")

    async def _exchange(
        self,
        verb: str,
        path: tuple[str, ...],
        body: bytes | None,
        headers: Mapping[str, str] | None,
        deadline: float | None,
    ) -> httpx.Response:
        with traced(f"{self._name} {verb}", SpanKind.CLIENT, system=self._name, verb=verb) as span:
            response = await self._sent(verb, path, body, headers, deadline)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.is_error:
                span.set_status(StatusCode.ERROR)
            return response

    async def _sent(
        self,
        verb: str,
        path: tuple[str, ...],
        body: bytes | None,
        headers: Mapping[str, str] | None,
        deadline: float | None,
    ) -> httpx.Response:
        if any(segment in ("", ".", "..") for segment in path):
            raise self.broken(verb, "unusable id")  # as part of an address it would name something else
        seconds = self._deadline if deadline is None else deadline
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            async with asyncio.timeout(seconds):
                return await self._http.request(
                    "GET" if body is None else "POST",
                    "/".join((self._base_url, *(quote(segment, safe="") for segment in path))),
                    content=body,
                    headers={**self._headers, **kind, **(headers or {})},
                    timeout=seconds,
                    follow_redirects=False,  # credentials go where they were configured to go
                )
        except _UNSENDABLE as error:
            failure = self.broken(verb, type(error).__name__)
        except (httpx.HTTPError, TimeoutError) as error:
            failure = failed(f"{self._name} {verb} {type(error).__name__}", classify(None))
        raise failure  # outside the handler, so that no context carries the request, its address and its token

    def _refused(self, verb: str, response: httpx.Response) -> HoldfastError:
        status = response.status_code
        return failed(f"{self._name} {verb} {status}", classify(status, response.headers.get("Retry-After")))

    def _read(self, verb: str, model: type[ModelT], response: httpx.Response) -> ModelT:
        try:
            return model.model_validate_json(response.content)
        except ValidationError:
            unreadable = self.broken(verb, "unreadable answer")
        raise unreadable  # outside the handler, so that no context carries what was answered


def _error_of(response: httpx.Response) -> str:
    try:
        body = json.loads(response.content)
    except ValueError:
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""


@asynccontextmanager
async def open_http() -> AsyncIterator[httpx.AsyncClient]:
    """The client that all adapters of a process share.

    Proxies named in the environment are not used: a disclosure would pass through them.
    """
    for name in ("httpx", "httpcore"):
        # At INFO they write whole addresses, and ours carry account ids.
        logging.getLogger(name).setLevel(logging.WARNING)
    async with httpx.AsyncClient(timeout=DEADLINE, trust_env=False) as http:
        yield http
