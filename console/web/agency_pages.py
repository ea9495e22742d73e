"""The page of our own list of agencies: whom we call, what is due, what waits for a second person. It only shows."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from console.web.drawing import Drawer
from console.web.parts import Parts, Person


def agency_pages(draw: Drawer) -> APIRouter:
    """The page at /agencies."""
    routes = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @routes.get("/agencies")
    async def every(request: Request, web: Parts, person: Person) -> Response:
        found = await web.agencies.agencies(person)
        directory = await web.directory.current()
        return draw.page(request, "agencies.html", directory=directory, person=person, found=found)

    return routes
