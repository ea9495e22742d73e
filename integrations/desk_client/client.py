"""The desk from another process, behind the same protocol: what the CLI and other programs hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from domain.acts import Recorded
from domain.desk import (
    Declaration,
    Declared,
    Doing,
    Recover,
    Recovered,
    Reopen,
    Reopened,
    Speak,
    Spoken,
    Tonight,
    Waiting,
)
from domain.errors import SENTENCES, Code, HoldfastError, StepUpNeeded
from domain.evidence import EvidenceKind, EvidenceRef
from domain.state import State
from domain.timeline import AuditReport, LedgerEntry, Projection

_T = TypeVar("_T")
_WITHIN = 30.0  # seconds: longer than the desk itself waits for Temporal, so that its own answer is heard
_DECLARED, _RECORDED, _STATE, _REF = (
    TypeAdapter(Declared),
    TypeAdapter(Recorded),
    TypeAdapter(State),
    TypeAdapter(EvidenceRef),
)
_CASES, _TIMELINE = TypeAdapter(list[Projection]), TypeAdapter(list[LedgerEntry])
_WAITING, _AUDIT = TypeAdapter(list[Waiting]), TypeAdapter(AuditReport)
_RECOVERED, _REOPENED, _SPOKEN = TypeAdapter(Recovered), TypeAdapter(Reopened), TypeAdapter(Spoken)
_TONIGHT = TypeAdapter(Tonight)
_NAMES = TypeAdapter(dict[str, str])


class DeskClient:
    """`domain.desk.Desk` over HTTP. `person` is who asks where a call names nobody; the desk believes it on
    loopback only (development login).

    Every method raises the HoldfastError that the desk raised; `unreachable` when nothing answers at `base_url`.
    """

    def __init__(self, base_url: str, person: str, http: httpx.AsyncClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._person = person
        self._http = http

    async def declare(self, person: str, declaration: Declaration) -> Declared:
        return await self._read(_DECLARED, person, "POST", "declare", json=declaration.model_dump(mode="json"))

    async def cases(self, person: str, *, open_only: bool = False) -> Sequence[Projection]:
        return await self._read(_CASES, person, "GET", "cases", params={"open": open_only})

    async def show(self, person: str, case: str) -> State:
        return await self._read(_STATE, person, "GET", _of(case))

    async def timeline(self, person: str, case: str, *, after: int = 0) -> Sequence[LedgerEntry]:
        return await self._read(_TIMELINE, person, "GET", f"{_of(case)}/timeline", params={"after": after})

    async def waiting(self, person: str, *, kind: str = "", case: str = "") -> Sequence[Waiting]:
        return await self._read(_WAITING, person, "GET", "waiting", params={"kind": kind, "case": case})

    async def fate(self, person: str, case: str) -> str:
        return (await self._read(_NAMES, person, "GET", f"{_of(case)}/fate")).get("fate", "")

    async def act(self, person: str, doing: Doing) -> Recorded:
        return await self._read(_RECORDED, person, "POST", "act", json=doing.model_dump(mode="json"))

    async def step_up(self, person: str) -> None:
        """Prove at the desk that it is this person; under the development login their word is taken."""
        await self._ask(person, "POST", "step-up", json={})

    async def keep(self, person: str, case: str, kind: EvidenceKind, text: str) -> EvidenceRef:
        body = {"kind": kind.value, "text": text}
        return await self._read(_REF, person, "POST", f"{_of(case)}/documents", json=body)

    async def document(self, person: str, case: str, ref: EvidenceRef) -> bytes:
        body = ref.model_dump(mode="json")
        return (await self._ask(person, "POST", f"{_of(case)}/documents/open", json=body)).content

    async def code_to_speak(self, person: str, wanted: Speak) -> Spoken:
        return await self._read(_SPOKEN, person, "POST", "speak", json=wanted.model_dump(mode="json"))

    async def recover(self, person: str, wanted: Recover) -> Recovered:
        return await self._read(_RECOVERED, person, "POST", "recover", json=wanted.model_dump(mode="json"))

    async def reopen(self, person: str, wanted: Reopen) -> Reopened:
        return await self._read(_REOPENED, person, "POST", "reopen", json=wanted.model_dump(mode="json"))

    async def tonight(self, person: str, *, days: int = 14) -> Tonight:
        return await self._read(_TONIGHT, person, "GET", "tonight", params={"days": days})

    async def audit(self, person: str) -> AuditReport:
        return await self._read(_AUDIT, person, "GET", "audit")

    async def export(self, person: str, case: str) -> bytes:
        return (await self._ask(person, "POST", f"{_of(case)}/export")).content

    async def by_slack(self, slack_id: str) -> str:
        found = await self._read(_NAMES, "", "GET", f"slack/{quote(slack_id, safe='')}")
        return found.get("person", "")

    # -- one exchange -------------------------------------------------------------------------------------

    async def _read(self, kind: TypeAdapter[_T], person: str, method: str, path: str, **more: Any) -> _T:
        response = await self._ask(person, method, path, **more)
        try:
            return kind.validate_json(response.content)
        except ValidationError:
            unreadable = self._silent("does not answer as a desk of this version")
        raise unreadable  # outside the handler, so that no context carries what was answered

    async def _ask(self, person: str, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = await self._http.request(
                method,
                f"{self._base_url}/v1/{path}",
                headers={"X-Holdfast-Person": person or self._person},
                timeout=_WITHIN,
                follow_redirects=False,
                **more,
            )
        except httpx.ConnectError:
            failure = self._silent("does not answer; start it with holdfast up")
        except httpx.HTTPError as error:
            failure = self._silent(f"gave no answer: {type(error).__name__}")
        else:
            if response.is_success:
                return response
            failure = self._refusal(response)
        raise failure  # outside the handler, so that no context carries the request

    def _silent(self, what: str) -> HoldfastError:
        return HoldfastError(Code.UNREACHABLE, f"the desk at {self._base_url} {what}")

    def _refusal(self, response: httpx.Response) -> HoldfastError:
        """The error that the desk raised; whatever else answers with an error is no desk."""
        try:
            body = _NAMES.validate_json(response.content)
            code = Code(body["code"])
        except (ValidationError, ValueError, KeyError):
            return self._silent(f"answered {response.status_code} and is no desk of this version")
        inside = body.get("sentence", "").removeprefix(SENTENCES[code]).strip()
        detail = inside[1:-1] if inside.startswith("(") and inside.endswith(")") else ""
        if code is Code.STEP_UP and detail.startswith("/"):
            return StepUpNeeded(self._base_url + detail)
        return HoldfastError(code, detail)


def _of(case: str) -> str:
    """The path of a case; only the slash before `review` stays one.

    Raises:
        HoldfastError: `unknown-case` for what would name another address.
    """
    parts = case.strip().split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise HoldfastError(Code.UNKNOWN_CASE)
    return "cases/" + "/".join(quote(part, safe="") for part in parts)
