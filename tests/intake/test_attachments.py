"""What is attached comes in by mail, by form and by signed request, is sealed, and is seen at the desk as a drawing."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.intake.forms import MULTIPART, filled
from console.intake.mails import Mails
from console.intake.smtp import listening_for_mail
from console.intake.sources import Recipe, Source, Sources
from console.intake.wiring import OpenIntake, build_intake
from domain.attachments import LIMITS
from domain.errors import HoldfastError
from domain.evidence import EvidenceKind
from domain.triage import LineQuery, Opening
from integrations.vault.files import FileVault
from tests.attachments import documents
from tests.desk.conftest import Browser, served, web_over
from tests.intake.conftest import Ways, at_the_door, send
from tests.intake.parts import MAILBOX, alert, generic
from tests.intake.test_mail import Records, deliver, mail
from tests.procedures import papers
from tests.world import Case, World, replace

POST = Source(name="papers-mail", recipe=Recipe.MAIL, address=MAILBOX, procedure=papers.POLICY.slug)
ZIP = documents.archive(letter=b"SYNTHETIC")


@dataclass
class Post:
    """The tests' deployment with a mailbox for the procedure that reads papers."""

    world: World
    opened: OpenIntake

    async def deliver(self, raw: bytes) -> tuple[int, bytes]:
        mails = Mails(self.opened.intake, self.world.ports.vault, Records())
        async with listening_for_mail(Sources({POST.name: POST}, {}), mails, "127.0.0.1", 0) as address:
            return await deliver(address, raw)


@pytest.fixture
async def post(world: World) -> AsyncIterator[Post]:
    async with httpx.AsyncClient(trust_env=False) as http:
        opened = build_intake(
            world.settings,
            store=world.records,
            vault=world.ports.vault,
            declarer=world.declarer,
            directory=world.ports.directory,
            http=http,
        )
        yield Post(world, opened)


async def test_a_pdf_goes_from_a_mail_to_a_page_at_the_desk_and_its_name_goes_nowhere(post: Post) -> None:
    world, account = post.world, post.world.fresh_account()
    name = "../../SYNTHETIC-letter"
    raw = mail(text=f"SYNTHETIC: he has not come home.\nAccount: {account}\n", **{name: documents.pdf()})
    code, said = await post.deliver(raw)
    assert code == 250
    line = await world.records.lines.line(said.decode().rpartition(" ")[2].strip())
    assert line is not None
    case = Case(world, line.case)
    await case.open("read-papers")
    web = replace(web_over(world), triage=post.opened.triage, intake=post.opened.intake)
    async with served(web) as url, Browser(url, "les-ada") as ada:
        assert f'href="/attachments/{case.id}?number=1"' in (await ada.see(f"/cases/{case.id}")).text
        page = await ada.see(f"/attachments/{case.id}")
        assert "data:image/png;base64,iVBOR" in page.text
        assert "SYNTHETIC. Emergency disclosure request" in page.text
        assert "SYNTHETIC-letter" not in page.text
    state = await case.state()
    assert "SYNTHETIC-letter" not in state.model_dump_json()
    kept = {each.kind: each for each in await world.ports.vault.documents(case.id)}
    assert await world.ports.vault.get(case.id, kept[EvidenceKind.ATTACHMENT]) == documents_of(raw)
    names = [each for each in await world.ports.vault.documents(case.id) if each.kind is EvidenceKind.INTAKE]
    assert any([b"SYNTHETIC-letter" in await world.ports.vault.get(case.id, each) for each in names])


def documents_of(raw: bytes) -> bytes:
    from console.intake.mails import attachments_of

    [only] = attachments_of(raw)
    return only.data


async def test_a_line_that_waited_brings_its_attachments_to_the_case_that_a_person_opens(post: Post) -> None:
    raw = mail(text="SYNTHETIC: help us find her.\n", scan=ZIP)
    _, said = await post.deliver(raw)
    number = said.decode().rpartition(" ")[2].strip()
    ada = "les-ada"
    line = await post.opened.triage.open(ada, Opening(line=number, identifier=post.world.fresh_account()))
    case = Case(post.world, line.case)
    waiting = await case.open("read-papers")
    assert waiting.card["about"]["refused"] == 1


async def test_a_form_with_files_is_sealed_with_its_line_and_handed_to_its_case(ways: Ways) -> None:
    form = {"key": "k1", "line": "SYNTHETIC: a walker is missing.", "identifier": "acct-1"}
    files = [("attachments", (f"../SYNTHETIC-{n}.pdf", data)) for n, data in enumerate((b"\r\n\x00%PDF\r\n", ZIP))]
    async with at_the_door(ways.door) as client:
        first = await client.post("/intake/le-form", data=form, files=files)
        again = await client.post("/intake/le-form", data=form, files=files)
        none = await client.post("/intake/le-form", data={**form, "key": "k2"}, files=[("attachments", ("", b""))])
    assert (first.status_code, again.status_code, none.status_code) == (200, 200, 200)
    uploads = [declared.attachments for _, declared in ways.starting.declared]
    assert [[each.data for each in one] for one in uploads] == [[b"\r\n\x00%PDF\r\n", ZIP]]
    assert uploads[0][0].name == "../SYNTHETIC-0.pdf"
    [line, joined] = [await ways.intake.read(each.line) for each in await ways.store.lines.find(LineQuery())]
    assert [each.kind for each in line.told.attachments] == [EvidenceKind.ATTACHMENT] * 2
    assert joined.told.attachments == ()
    vault = ways.vault
    assert isinstance(vault, FileVault)
    for path in vault._root.rglob("*"):
        assert "SYNTHETIC" not in path.name
        assert path.is_dir() or b"%PDF" not in path.read_bytes()


async def test_a_form_with_too_many_or_too_large_files_is_refused_with_the_reason(ways: Ways) -> None:
    form = {"line": "SYNTHETIC", "identifier": "acct-1"}
    many = [("attachments", (f"{n}.pdf", b"SYNTHETIC")) for n in range(LIMITS.attachments + 1)]
    large = [("attachments", ("a.pdf", bytes(11 * 1024 * 1024)))]
    async with at_the_door(ways.door) as client:
        refused = await client.post("/intake/le-form", data=form, files=many)
        beyond = await client.post("/intake/le-form", data=form, files=large)
        plain = await client.post("/intake/le-form", data={**form, "line": "x" * 70_000})
    assert (refused.status_code, beyond.status_code, plain.status_code) == (413, 413, 413)
    assert "More than ten things were attached" in refused.text
    assert await ways.store.lines.find(LineQuery()) == []


async def test_a_signed_request_brings_attachments_as_base64_and_another_file_under_its_key_is_kept(ways: Ways) -> None:
    def with_file(data: bytes) -> dict[str, object]:
        return alert("k", attachments=[{"name": "a.pdf", "data": base64.b64encode(data).decode()}])

    async with at_the_door(ways.door) as client:
        assert (await send(client, generic(with_file(b"SYNTHETIC one")))).status_code == 202
        assert (await send(client, generic(with_file(b"SYNTHETIC one")))).status_code == 202
        assert (await send(client, generic(with_file(b"SYNTHETIC two")))).status_code == 409
        empty = await send(client, generic(with_file(b"")))
        wrong = await send(client, generic(alert("l", attachments=[{"data": "!"}])))
    assert (empty.status_code, "It is empty" in empty.text) == (422, True)
    assert (wrong.status_code, wrong.json()["sentence"].endswith("(attachments)")) == (422, True)
    [(_, declared)] = ways.starting.declared
    assert [each.data for each in declared.attachments] == [b"SYNTHETIC one"]
    [reused] = await ways.store.lines.find(LineQuery(why="key-reused"))
    await ways.intake.open(reused.line, "les-ada", "")
    assert [each.data for each in ways.starting.declared[1][1].attachments] == [b"SYNTHETIC two"]


PIECES = (
    *(b"--b", b"--b--", b"\r\n", b"x", b": ", b"\r\n\r\n", b"Content-Transfer-Encoding: base64"),
    *(b'Content-Disposition: form-data; name="line"', b'; filename="a"', b"Content-Disposition: form-data"),
)
KINDS = ("", MULTIPART, f"{MULTIPART}; boundary=b", f"{MULTIPART}; boundary={'b' * 300}", "text/plain")


@settings(max_examples=300)
@given(
    st.binary(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join),
    st.sampled_from(KINDS),
)
def test_no_body_makes_reading_a_form_do_anything_but_read_or_refuse(body: bytes, kind: str) -> None:
    try:
        found = filled(body, kind)
    except HoldfastError:
        return
    assert len(found.uploads) <= LIMITS.attachments
