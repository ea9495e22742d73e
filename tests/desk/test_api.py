"""The desk over HTTP is the desk: the same answers, the same refusals, and nothing of what was sent in between."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from console.web.app import build_app
from console.web.errors import status_of
from domain.acts import Approve, Take
from domain.desk import Declaration, Doing
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.people import Role
from domain.timeline import Kind
from integrations.desk_client import DeskClient
from tests.desk.conftest import web_over
from tests.world import ANSWERS, Case, World

LENA = {"X-Holdfast-Person": "inc-lena"}


def in_process(app: Any, peer: str = "127.0.0.1", host: str = "127.0.0.1") -> httpx.AsyncClient:
    """The app without a socket, as if this peer had connected."""
    transport = httpx.ASGITransport(app, client=(peer, 50000))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=LENA)


class Raising:
    """A desk whose every method raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        async def method(*_: object, **__: object) -> None:
            raise self._error

        return method


async def test_a_case_is_declared_shown_worked_and_read_over_http(world: World, client: DeskClient) -> None:
    dara = await world.someone(Role.ESCALATION_SPECIALIST)
    declaration = Declaration(slug="edr", answers=ANSWERS, key="over-http")
    declared = await client.declare(dara, declaration)
    assert declared.new
    assert not (await client.declare(dara, declaration)).new
    state = await client.show(dara, declared.case)
    assert state.facts["category"] == "missing-person"
    await Case(world, declared.case).noted(Kind.DECLARED)  # a list is of what the books hold
    assert declared.case in [each.case for each in await client.cases(dara, open_only=True)]
    recorded = await client.act(dara, Doing(id="take", case=declared.case, act=Take()))
    assert recorded.status == "open"
    assert (await client.show(dara, declared.case)).owner.person == dara  # type: ignore[union-attr]
    entries = await client.timeline(dara, declared.case)
    later = await client.timeline(dara, declared.case, after=entries[1].sequence)
    assert later[0] == entries[2]
    assert (await client.audit(await world.someone(Role.AUDITOR))).cases > 0
    assert await client.by_slack("U0LEG01") == "leg-fay"


async def test_what_is_kept_over_http_is_read_back_byte_for_byte(world: World, client: DeskClient) -> None:
    case = await world.declare()
    who = await world.someone(Role.LE_SPECIALIST)
    ref = await client.keep(who, case.id, EvidenceKind.CALL_RECORD, "SYNTHETIC <b>ü</b>\n")
    assert await client.document(who, case.id, ref) == "SYNTHETIC <b>ü</b>\n".encode()
    with pytest.raises(HoldfastError) as refused:
        await client.document(who, case.id, ref.model_copy(update={"sha256": "0" * 64}))
    assert refused.value.code is Code.TAMPERED


async def test_a_review_is_addressed_by_its_case_and_a_slash(world: World, client: DeskClient) -> None:
    case = await world.declare()
    who = await world.someone(Role.LEGAL)
    with pytest.raises(HoldfastError) as missing:
        await client.show(who, f"{case.id}/review")
    assert missing.value.code is Code.UNKNOWN_CASE
    await case.verified()
    for role in (Role.LEGAL, Role.DUTY_MANAGER):
        await case.act(role, "release", Approve())
    await case.until(lambda state: bool(state.review))
    review = case.review
    await review.open("choose-privilege")
    assert (await client.show(who, review.id)).case == review.id
    assert await client.timeline(who, review.id)
    waiting = await client.waiting(who, case=review.id)
    assert [each.kind for each in waiting] == ["task"]
    ref = await client.keep(who, review.id, EvidenceKind.REASON, "SYNTHETIC reason")
    assert await client.document(who, review.id, ref) == b"SYNTHETIC reason"


@pytest.mark.parametrize("code", list(Code))
async def test_every_refusal_arrives_with_its_code_its_sentence_and_its_status(world: World, code: Code) -> None:
    app = build_app(web_over(world, Raising(HoldfastError(code, "a detail"))))
    async with in_process(app) as http:
        answer = await http.get("/v1/cases/EDR-00000-00000")
        assert (answer.status_code, set(answer.json())) == (status_of(code), {"code", "sentence"})
        with pytest.raises(HoldfastError) as refused:
            await DeskClient("http://127.0.0.1", "inc-lena", http).show("inc-lena", "EDR-00000-00000")
    assert (refused.value.code, refused.value.detail) == (code, "a detail")


async def test_a_wrong_request_names_its_fields_and_never_their_values(desk_url: str, http: httpx.AsyncClient) -> None:
    wrong = {"slug": 7, "answers": "SECRET-VALUE", "SECRET NAME": 1}
    answer = await http.post(f"{desk_url}/v1/declare", json=wrong, headers=LENA)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert "slug" in answer.text
    assert "answers" in answer.text
    assert "an unknown field" in answer.text
    assert "SECRET" not in answer.text


async def test_an_unexpected_fault_tells_the_client_nothing_and_the_operator_where(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    app = build_app(web_over(world, Raising(KeyError("SECRET-VALUE"))))
    async with in_process(app) as http:
        with caplog.at_level(logging.ERROR, logger="holdfast.desk"):
            answer = await http.get("/v1/cases")
            page = await http.get("/")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert page.status_code == 500
    assert page.headers["X-Request-Id"] in page.text
    said = caplog.text
    assert answer.headers["X-Request-Id"] in said
    assert "KeyError" in said
    assert "SECRET-VALUE" not in said + answer.text + page.text


async def test_without_need_to_know_a_real_case_answers_exactly_as_a_missing_one(
    world: World, desk_url: str, http: httpx.AsyncClient
) -> None:
    case = await world.declare()
    await case.state()
    outsider = {"X-Holdfast-Person": "pol-otto"}
    for tail in ("", "/timeline"):
        real = await http.get(f"{desk_url}/v1/cases/{case.id}{tail}", headers=outsider)
        missing = await http.get(f"{desk_url}/v1/cases/EDR-00000-00000{tail}", headers=outsider)
        assert real.status_code == missing.status_code == 404
        assert real.content == missing.content
    listed = await http.get(f"{desk_url}/v1/cases", headers=outsider)
    assert case.id not in listed.text
    page, none = [await http.get(f"{desk_url}/cases/{each}", headers=outsider) for each in (case.id, "EDR-00000-00000")]
    assert page.status_code == none.status_code == 404
    assert "No such case" in page.text


async def test_nobody_is_nobody(desk_url: str, http: httpx.AsyncClient) -> None:
    for headers in ({}, {"X-Holdfast-Person": "who-knows"}):
        answer = await http.get(f"{desk_url}/v1/cases", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "unknown-person")
    assert (await http.get(f"{desk_url}/v1/health")).json() == {"status": "up"}
    assert (await http.get(f"{desk_url}/v1/nothing", headers=LENA)).json()["code"] == "invalid"


async def test_a_desk_that_is_down_says_how_to_start_it(http: httpx.AsyncClient) -> None:
    with pytest.raises(HoldfastError) as refused:
        await DeskClient("http://127.0.0.1:9", "inc-lena", http).cases("inc-lena")
    assert refused.value.code is Code.UNREACHABLE
    assert "the desk at http://127.0.0.1:9 does not answer; start it with holdfast up" in refused.value.sentence


async def test_whether_every_gate_can_be_met_is_answered_over_http(world: World, client: DeskClient) -> None:
    lena = await world.someone(Role.INCIDENT_COMMANDER)
    found = await client.tonight(lena, days=2)
    assert (found.end - found.start).days == 2
    assert not found.holes
    assert not found.rota
    for days in (0, 32):
        with pytest.raises(HoldfastError) as refused:
            await client.tonight(lena, days=days)
        assert refused.value.code is Code.INVALID
