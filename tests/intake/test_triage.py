"""Triage at the desk and on the command line: seen by who works there, owned, closed with a code, opened after all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from console.intake.recipes import Offered
from console.intake.triage import Triage
from domain.errors import Code, HoldfastError
from domain.intake import REDIRECT, Requester, SourceTrust
from domain.line_codes import ClosingCode, LineState
from domain.triage import Closing, LineQuery, Opening
from integrations.desk_client import TriageClient
from integrations.directory.file import DirectoryFile
from tests.cli.shell import Shell
from tests.desk.conftest import Browser, served, web_over
from tests.intake.conftest import Ways, at_the_door
from tests.world import EXAMPLE_DIRECTORY, World


@pytest.fixture
async def desk(ways: Ways, world: World) -> AsyncIterator[str]:
    """The tests' desk, with these ways in behind it; gives its URL."""
    triage = Triage(ways.intake, DirectoryFile(EXAMPLE_DIRECTORY.absolute()))
    async with served(replace(web_over(world), triage=triage, intake=ways.intake)) as url:
        yield url


async def offered(ways: Ways, key: str, **more: object) -> str:
    """SYNTHETIC: a line at the open form; the second and later ones join the first one's case."""
    given = Offered.model_validate({"key": key, "text": f"SYNTHETIC {key}", "identifier": f"acct-{key}", **more})
    return (await ways.intake.offer(ways.sources.by_name["le-form"], given)).line.line


async def test_lines_are_searched_owned_closed_and_opened_by_programs(ways: Ways, desk: str) -> None:
    first, second, third = [await offered(ways, key, email="a@police.example.net") for key in ("1", "2", "3")]
    async with httpx.AsyncClient(trust_env=False) as http:
        triage = TriageClient(desk, "les-ada", http)
        found = await triage.lines("les-ada", LineQuery(domain=" Police.Example.net "))
        assert [each.line for each in found] == [first, second, third]
        assert [each.line for each in await triage.lines("les-ada", LineQuery(target="ACCT-2"))] == [second]
        view = await triage.look("les-ada", second)
        assert (view.told.text, view.told.source_trust) == ("SYNTHETIC 2", SourceTrust.OPEN)
        assert "country" in view.missing
        nameless = await offered(ways, "4", identifier="")
        assert (await triage.open("les-ada", Opening(line=nameless, identifier="acct-4"))).state is LineState.STARTED
        with pytest.raises(HoldfastError) as why:
            await triage.open("les-ada", Opening(line=await offered(ways, "5", identifier="")))
        assert why.value.code is Code.INVALID
        assert await triage.own("les-ada", (first, second)) == 1
        assert await triage.close("les-ada", Closing(lines=(second,), code=ClosingCode.FORGED)) == 1
        opened = await triage.open("les-ada", Opening(line=third))
        assert (opened.state, opened.code) == (LineState.STARTED, "opened")
        for refused in (
            triage.own("les-ada", (second,)),
            triage.close("les-ada", Closing(lines=(second,), code=ClosingCode.TEST)),
            triage.open("les-ada", Opening(line=third)),
        ):
            with pytest.raises(HoldfastError) as why:
                await refused
            assert why.value.code is Code.NOT_OPEN
        with pytest.raises(HoldfastError) as why:
            await triage.look("les-ada", "no-such-line")
        assert why.value.code is Code.NO_SUCH_SUBJECT
    assert [each.answers["account"] for _, each in ways.starting.declared] == ["acct-1", "acct-4", "acct-3"]


@pytest.mark.parametrize(("person", "code"), [("aud-pia", Code.NOT_ALLOWED), ("nobody", Code.UNKNOWN_PERSON)])
async def test_who_does_not_work_in_triage_sees_no_line(ways: Ways, desk: str, person: str, code: Code) -> None:
    line = await offered(ways, "1")
    async with httpx.AsyncClient(trust_env=False) as http:
        triage = TriageClient(desk, person, http)
        for refused in (triage.lines(person, LineQuery()), triage.look(person, line), triage.own(person, (line,))):
            with pytest.raises(HoldfastError) as why:
                await refused
            assert why.value.code is code
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{desk}/triage", headers={"X-Holdfast-Person": person})).status_code == 403


async def test_a_line_is_read_owned_and_closed_in_a_browser_without_script(ways: Ways, desk: str) -> None:
    await offered(ways, "1")
    line = await offered(ways, "2", text="SYNTHETIC <script>alert(1)</script>")
    async with Browser(desk, "les-ada") as browser:
        listed = await browser.see("/triage")
        assert line in listed.text
        one = await browser.see(f"/triage/{line}")
        assert "<script>alert" not in one.text
        assert "&lt;script&gt;" in one.text
        await browser.post("/triage", line=line, do="own")
        assert (await browser.post("/triage", line=line, do="close", code="")).status_code == 422
        await browser.post("/triage", line=line, do="close", code="forged")
        assert line not in (await browser.see("/triage")).text
        assert line in (await browser.see("/triage", state="closed", target="acct-2")).text
    row = await ways.store.lines.line(line)
    assert row is not None
    assert (row.owner, row.code) == ("les-ada", "forged")


async def test_a_call_is_taken_down_with_one_line_and_one_identifier_and_pressed_twice_it_is_one(
    ways: Ways, desk: str
) -> None:
    form = {
        "key": "call-1",
        "line": "SYNTHETIC: a sergeant says that she is in danger.",
        "identifier": "acct-call",
        "requester": "law-enforcement",
        "email": "sergeant@police.northfield.example.org",
        "f-category": "violence",
        "f-country": "",
    }
    async with Browser(desk, "esc-dara") as browser:
        page = await browser.see("/phone")
        assert "Never call a number that the caller gives" in page.text
        for _ in range(2):
            await browser.http.post("/phone", data=form)
        missing = await browser.post("/phone", key="call-2", line="")
        assert missing.status_code == 422
    [(person, declared)] = ways.starting.declared
    assert person == "esc-dara"
    assert declared.answers["category"] == "violence"
    assert declared.channel == "phone"
    [line] = await ways.store.lines.find(LineQuery())
    assert (line.source_trust, line.requester_trust.value) == (SourceTrust.PERSON, "listed")


async def test_who_is_not_law_enforcement_is_redirected_on_the_form_and_kept_for_a_person(ways: Ways) -> None:
    form = {"key": "1", "requester": "other", "line": "SYNTHETIC: my brother", "identifier": "acct-b"}
    async with at_the_door(ways.door) as client:
        drawn = await client.get("/intake/le-form")
        assert "One line and one identifier are enough" in drawn.text
        answer = await client.post("/intake/le-form", data=form)
        assert (await client.post("/intake/le-form", data={"line": ""})).status_code == 422
        assert (await client.post("/intake/le-form", content=b"x" * 70_000)).status_code == 413
        assert (await client.get("/intake/alerts")).status_code == 404
    assert "call your local emergency number" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    [line] = await ways.store.lines.find(LineQuery())
    assert (line.why, line.state, line.requester) == ("not-law-enforcement", LineState.OPEN, Requester.OTHER)
    assert line.line in answer.text
    assert "cannot send help" in REDIRECT
    assert not ways.starting.declared


async def test_triage_on_the_command_line(ways: Ways, desk: str, tmp_path: Path) -> None:
    await offered(ways, "1")
    joined = await offered(ways, "2")
    nameless = await offered(ways, "3", identifier="")
    shell = Shell(tmp_path, "les-ada", {"HOLDFAST_DESK_URL": desk})
    listed = await shell.ok("triage", "list", "-o", "json")
    assert [each["line"] for each in listed.data] == [joined, nameless]
    assert "SYNTHETIC" not in listed.out
    shown = await shell.ok("triage", "show", joined, "-o", "json")
    assert shown.data["told"]["text"] == "SYNTHETIC 2"
    closed = await shell.run("triage", "close", "--case", shown.data["line"]["case"], "--code", "same-request")
    assert closed.status == 0, closed.err
    [left] = await ways.store.lines.find(LineQuery(state="open"))
    assert left.line == nameless
