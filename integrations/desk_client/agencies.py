"""The list of agencies from another process: what the command line edits it with."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from pydantic import TypeAdapter

from domain.agency_desk import AgencyList, Confirm, Edited, Notify, Propose
from domain.agency_edits import Revision
from integrations.desk_client.client import DeskClient

_LIST, _EDITED, _HISTORY = TypeAdapter(AgencyList), TypeAdapter(Edited), TypeAdapter(list[Revision])


class AgenciesClient(DeskClient):
    """`domain.agency_desk.AgencyKeeping` over HTTP; raises as `DeskClient` does."""

    async def agencies(self, person: str) -> AgencyList:
        return await self._read(_LIST, person, "GET", "agencies")

    async def history(self, person: str, agency: str) -> Sequence[Revision]:
        return await self._read(_HISTORY, person, "GET", f"agencies/{quote(agency, safe='')}/history")

    async def propose(self, person: str, wanted: Propose) -> Edited:
        return await self._read(_EDITED, person, "POST", "agencies/propose", json=wanted.model_dump(mode="json"))

    async def confirm(self, person: str, wanted: Confirm) -> Edited:
        return await self._read(_EDITED, person, "POST", "agencies/confirm", json=wanted.model_dump(mode="json"))

    async def drop(self, person: str, proposal: str) -> Edited:
        return await self._read(_EDITED, person, "POST", "agencies/drop", json={"id": proposal})

    async def notified(self, person: str, wanted: Notify) -> Edited:
        return await self._read(_EDITED, person, "POST", "agencies/notified", json=wanted.model_dump(mode="json"))
