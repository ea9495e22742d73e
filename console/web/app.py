"""The desk's web application: JSON for programs under /v1, pages for people beside it, one way to fail."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from console.web.agencies import agencies
from console.web.agency_pages import agency_pages
from console.web.api import api
from console.web.deciding import deciding
from console.web.drawing import Drawer
from console.web.errors import as_body, status_of, wrong_fields
from console.web.guard import Guard, for_programs
from console.web.pages import SEE_OTHER, pages
from console.web.papers import paper_pages
from console.web.parts import Web, signed_in
from console.web.reports import reports
from console.web.traced import Traced
from console.web.triage import triage_api, triage_pages
from domain.errors import Code, HoldfastError


def build_app(web: Web) -> FastAPI:
    """The ASGI application over these parts. It must be served on loopback only (`require_loopback`)."""
    draw = Drawer()
    app = FastAPI(title="Holdfast desk", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json")
    app.state.web = web
    app.include_router(triage_api())
    app.include_router(api())
    app.include_router(agencies())
    app.include_router(deciding(draw))
    app.include_router(reports())
    app.include_router(agency_pages(draw))
    app.include_router(triage_pages(draw))
    app.include_router(paper_pages(draw))
    app.include_router(pages(draw))
    app.add_middleware(Guard, fault_page=draw.text("fault.html"))
    app.add_middleware(Traced)

    def answer(request: Request, error: HoldfastError, status: int | None = None) -> Response:
        status = status or status_of(error.code)
        if for_programs(request.url.path):
            return JSONResponse(as_body(error), status)
        if error.code is Code.UNKNOWN_PERSON and request.method == "GET" and not signed_in(request):
            return RedirectResponse("/login", SEE_OTHER)
        return draw.page(request, "problem.html", problem=error, status=status)

    async def of_ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, HoldfastError)
        return answer(request, error)

    async def of_the_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, wrong_fields(error.errors()))

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        what = "there is nothing at this address" if error.status_code in (404, 405) else "the request is unreadable"
        return answer(request, HoldfastError(Code.INVALID, what), error.status_code)

    app.add_exception_handler(HoldfastError, of_ours)
    app.add_exception_handler(RequestValidationError, of_the_request)
    app.add_exception_handler(HTTPException, of_http)
    return app
