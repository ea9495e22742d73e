"""What was drawn of an attachment, page by page: a picture that we made and the text; never what was sent."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from activities.attachments import ExamineAttachment
from console.web.drawing import Drawer
from console.web.parts import Parts, Person
from domain.attachments import SENTENCES, Accepted, Declined, Examined
from domain.document_checks import MEANS, WORRYING, Signal
from domain.errors import Code, HoldfastError
from domain.state import State

# Nothing but our own style sheet, and pictures that stand in the page itself: a document of theirs can load nothing.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True)
class Sent:
    """An attachment as the page of its case shows it. `why` is the sentence of a refusal."""

    number: int
    outcome: str
    kind: str = ""
    pages: int = 0
    why: str = ""
    signs: tuple[tuple[str, bool], ...] = ()
    never_call: int = 0


def sent_with(state: State) -> list[Sent]:
    """Every attachment that was examined, in the order in which they came."""
    return [_sent(number, each) for number, each in enumerate(_examined(state), start=1)]


def _examined(state: State) -> list[Examined]:
    step = f"{ExamineAttachment.NAME}/"
    return [Examined.model_validate(value) for key, value in state.journal.items() if step in key]


def _sent(number: int, examined: Examined) -> Sent:
    match examined.result:
        case Accepted() as result:
            return Sent(
                number=number,
                outcome=result.outcome,
                kind=result.media.value.upper(),
                pages=len(result.pages),
                signs=tuple(_sign(each) for each in result.signals),
                never_call=result.never_call,
            )
        case Declined(outcome=outcome, code=code):
            return Sent(number=number, outcome=outcome, why=SENTENCES[code])
        case sealed:
            return Sent(number=number, outcome=sealed.outcome)


def _sign(signal: Signal) -> tuple[str, bool]:
    about = f" ({signal.about})" if signal.about else ""
    return f"{MEANS[signal.sign]}{about}", signal.sign in WORRYING


def _drawn(state: State, number: int) -> Accepted:
    """Raises:
    HoldfastError: `no-such-subject` if there is no such attachment; `not-allowed` for one that nobody may see.
    """
    found: Sequence[Examined] = _examined(state)
    if not 1 <= number <= len(found):
        raise HoldfastError(Code.NO_SUCH_SUBJECT, "no such attachment")
    result = found[number - 1].result
    if not isinstance(result, Accepted):
        raise HoldfastError(Code.NOT_ALLOWED, "nothing was drawn of this attachment")
    return result


def paper_pages(draw: Drawer) -> APIRouter:
    """`/attachments/<case>?number=1&page=2`. The vault's references come from the case, never from the address."""
    routes = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @routes.get("/attachments/{case:path}")
    async def look(request: Request, web: Parts, person: Person, case: str, number: int = 1, page: int = 1) -> Response:
        state = await web.desk.show(person, case)
        drawn = _drawn(state, number)
        if not 1 <= page <= len(drawn.pages):
            raise HoldfastError(Code.NO_SUCH_SUBJECT, "no such page")
        chosen = drawn.pages[page - 1]
        image = await web.desk.document(person, case, chosen.image)
        # The text is that of the whole document, so it is opened, and noted, once: with the first page.
        text = await web.desk.document(person, case, drawn.text) if drawn.text is not None and page == 1 else b""
        answer = draw.page(
            request,
            "attachment.html",
            directory=await web.directory.current(),
            person=person,
            case=state.case,
            sent=sent_with(state)[number - 1],
            page=page,
            chosen=chosen,
            picture=base64.b64encode(image).decode(),
            text=text.decode("utf-8", "replace"),
        )
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return routes
