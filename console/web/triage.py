"""Triage at the desk: the list, one line, and the form in which a call is taken down; the same for programs."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from console.intake.forms import PREFIX, filled, fresh_key, posted, questions
from console.intake.taking import Intake
from console.intake.triage import Triage
from console.web.drawing import Drawer
from console.web.errors import status_of, wrong_fields
from console.web.forms import text, texts
from console.web.pages import SEE_OTHER, case_path
from console.web.parts import Parts, Person, Web
from domain.base import Model, Strict
from domain.errors import Code, HoldfastError
from domain.intake import REDIRECT, redirected
from domain.line_codes import ClosingCode, LineState
from domain.policy import FieldKind
from domain.triage import Closing, Line, LineQuery, LineView, Opening

PHONE = "edr"  # the procedure of a call, where the form names no other
_FILTERS = ("state", "source", "case", "why", "domain", "agency", "target", "after")


class Owning(Strict):
    """Lines that somebody takes."""

    lines: tuple[str, ...]


class Changed(Model):
    """How many lines changed."""

    lines: int


def _triage(web: Web) -> Triage:
    if web.triage is None:
        raise HoldfastError(Code.NOT_ALLOWED, "this desk has no triage")
    return web.triage


def _intake(web: Web) -> Intake:
    if web.intake is None:
        raise HoldfastError(Code.NOT_ALLOWED, "this desk takes no calls down")
    return web.intake


def triage_api() -> APIRouter:
    """Routes under /v1/triage."""
    routes = APIRouter(prefix="/v1/triage")

    @routes.post("/find")
    async def find(web: Parts, person: Person, query: LineQuery) -> Sequence[Line]:
        # A question in a body: domains and accounts stand in no address, and so in no log of addresses.
        return await _triage(web).lines(person, query)

    @routes.get("/lines/{line}")
    async def look(web: Parts, person: Person, line: str) -> LineView:
        return await _triage(web).look(person, line)

    @routes.post("/own")
    async def own(web: Parts, person: Person, owning: Owning) -> Changed:
        return Changed(lines=await _triage(web).own(person, owning.lines))

    @routes.post("/close")
    async def close(web: Parts, person: Person, closing: Closing) -> Changed:
        return Changed(lines=await _triage(web).close(person, closing))

    @routes.post("/open", status_code=202)
    async def open_case(web: Parts, person: Person, opening: Opening) -> Line:
        return await _triage(web).open(person, opening)

    return routes


def triage_pages(draw: Drawer) -> APIRouter:
    """`/triage`, `/triage/<line>` and `/phone`."""
    routes = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @routes.get("/triage")
    async def listed(request: Request, web: Parts, person: Person) -> Response:
        asked = {name: request.query_params.get(name, "").strip() for name in _FILTERS}
        asked["state"] = asked["state"] or LineState.OPEN.value
        query = LineQuery.model_validate({**asked, "state": "" if asked["state"] == "any" else asked["state"]})
        lines = await _triage(web).lines(person, query)
        directory = await web.directory.current()
        return draw.page(
            request,
            "triage.html",
            directory=directory,
            person=person,
            lines=lines,
            asked=asked,
            states=[*(each.value for each in LineState), "any"],
            codes=[each.value for each in ClosingCode if each is not ClosingCode.OPENED],
            more=lines[-1].line if len(lines) == query.limit else "",
        )

    @routes.post("/triage")
    async def changed(request: Request, web: Parts, person: Person) -> Response:
        form = await request.form()
        triage, lines, case = _triage(web), texts(form, "line"), text(form, "case")
        match text(form, "do"):
            case "own":
                await triage.own(person, lines)
            case "close":
                await triage.close(person, _closing(lines, case, text(form, "code")))
            case "open":
                line = await triage.open(person, Opening(line=text(form, "line"), identifier=text(form, "identifier")))
                return RedirectResponse(case_path(line.case), SEE_OTHER)
            case _:
                raise HoldfastError(Code.NOT_ALLOWED)
        return RedirectResponse("/triage", SEE_OTHER)

    @routes.get("/triage/{line}")
    async def one(request: Request, web: Parts, person: Person, line: str) -> Response:
        view = await _triage(web).look(person, line)
        directory = await web.directory.current()
        return draw.page(
            request,
            "line.html",
            directory=directory,
            person=person,
            view=view,
            agency=directory.agency(view.told.agency),
            redirect=REDIRECT if redirected(view.told) else "",
            codes=[each.value for each in ClosingCode if each is not ClosingCode.OPENED],
        )

    @routes.get("/phone")
    async def phone(request: Request, web: Parts, person: Person, procedure: str = PHONE) -> Response:
        return await _phone_page(request, web, draw, person, procedure)

    @routes.post("/phone")
    async def taken(request: Request, web: Parts, person: Person) -> Response:
        await _triage(web).allowed(person)
        intake, slug = _intake(web), PHONE
        try:
            form = filled(await request.body(), request.headers.get("content-type", ""))
            slug = form.one("procedure") or PHONE
            said = posted(form, intake.procedure(slug).intake)
            found = (await intake.phone(person, said, slug)).line
        except HoldfastError as error:
            return await _phone_page(request, web, draw, person, slug, error)
        starts = found.state in (LineState.STARTED, LineState.STARTING)
        return RedirectResponse(case_path(found.case) if starts else f"/triage/{found.line}", SEE_OTHER)

    return routes


def _closing(lines: tuple[str, ...], case: str, code: str) -> Closing:
    try:
        return Closing.model_validate({"lines": lines, "case": case, "code": code})
    except ValidationError as error:
        wrong = wrong_fields(error.errors(include_input=False, include_context=False))
    raise wrong  # outside the handler, so that no context carries the values


async def _phone_page(
    request: Request, web: Web, draw: Drawer, person: str, slug: str, problem: HoldfastError | None = None
) -> Response:
    await _triage(web).allowed(person)
    procedure = _intake(web).procedure(slug)
    return draw.page(
        request,
        "phone.html",
        directory=await web.directory.current(),
        person=person,
        procedure=procedure,
        fields=questions(procedure.intake),
        mail=any(each.kind is FieldKind.EMAIL for each in procedure.intake),
        prefix=PREFIX,
        key=fresh_key(),
        redirect=REDIRECT,
        problem=problem,
        status=status_of(problem.code) if problem else 200,
    )
