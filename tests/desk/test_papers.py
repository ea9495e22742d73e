"""What was sent with a request, on the real server: examined by the real reader, seen at the desk, opened by nobody."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from pathlib import Path

import pytest

from domain.acts import Done, Skip
from domain.attachments import LIMITS, SENTENCES, Refusal
from domain.desk import Declaration
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceKind
from domain.incident import Outcome, Rehearsal
from domain.people import Role
from domain.timeline import Kind
from domain.uploads import Upload
from integrations.attachments.hash_list import HashListFile
from integrations.simulator.hash_list import KNOWN
from tests.attachments import documents
from tests.attachments.test_confinement import children
from tests.desk.conftest import Browser
from tests.procedures import papers
from tests.world import Case, World

_numbers = itertools.count(1)
HIDDEN = KNOWN["SYNTHETIC-1"]


async def sent(world: World, *attachments: bytes) -> Case:
    """A case as the ways in open one, with these attached."""
    account = world.fresh_account()
    uploads = tuple(Upload(data=each, name=f"../SYNTHETIC-{number}") for number, each in enumerate(attachments, 1))
    given = Declaration(
        slug=papers.POLICY.slug,
        answers={"account": account},
        key=f"papers-{next(_numbers)}-{id(world)}",
        attachments=uploads,
    )
    declared = await world.declarer.declare("source:papers", given, partial=True)
    return Case(world, declared.case, account)


async def read(case: Case) -> None:
    done = Done(result={"agency": "yes"}, artefact=await case.record())
    await case.act(Role.LE_SPECIALIST, "read-papers", done)


async def test_what_is_refused_is_refused_with_its_reason_on_the_case_and_the_rest_can_be_looked_at(
    world: World, desk_url: str
) -> None:
    refused = {
        Refusal.ARCHIVE: documents.archive(letter=b"SYNTHETIC"),
        Refusal.MACROS: documents.office("word/vbaProject.bin"),
        Refusal.TOO_LARGE: bytes(LIMITS.size + 1),
        Refusal.TOO_MANY_PAGES: documents.pdf("SYNTHETIC", pages=LIMITS.pages + 1),
    }
    case = await sent(world, *refused.values(), documents.pdf(pages=2))
    waiting = await case.open("read-papers")
    assert waiting.card["about"] == {"attachments": 5, "to-read": 1, "refused": 4, "sealed": 0}
    async with Browser(desk_url, "les-ada") as ada:
        page = (await ada.see(f"/cases/{case.id}")).text
        for code in refused:
            assert f"<strong>refused</strong>. {SENTENCES[code]}" in page
        assert "PDF, 2 pages" in page
        for number in (1, 2, 3, 4):
            assert (await ada.see(f"/attachments/{case.id}", number=str(number))).status_code == 403
        looked = await ada.see(f"/attachments/{case.id}", number="5", page="2")
    assert looked.status_code == 200
    said = [(each.code, each.detail["why"]) for each in await case.timeline() if each.kind is Kind.ATTACHMENT]
    assert said[:4] == [("refused", code.value) for code in refused]
    marked = [each.code for each in await case.timeline() if each.kind is Kind.TRIGGER]
    assert marked == ["attachment-macros"], "somebody built that one"
    await read(case)
    assert (await case.result()).code == "read"


async def test_a_known_file_is_sealed_and_a_case_is_opened_for_it_before_the_next_is_looked_at(
    world: World, desk_url: str
) -> None:
    case = await sent(world, HIDDEN, documents.pdf(), HIDDEN)
    await case.open("read-papers")
    timeline = await case.timeline()
    [linked] = [each for each in timeline if each.kind is Kind.LINKED]
    assert linked.code == "hash-list-hit"
    assert [each.code for each in timeline if each.kind is Kind.TRIGGER] == ["hash-list-hit"]
    became = [each.code for each in timeline if each.kind in (Kind.ATTACHMENT, Kind.LINKED)]
    assert became == ["sealed", "hash-list-hit", "accepted", "sealed"]
    theirs = await Case(world, linked.subject).until(lambda state: bool(state.tasks))
    assert {name: theirs.facts[name] for name in ("of", "seems", "why")} == {
        "of": case.id,
        "seems": "child_safety",
        "why": "hash-list-hit",
    }
    async with Browser(desk_url, "les-ada") as ada:
        page = (await ada.see(f"/cases/{case.id}")).text
        assert page.count("Nobody may look at it") == 2
        assert f"/attachments/{case.id}?number=1" not in page
        for number, status in (("1", 403), ("2", 200), ("3", 403), ("4", 404)):
            assert (await ada.see(f"/attachments/{case.id}", number=number)).status_code == status
    await read(case)
    report = await case.result()
    assert (report.outcome, report.code) == (Outcome.COMPLETED, "sealed")


async def test_a_case_that_continues_as_new_examines_each_once_and_opens_one_case(world: World) -> None:
    world.declarer.rehearsal = Rehearsal(every_verb=True)
    try:
        case = await sent(world, HIDDEN, documents.archive(letter=b"SYNTHETIC"), HIDDEN)
    finally:
        world.declarer.rehearsal = Rehearsal()
    await case.open("read-papers")
    timeline = await case.timeline()
    assert [each.code for each in timeline if each.kind is Kind.ATTACHMENT] == ["sealed", "refused", "sealed"]
    assert len([each for each in timeline if each.kind is Kind.LINKED]) == 1
    assert (await case.state()).turnovers > 3


async def test_what_is_beyond_the_number_is_looked_up_and_not_looked_at(world: World) -> None:
    plain = documents.archive(letter=b"SYNTHETIC")  # refused by its first bytes, so that this test is quick
    case = await sent(world, *[plain] * LIMITS.attachments, documents.pdf(), HIDDEN)
    await case.open("read-papers")
    said = [(each.code, each.detail["why"]) for each in await case.timeline() if each.kind is Kind.ATTACHMENT]
    assert said[LIMITS.attachments :] == [("refused", "too-many"), ("sealed", "hash-list-hit")]
    assert not [each for each in await world.ports.vault.documents(case.id) if each.kind is EvidenceKind.PAGE]


async def test_the_original_is_served_to_nobody_by_any_address_and_each_look_is_in_the_ledger(
    world: World, desk_url: str
) -> None:
    original = documents.pdf()
    case = await sent(world, original)
    await case.open("read-papers")
    [ref] = [each for each in await world.ports.vault.documents(case.id) if each.kind is EvidenceKind.ATTACHMENT]
    asked = {"id": ref.id, "sha256": ref.sha256, "size": str(ref.size)}
    async with Browser(desk_url, "les-ada") as ada:
        before = (await ada.see(f"/cases/{case.id}")).text
        assert ref.id not in before
        assert not [each for each in await case.timeline() if each.kind is Kind.OPENED], "the case page opens nothing"
        for kind in EvidenceKind:
            answer = await ada.see(f"/cases/{case.id}/document", kind=kind.value, **asked)
            assert answer.status_code >= 400
            assert b"%PDF" not in answer.content
        looked = await ada.see(f"/attachments/{case.id}")
        timeline = await ada.see(f"/cases/{case.id}/timeline")
    assert "data:image/png;base64,iVBOR" in looked.text
    assert "18 U.S.C. 2702(c)(4)" in looked.text
    assert "Never call" in looked.text
    policy = looked.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert looked.headers["X-Content-Type-Options"] == "nosniff"
    assert looked.headers["Cache-Control"] == "no-store"
    opened = [each for each in await case.timeline() if each.kind is Kind.OPENED]
    assert [(each.who, each.code) for each in opened] == [("les-ada", "page"), ("les-ada", "page-text")]
    assert "Somebody looked at what was sent" in timeline.text
    for each in await case.timeline():
        assert "SYNTHETIC" not in each.model_dump_json(), "a name from outside stays in the vault"


async def test_people_who_may_not_see_the_case_see_none_of_its_pages(world: World, desk_url: str) -> None:
    case = await sent(world, documents.picture())
    await case.open("read-papers")
    directory = await world.ports.directory.current()
    outsider = next(each.id for each in directory.people if each.roles == (Role.WELLBEING,))
    async with Browser(desk_url, outsider) as browser:
        answer = await browser.see(f"/attachments/{case.id}")
    assert answer.status_code >= 400
    assert not [each for each in await case.timeline() if each.kind is Kind.OPENED]


async def test_a_reader_that_is_killed_is_started_again_and_nothing_is_refused_for_it(world: World) -> None:
    case = await sent(world, documents.pdf())
    async with asyncio.timeout(20):
        while not (found := children()):
            await asyncio.sleep(0.01)
    os.kill(found[0], signal.SIGKILL)
    await case.open("read-papers")
    assert [each.code for each in await case.timeline() if each.kind is Kind.ATTACHMENT] == ["accepted"]
    assert not [each for each in await case.timeline() if each.kind is Kind.STEP_FAILED]


async def test_while_the_list_cannot_be_read_a_person_is_asked_and_skipping_counts_as_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = world.ports.known
    assert isinstance(known, HashListFile)
    monkeypatch.setattr(known, "_path", tmp_path / "nowhere")
    case = await sent(world, documents.pdf())
    failed = await case.open("examine_attachment")
    assert failed.card["fault"] == Code.BROKEN_CONFIGURATION.value
    assert "by-hand" not in failed.choices
    await case.act(Role.ENGINEER, "examine_attachment", Skip(code="list-is-away"))
    await case.open("read-papers")
    assert [each.detail["why"] for each in await case.timeline() if each.kind is Kind.ATTACHMENT] == ["not-examined"]


async def test_the_desk_refuses_too_many_and_too_large_with_the_reason_and_the_same_key_with_others(
    world: World,
) -> None:
    who = await world.someone(Role.ESCALATION_SPECIALIST)
    given = Declaration(
        slug=papers.POLICY.slug, answers={"account": world.fresh_account()}, key=f"desk-{next(_numbers)}-{id(world)}"
    )
    for uploads, code in (
        ([Upload(data=b"SYNTHETIC")] * (LIMITS.attachments + 1), Refusal.TOO_MANY),
        ([Upload(data=bytes(LIMITS.size + 1))], Refusal.TOO_LARGE),
        ([Upload(data=b"")], Refusal.EMPTY),
    ):
        with pytest.raises(HoldfastError) as refused:
            await world.desk.declare(who, given.model_copy(update={"attachments": tuple(uploads)}))
        assert refused.value.code is Code.INVALID
        assert SENTENCES[code] in refused.value.sentence
    one = given.model_copy(update={"attachments": (Upload(data=documents.archive(a=b"SYNTHETIC"), name="a.zip"),)})
    first = await world.desk.declare(who, one)
    again = await world.desk.declare(who, one)
    assert (first.new, again.new, first.case) == (True, False, again.case)
    for other in ((), (Upload(data=b"SYNTHETIC other"),), (*one.attachments, Upload(data=b"SYNTHETIC more"))):
        with pytest.raises(HoldfastError) as refused:
            await world.desk.declare(who, given.model_copy(update={"attachments": other}))
        assert refused.value.code is Code.DUPLICATE_KEY
