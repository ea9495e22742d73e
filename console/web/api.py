"""The desk over HTTP: `domain.desk.Desk`, one route a method. A case id may end in `/review`, so it is a path."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response

from console.web.parts import Parts, Person
from domain.acts import Recorded
from domain.base import Strict
from domain.desk import (
    Declaration,
    Declared,
    Doing,
    Recover,
    Recovered,
    Reopen,
    Reopened,
    Speak,
    Spoken,
    Tonight,
    Waiting,
)
from domain.evidence import EvidenceKind, EvidenceRef
from domain.state import State
from domain.timeline import AuditReport, LedgerEntry, Projection


class Document(Strict):
    """A text for the vault."""

    kind: EvidenceKind
    text: str


class SlackPerson(Strict):
    """Whom the directory knows under a Slack id."""

    person: str


def api() -> APIRouter:
    """All routes under /v1. Longer addresses come first: `{case:path}` would swallow them."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "up"}

    @routes.get("/ready")
    async def ready(web: Parts, response: Response) -> dict[str, object]:
        found = await web.probe()
        response.status_code = 200 if found.ready else 503
        return {name: value for name, value in vars(found).items() if value != ""}

    @routes.post("/declare", status_code=202)
    async def declare(web: Parts, person: Person, declaration: Declaration) -> Declared:
        return await web.desk.declare(person, declaration)

    @routes.get("/cases")
    async def cases(web: Parts, person: Person, open: bool = False) -> Sequence[Projection]:
        return await web.desk.cases(person, open_only=open)

    @routes.get("/cases/{case:path}/timeline")
    async def timeline(web: Parts, person: Person, case: str, after: int = 0) -> Sequence[LedgerEntry]:
        return await web.desk.timeline(person, case, after=after)

    @routes.get("/cases/{case:path}/fate")
    async def fate(web: Parts, person: Person, case: str) -> dict[str, str]:
        return {"fate": await web.desk.fate(person, case)}

    @routes.post("/cases/{case:path}/documents")
    async def keep(web: Parts, person: Person, case: str, document: Document) -> EvidenceRef:
        return await web.desk.keep(person, case, document.kind, document.text)

    @routes.post("/cases/{case:path}/documents/open")
    async def document(web: Parts, person: Person, case: str, ref: EvidenceRef) -> Response:
        data = await web.desk.document(person, case, ref)
        headers = {"Content-Disposition": "attachment"}
        return Response(data, media_type="application/octet-stream", headers=headers)

    @routes.post("/cases/{case:path}/export")
    async def export(web: Parts, person: Person, case: str) -> Response:
        data = await web.desk.export(person, case)
        headers = {"Content-Disposition": "attachment", "Cache-Control": "no-store"}
        return Response(data, media_type="application/zip", headers=headers)

    @routes.get("/cases/{case:path}")
    async def show(web: Parts, person: Person, case: str) -> State:
        return await web.desk.show(person, case)

    @routes.get("/waiting")
    async def waiting(web: Parts, person: Person, kind: str = "", case: str = "") -> Sequence[Waiting]:
        return await web.desk.waiting(person, kind=kind, case=case)

    @routes.post("/act")
    async def act(web: Parts, person: Person, doing: Doing) -> Recorded:
        return await web.desk.act(person, doing)

    @routes.post("/recover", status_code=202)
    async def recover(web: Parts, person: Person, wanted: Recover) -> Recovered:
        return await web.desk.recover(person, wanted)

    @routes.post("/reopen", status_code=202)
    async def reopen(web: Parts, person: Person, wanted: Reopen) -> Reopened:
        return await web.desk.reopen(person, wanted)

    @routes.post("/speak")
    async def speak(web: Parts, person: Person, wanted: Speak) -> Spoken:
        return await web.desk.code_to_speak(person, wanted)

    @routes.get("/tonight")
    async def tonight(web: Parts, person: Person, days: int = 14) -> Tonight:
        return await web.desk.tonight(person, days=days)

    @routes.get("/audit")
    async def audit(web: Parts, person: Person) -> AuditReport:
        return await web.desk.audit(person)

    @routes.get("/slack/{slack_id}")
    async def by_slack(web: Parts, person: Person, slack_id: str) -> SlackPerson:
        return SlackPerson(person=await web.desk.by_slack(slack_id))

    return routes
