"""Proving at the desk that it is you, and the one-use link of a press that waits for it; the same for programs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.stepping import INTENT, Stepping
from console.web.deciding import button_of, receipt_path, shown_of, waiting_on
from console.web.drawing import Drawer
from console.web.forms import text
from console.web.pages import SEE_OTHER
from console.web.parts import Parts, Person, Web, signed_in
from console.web.words import plain
from domain.acts import Act, Approve, ApproveLess, Deny
from domain.base import Strict
from domain.desk import Waiting
from domain.errors import Code, HoldfastError
from domain.stepping import Intent, IntentState, StepUp


class Proving(Strict):
    """What proves it; nothing under the development login."""

    answer: str = ""


def _stepping(web: Web) -> Stepping:
    if web.stepping is None:
        raise HoldfastError(Code.NOT_ALLOWED, "this desk asks for no proof")
    return web.stepping


def stepping_api() -> APIRouter:
    """Routes under /v1."""
    routes = APIRouter(prefix="/v1")

    @routes.post("/step-up")
    async def step_up(web: Parts, person: Person, proving: Proving) -> StepUp:
        await web.desk.waiting(person, kind="none")  # known, and not suspended
        return await _stepping(web).step_up(person, proving.answer)

    return routes


def stepping_pages(draw: Drawer) -> APIRouter:
    """`/intent/<link>`."""
    routes = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @routes.get(INTENT + "{token}")
    async def look(request: Request, web: Parts, token: str) -> Response:
        person = signed_in(request)
        if not person:
            return RedirectResponse(f"/login?next={INTENT}{token}", SEE_OTHER)
        intent, doing = await _stepping(web).look(person, token)
        waiting = await _unchanged(web, person, intent)
        state, directory = await web.desk.show(person, intent.case), await web.directory.current()
        return draw.page(
            request,
            "intent.html",
            directory=directory,
            person=person,
            action=INTENT + token,
            intent=intent,
            waiting=waiting,
            card=waiting.card,
            pressed=_pressed(doing.act, waiting),
            **await shown_of(web, directory, state, person, waiting),
        )

    @routes.post(INTENT + "{token}")
    async def complete(request: Request, web: Parts, person: Person, token: str) -> Response:
        form = await request.form()
        intent, _ = await _stepping(web).look(person, token)
        await _stepping(web).complete(web.desk, person, token, text(form, "answer"))
        return RedirectResponse(receipt_path(intent.case, intent.subject), SEE_OTHER)

    return routes


async def _unchanged(web: Web, person: str, intent: Intent) -> Waiting:
    """What waits there, if it is still what was pressed on; else the link ends, and says why."""
    waiting = await waiting_on(web, person, intent.case, intent.subject)
    code = Code.NOT_OPEN if waiting is None else Code.STALE
    if waiting is not None and (waiting.nonce, waiting.digest) == (intent.nonce, intent.digest):
        return waiting
    await _stepping(web).intents.end(intent.link, IntentState.VOID, code.value)
    raise HoldfastError(code)


def _pressed(act: Act, waiting: Waiting) -> str:
    match act:
        case Approve():
            return button_of(waiting)
        case ApproveLess(items=items):
            return f"Release only {', '.join(items)}"
        case Deny(code=code):
            return f"Say no: {plain(code)}"
        case _:
            raise HoldfastError(Code.NOT_ALLOWED)
