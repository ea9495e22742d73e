"""The list of agencies over HTTP: `domain.agency_desk.AgencyKeeping`, one route a method."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from console.web.parts import Parts, Person
from domain.agency_desk import AgencyList, Confirm, Edited, Notify, Propose
from domain.agency_edits import Revision
from domain.base import Strict


class Drop(Strict):
    """Which proposal is taken back."""

    id: str


def agencies() -> APIRouter:
    """All routes under /v1/agencies."""
    routes = APIRouter(prefix="/v1/agencies")

    @routes.get("")
    async def every(web: Parts, person: Person) -> AgencyList:
        return await web.agencies.agencies(person)

    @routes.post("/propose", status_code=202)
    async def propose(web: Parts, person: Person, wanted: Propose) -> Edited:
        return await web.agencies.propose(person, wanted)

    @routes.post("/confirm")
    async def confirm(web: Parts, person: Person, wanted: Confirm) -> Edited:
        return await web.agencies.confirm(person, wanted)

    @routes.post("/drop")
    async def drop(web: Parts, person: Person, wanted: Drop) -> Edited:
        return await web.agencies.drop(person, wanted.id)

    @routes.post("/notified")
    async def notified(web: Parts, person: Person, wanted: Notify) -> Edited:
        return await web.agencies.notified(person, wanted)

    @routes.get("/{agency}/history")
    async def history(web: Parts, person: Person, agency: str) -> Sequence[Revision]:
        return await web.agencies.history(person, agency)

    return routes
