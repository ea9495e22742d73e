"""The decision page: exactly what was shown is what is signed, and the receipt tells what the case recorded."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from console.web.drawing import Drawer
from console.web.errors import status_of
from console.web.forms import MOST_ROWS, Reader, result_fields, text, texts
from console.web.pages import SEE_OTHER, case_path
from console.web.parts import Parts, Person, Web
from console.web.views import (
    Question,
    basis_rows,
    delivery_of,
    differences,
    documents_of,
    entries_of,
    letters_of,
    said_by,
    seats_of,
    vote_of,
)
from console.web.words import plain
from domain.acts import Acknowledge, Act
from domain.canonical import digest
from domain.desk import Doing, Waiting
from domain.errors import Code, HoldfastError, StepUpNeeded
from domain.people import Directory, Role
from domain.state import Called, State
from domain.timeline import Entry, Kind

# Nobody knows whether it was recorded: the same act must keep its id, so that it counts once.
_UNSURE = (Code.NOT_RECORDED, Code.UNREACHABLE, Code.TRANSIENT, Code.FAULT)


def deciding(draw: Drawer) -> APIRouter:
    """Routes for deciding. `key` is the verb key of what waits; without one the act is on the case itself."""
    routes = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @routes.get("/decide/{case:path}")
    async def decide(request: Request, web: Parts, person: Person, case: str, key: str) -> Response:
        waiting = await waiting_on(web, person, case, key)
        if waiting is None:
            return RedirectResponse(receipt_path(case, key), SEE_OTHER)
        return await _page(request, web, draw, person, waiting)

    @routes.post("/decide/{case:path}")
    async def decided(request: Request, web: Parts, person: Person, case: str) -> Response:
        form = await request.form()
        key = text(form, "key")
        waiting = await waiting_on(web, person, case, key) if key else None
        try:
            act = await Reader(web.desk, person, case, form).act(waiting or await _ended(web, person, case, key))
            await web.desk.act(person, _doing(case, key, form, act))
        except StepUpNeeded as needed:
            return RedirectResponse(needed.link, SEE_OTHER)
        except HoldfastError as error:
            fresh = await waiting_on(web, person, case, key) if key else None
            if fresh is None:
                return _over(request, draw, case, key, error)
            return await _page(request, web, draw, person, fresh, error=error, form=form)
        if isinstance(act, Acknowledge):
            # Having seen it decides nothing: the same card, which now says who has.
            return RedirectResponse(f"/decide/{case}?{urlencode({'key': key})}", SEE_OTHER)
        return RedirectResponse(receipt_path(case, key) if key else case_path(case), SEE_OTHER)

    @routes.get("/receipt/{case:path}")
    async def receipt(request: Request, web: Parts, person: Person, case: str, key: str) -> Response:
        state = await web.desk.show(person, case)
        entries = entries_of(await web.desk.timeline(person, case), state)
        gate, task, failed = state.gates.get(key), state.tasks.get(key), state.interventions.get(key)
        record = gate or task or failed or state.hand_overs.get(key)
        if record is None:
            raise HoldfastError(Code.NO_SUCH_SUBJECT)
        said = said_by(entries, key, person)
        how = said.code if said else ""
        return draw.page(
            request,
            "receipt.html",
            directory=await web.directory.current(),
            person=person,
            state=state,
            key=key,
            title=gate.gate.title if gate else task.task.title if task else plain(failed.step if failed else key),
            record=record,
            said=said,
            how="cannot" if task is not None and said is not None and how != "done" else how,
            gate=gate,
            vote=vote_of(gate, person),
            seats=seats_of(gate) if gate else [],
            choices=failed.choices if failed else (),
        )

    return routes


async def waiting_on(web: Web, person: str, case: str, key: str) -> Waiting | None:
    found = await web.desk.waiting(person, case=case)
    return next((each for each in found if each.key == key), None)


async def _ended(web: Web, person: str, case: str, key: str) -> Waiting | None:
    """What no longer waits, as it was: a form posted twice must read the same the second time."""
    if not key:
        return None
    state = await web.desk.show(person, case)
    card: dict[str, Any] = {}
    if (task := state.tasks.get(key)) is not None:
        card = {"form": [each.model_dump(mode="json") for each in task.task.form], "artefact": task.task.artefact}
    if (failed := state.interventions.get(key)) is not None:
        card = {"step": failed.step}
    record = task or failed or state.hand_overs.get(key)
    if record is None:
        return None
    return Waiting(
        case=case,
        key=key,
        kind="",
        title="",
        severity=int(state.severity),
        opened_at=record.opened_at,
        nonce=record.nonce,
        digest=record.digest,
        rungs=record.rungs,
        card=card,
    )


def _over(request: Request, draw: Drawer, case: str, key: str, error: HoldfastError) -> Response:
    """The act was refused and nothing waits any more: why, and where to see how it ended."""
    onward = receipt_path(case, key) if key else case_path(case)
    return draw.page(request, "problem.html", problem=error, onward=onward, status=status_of(error.code))


def _doing(case: str, key: str, form: FormData, act: Act) -> Doing:
    """The act with what was rendered. The id is the form's and the act's: a double click counts once, a changed
    mind on the same form counts as what it is."""
    marked = hashlib.sha256(act.model_dump_json().encode()).hexdigest()[:12]
    return Doing(
        id=f"{text(form, 'id')[:64]}-{marked}",
        case=case,
        subject=key,
        nonce=text(form, "nonce"),
        digest=text(form, "digest"),
        act=act,
    )


def receipt_path(case: str, key: str) -> str:
    return f"/receipt/{case}?{urlencode({'key': key})}"


async def _page(
    request: Request,
    web: Web,
    draw: Drawer,
    person: str,
    waiting: Waiting,
    *,
    error: HoldfastError | None = None,
    form: FormData | None = None,
) -> Response:
    """The card as it is now; after a refused act also why, what changed since, and what was typed."""
    state = await web.desk.show(person, waiting.case)
    directory = await web.directory.current()
    typed = form if form is not None else FormData()
    keep = error is not None and error.code in _UNSURE and text(typed, "id")
    stale = error is not None and error.code is Code.STALE
    more: dict[str, Any] = {
        "waiting": waiting,
        "card": waiting.card,
        "state": state,
        "form_id": text(typed, "id") if keep else secrets.token_hex(16),
        "problem": error,
        "changes": differences(waiting.card, texts(typed, "seen"), text(typed, "seen-recipient")) if stale else [],
        "typed": lambda name: text(typed, name),
        "ticked": lambda name: texts(typed, name),
        "roles": list(Role),
        "seen": _record_of(state, waiting.key).acknowledged,
        "has_seen": person in _record_of(state, waiting.key).acknowledged,
    }
    if waiting.kind == "gate":
        more |= await shown_of(web, directory, state, person, waiting)
    elif waiting.kind == "hand-over":
        more |= {"promises": state.hand_overs[waiting.key].carried.promises}
    elif waiting.kind == "task":
        more |= {"documents": documents_of(state), "most_rows": MOST_ROWS}
    else:
        choices = [each for each in state.interventions[waiting.key].choices if each.kind == "by-hand"]
        more |= {
            "fields": result_fields(str(waiting.card["step"])),
            "by_others": [(each, digest(each)) for each in choices if each.person != person],
        }
    status = status_of(error.code) if error else 200
    return draw.page(request, f"{waiting.kind}.html", directory=directory, person=person, status=status, **more)


async def shown_of(web: Web, directory: Directory, state: State, person: str, waiting: Waiting) -> dict[str, Any]:
    """What a gate's card shows, whole; from now on this person has seen it."""
    record = state.gates[waiting.key]
    if web.stepping is not None:
        web.stepping.opened(person, waiting.digest)
    return {
        "record": record,
        "agency": directory.agency(str(waiting.card["recipient"])),
        "basis": basis_rows(waiting.card),
        "letters": letters_of(waiting.card, state.case),
        "delivery": delivery_of(waiting.card, state.case),
        "seats": seats_of(record),
        "vote": vote_of(record, person),
        "button": button_of(waiting),
        "questions": await _questions(web, person, state, waiting.key),
    }


def _record_of(state: State, key: str) -> Called:
    record = state.gates.get(key) or state.tasks.get(key) or state.interventions.get(key)
    if record is None:
        raise HoldfastError(Code.NO_SUCH_SUBJECT)
    return record


def button_of(waiting: Waiting) -> str:
    """What the button says, with the recipient's name in place of its id."""
    said, recipient = str(waiting.card["button"]), str(waiting.card["recipient"])
    return said.replace(recipient, str(waiting.card["recipient_name"])) if recipient else said


async def _questions(web: Web, person: str, state: State, key: str) -> list[Question]:
    entries = entries_of(await web.desk.timeline(person, state.case), state)
    asked = [each for each in entries if each.kind is Kind.QUESTION and each.subject == key]
    return [await _question(web, person, state.case, each) for each in asked]


async def _question(web: Web, person: str, case: str, entry: Entry) -> Question:
    words = [(await web.desk.document(person, case, ref)).decode(errors="replace") for ref in entry.evidence]
    minutes = entry.detail.get("minutes", 0)
    return Question(
        by=entry.who, of=entry.code, minutes=int(minutes) if minutes else 0, text="\n".join(words), at=entry.at
    )
