"""Triage from another process, at the same desk."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from pydantic import TypeAdapter

from domain.triage import Closing, Line, LineQuery, LineView, Opening
from integrations.desk_client.client import DeskClient

_LINES, _LINE, _VIEW = TypeAdapter(list[Line]), TypeAdapter(Line), TypeAdapter(LineView)
_CHANGED = TypeAdapter(dict[str, int])


class TriageClient(DeskClient):
    """`domain.triage.TriageDesk` over HTTP; errors as of `DeskClient`."""

    async def lines(self, person: str, query: LineQuery) -> Sequence[Line]:
        return await self._read(_LINES, person, "POST", "triage/find", json=query.model_dump(mode="json"))

    async def look(self, person: str, line: str) -> LineView:
        return await self._read(_VIEW, person, "GET", f"triage/lines/{quote(line, safe='')}")

    async def own(self, person: str, lines: tuple[str, ...]) -> int:
        return (await self._read(_CHANGED, person, "POST", "triage/own", json={"lines": lines}))["lines"]

    async def close(self, person: str, closing: Closing) -> int:
        found = await self._read(_CHANGED, person, "POST", "triage/close", json=closing.model_dump(mode="json"))
        return found["lines"]

    async def open(self, person: str, opening: Opening) -> Line:
        return await self._read(_LINE, person, "POST", "triage/open", json=opening.model_dump(mode="json"))
