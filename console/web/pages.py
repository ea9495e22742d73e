"""The pages that show: who are you, what waits for you, one case, its timeline, a document."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.ticking import clocks_of
from console.web.drawing import Drawer, stylesheet
from console.web.forms import text
from console.web.papers import sent_with
from console.web.parts import COOKIE, Parts, Person, signed_in
from console.web.views import by_danger, documents_of, entries_of
from console.web.words import plain
from domain.codes import REPORTS
from domain.desk import Reopen, Speak, Waiting
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind, EvidenceRef
from domain.reopening import REASONS
from domain.standing import REVIEW, standing, tail_of
from domain.state import State, Status
from integrations.temporal.runs import Fate

SEE_OTHER = 303
_UNREACHED = (Code.UNREACHABLE, Code.TRANSIENT)
_GOES_ON = ("", Fate.HEALTHY.value)  # a fate that nobody can say is said by the page of the whole desk
_CLOSED_SHOWN = 12  # the last few are what a shift looks back at


def case_path(case: str) -> str:
    return f"/cases/{quote(case)}"


def pages(draw: Drawer) -> APIRouter:
    """Routes for reading. Longer addresses come first: `{case:path}` would swallow them."""
    routes = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @routes.get("/static/desk.css")
    async def style() -> Response:
        return Response(stylesheet(), media_type="text/css")

    @routes.get("/login")
    async def who(request: Request, web: Parts, next: str = "/") -> Response:
        directory = await web.directory.current()
        people = [each for each in directory.people if not each.suspended]
        return draw.page(request, "login.html", directory=directory, people=people, next=_local(next))

    @routes.post("/login")
    async def login(request: Request, web: Parts) -> Response:
        form = await request.form()
        directory = await web.directory.current()
        person = directory.person(text(form, "person"))
        if person is None:
            raise HoldfastError(Code.UNKNOWN_PERSON)
        if person.suspended:
            raise HoldfastError(Code.SUSPENDED)
        web.sessions.close(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse(_local(text(form, "next")), SEE_OTHER)
        answer.set_cookie(COOKIE, web.sessions.open(person.id), httponly=True, samesite="lax")
        return answer

    @routes.post("/logout")
    async def logout(request: Request, web: Parts) -> Response:
        web.sessions.close(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", SEE_OTHER)
        answer.delete_cookie(COOKIE)
        return answer

    @routes.get("/")
    async def home(request: Request, web: Parts) -> Response:
        person = signed_in(request)
        if not person:
            return RedirectResponse("/login", SEE_OTHER)
        directory = await web.directory.current()
        cases = await web.desk.cases(person)
        problem: HoldfastError | None = None
        waiting: list[Waiting] = []
        try:
            waiting = by_danger(await web.desk.waiting(person))
        except HoldfastError as error:
            if error.code not in _UNREACHED:
                raise
            problem = error  # the list of cases is ours and still worth showing
        return draw.page(
            request,
            "home.html",
            directory=directory,
            person=person,
            mine=[each for each in waiting if each.may],
            others=[each for each in waiting if not each.may],
            open_cases=sorted((each for each in cases if each.status != "closed"), key=lambda each: each.severity),
            closed=[each for each in cases if each.status == "closed"][:_CLOSED_SHOWN],
            problem=problem,
        )

    @routes.get("/cases/{case:path}/timeline")
    async def timeline(request: Request, web: Parts, person: Person, case: str) -> Response:
        written = await web.desk.timeline(person, case)
        return draw.page(
            request,
            "timeline.html",
            directory=await web.directory.current(),
            person=person,
            case=written[0].case,
            entries=entries_of(written, None),
            hashes={each.entry.id: each.hash for each in written},
        )

    @routes.get("/cases/{case:path}/document")
    async def document(
        request: Request, web: Parts, person: Person, case: str, id: str, kind: EvidenceKind, sha256: str, size: int
    ) -> Response:
        ref = EvidenceRef(id=id, kind=kind, sha256=sha256, size=size)
        data = await web.desk.document(person, case, ref)
        directory = await web.directory.current()
        drawn = ref.kind is EvidenceKind.PAGE
        return draw.page(
            request,
            "document.html",
            directory=directory,
            person=person,
            case=case,
            ref=ref,
            shown="" if drawn else data.decode(errors="replace"),
            picture=base64.b64encode(data).decode() if drawn else "",
        )

    @routes.get("/cases/{case:path}")
    async def one(request: Request, web: Parts, person: Person, case: str) -> Response:
        state = await web.desk.show(person, case)
        waiting = by_danger(await web.desk.waiting(person, case=case))
        fate = "" if state.status is Status.CLOSED else await web.desk.fate(person, case)
        directory = await web.directory.current()
        return draw.page(
            request,
            "case.html",
            stands_still=fate not in _GOES_ON,
            fate=fate,
            directory=directory,
            person=person,
            state=state,
            waiting=waiting,
            ended=_ended(state),
            owner=state.owner.person if state.owner else "",
            form_id=secrets.token_hex(16),
            documents=documents_of(state),
            sent=sent_with(state),
            ticking=clocks_of(state, web.now()),
            stopped=[each for each in state.clocks.values() if not each.owed],
            stands=standing(state) if tail_of(state.case) == REVIEW else None,
            reports=REPORTS,
            reopening=REASONS,
        )

    @routes.post("/reopen/{case:path}")
    async def reopen(request: Request, web: Parts, person: Person, case: str) -> Response:
        form = await request.form()
        opened = await web.desk.reopen(person, Reopen(case=case, code=text(form, "code")))
        return RedirectResponse(case_path(opened.case), SEE_OTHER)

    @routes.post("/speak/{case:path}")
    async def speak(request: Request, web: Parts, person: Person, case: str) -> Response:
        form = await request.form()
        spoken = await web.desk.code_to_speak(person, Speak(case=case, subject=text(form, "subject")))
        directory = await web.directory.current()
        return draw.page(
            request,
            "spoken.html",
            directory=directory,
            person=person,
            case=case,
            code=spoken.code,
            back=case_path(case),
        )

    return routes


def _ended(state: State) -> list[tuple[str, str, str, object]]:
    """What was decided or done: key, title, how it ended, when."""
    found: list[tuple[str, str, str, object]] = []
    found += [(key, each.gate.title, each.status.value, each.ended_at) for key, each in state.gates.items()]
    found += [(key, each.task.title, each.status.value, each.ended_at) for key, each in state.tasks.items()]
    found += [
        (key, f"{plain(each.step)} failed: {plain(each.fault)}", each.status.value, each.ended_at)
        for key, each in state.interventions.items()
    ]
    return [each for each in found if each[2] != "open"]


def _local(address: str) -> str:
    """An address of ours to go on to; whatever could lead elsewhere becomes the desk."""
    plain_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if plain_path and not any(ord(each) < 32 for each in address) else "/"
