"""The real reader on real files: what is drawn, and each thing that is refused."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from domain.attachments import LIMITS, Drawn, Hit, Media, NotDrawn, Refusal
from domain.document_checks import Sign, read_document
from integrations.attachments.confinement import Bounds
from integrations.attachments.hash_list import HashListFile
from integrations.attachments.reader import ConfinedReader
from tests.attachments import documents


async def drawn(data: bytes, media: Media, known: HashListFile) -> Drawn:
    answer = await ConfinedReader().draw(data, media, known)
    assert isinstance(answer, Drawn), answer
    return answer


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png), formats=("PNG",))


async def test_a_letter_becomes_pages_and_text(reader: ConfinedReader, known: HashListFile) -> None:
    answer = await drawn(documents.pdf(pages=2), Media.PDF, known)
    assert len(answer.pages) == 2
    for page in answer.pages:
        shown = opened(page.png)
        assert shown.size == (page.width, page.height)
        assert shown.mode == "RGB"
        assert page.width * page.height <= LIMITS.drawn
        assert shown.convert("L").getextrema() == (0, 255), "black letters on white"
    assert answer.text.count("18 U.S.C. 2702(c)(4)") == 2


async def test_what_was_typed_into_a_form_is_read_too(known: HashListFile) -> None:
    answer = await drawn(documents.filled_in_form("Case No. 2026-007731"), Media.PDF, known)
    assert "2026-007731" in answer.text


@pytest.mark.parametrize(("kind", "media"), [("PNG", Media.PNG), ("JPEG", Media.JPEG)])
async def test_a_picture_becomes_one_page_with_nothing_left_of_the_file(
    kind: str, media: Media, known: HashListFile
) -> None:
    answer = await drawn(documents.picture(kind), media, known)
    (page,) = answer.pages
    assert opened(page.png).info == {}
    assert (page.width, page.height) == (120, 80)
    assert answer.text == ""
    assert read_document(answer.text, "US").signals[0].sign is Sign.NO_TEXT


async def test_the_place_where_a_photograph_was_taken_does_not_survive(known: HashListFile) -> None:
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "SYNTHETIC place"  # ImageDescription
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (120, 80), "red").save(made, "JPEG", exif=exif)
    (page,) = (await drawn(made.getvalue(), Media.JPEG, known)).pages
    assert (page.width, page.height) == (80, 120), "upright, as the camera held it"
    assert b"SYNTHETIC" not in page.png


async def test_a_large_photograph_is_drawn_smaller(known: HashListFile) -> None:
    (page,) = (await drawn(documents.picture(size=(4000, 3000)), Media.JPEG, known)).pages
    assert page.width * page.height <= LIMITS.drawn
    assert page.width / page.height == pytest.approx(4 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (documents.opening("JavaScript"), Refusal.JAVASCRIPT),
        (documents.opening("JavaScript", hidden=True), Refusal.JAVASCRIPT),
        (documents.opening("Launch"), Refusal.LAUNCH),
        (documents.opening("SubmitForm"), Refusal.OUTWARD),
        (documents.opening("GoToR"), Refusal.OUTWARD),
        (documents.with_file_inside(), Refusal.EMBEDDED),
        (documents.with_living_form(), Refusal.ACTIVE),
        (documents.with_film(), Refusal.ACTIVE),
        (documents.encrypted("SYNTHETIC"), Refusal.ENCRYPTED),
        (documents.encrypted(""), Refusal.ENCRYPTED),
        (documents.pdf(pages=LIMITS.pages + 1), Refusal.TOO_MANY_PAGES),
        (documents.wall(), Refusal.PAGE_TOO_LARGE),
        (documents.pdf()[:300], Refusal.DAMAGED),
        (b"%PDF-1.7\nSYNTHETIC", Refusal.DAMAGED),
    ],
    ids=lambda each: each.value if isinstance(each, Refusal) else "",
)
async def test_a_document_that_does_more_than_lie_there_is_refused(
    data: bytes, code: Refusal, reader: ConfinedReader, known: HashListFile
) -> None:
    assert reader.kind_of(data) is Media.PDF
    assert await reader.draw(data, Media.PDF, known) == NotDrawn(code=code)


async def test_the_packed_document_of_these_tests_is_sound_but_for_its_action(known: HashListFile) -> None:
    from pypdf import PdfReader, PdfWriter

    data = documents.packed(PdfWriter(PdfReader(io.BytesIO(documents.pdf()))))
    assert b"/Catalog" not in data, "it is packed"
    assert len((await drawn(data, Media.PDF, known)).pages) == 1


@pytest.mark.parametrize(
    ("data", "media", "code"),
    [
        (documents.huge_png(), Media.PNG, Refusal.PAGE_TOO_LARGE),
        (documents.moving_picture(), Media.PNG, Refusal.TOO_MANY_PAGES),
        (documents.picture("PNG")[:60], Media.PNG, Refusal.DAMAGED),
        (documents.picture("JPEG")[:200], Media.JPEG, Refusal.DAMAGED),
        (documents.picture("PNG"), Media.JPEG, Refusal.DAMAGED),
    ],
    ids=["bomb", "film", "cut-png", "cut-jpeg", "png-as-jpeg"],
)
async def test_a_picture_that_is_none_is_refused(
    data: bytes, media: Media, code: Refusal, reader: ConfinedReader, known: HashListFile
) -> None:
    assert await reader.draw(data, media, known) == NotDrawn(code=code)


async def test_a_page_that_would_be_drawn_for_years_is_stopped(known: HashListFile) -> None:
    data = documents.drawn_without_end()
    assert len(data) < 10_000
    answer = await ConfinedReader(bounds=Bounds(cpu=1, wall=30)).draw(data, Media.PDF, known)
    assert answer == NotDrawn(code=Refusal.TOOK_TOO_LONG)


async def test_a_known_picture_inside_a_document_is_found_before_anything_is_drawn(list_file: Path) -> None:
    inside = documents.picture()
    list_file.write_text(f"md5 {hashlib.md5(inside).hexdigest()} SYNTHETIC-2\n")
    answer = await ConfinedReader().draw(
        documents.pdf(picture=inside), Media.PDF, HashListFile(list_file, "SYNTHETIC list")
    )
    assert answer == Hit(list_name="SYNTHETIC list", label="SYNTHETIC-2", algorithm="md5", inside=True)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (documents.pdf(), Media.PDF),
        (documents.picture("PNG"), Media.PNG),
        (documents.picture("JPEG"), Media.JPEG),
        (documents.archive(letter=b"SYNTHETIC"), Refusal.ARCHIVE),
        (b"\x1f\x8b\x08" + bytes(50), Refusal.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), Refusal.ARCHIVE),
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), Refusal.ARCHIVE),
        (documents.office(), Refusal.OFFICE),
        (documents.office("word/vbaProject.bin"), Refusal.MACROS),
        (documents.old_office("WordDocument"), Refusal.OFFICE),
        (documents.old_office("WordDocument", "_VBA_PROJECT"), Refusal.MACROS),
        (documents.pdf() + documents.archive(letter=b"SYNTHETIC"), Refusal.TWO_IN_ONE),
        (b" " + documents.pdf(), Refusal.NOT_LISTED),
        (b"From: officer@police.example.org\r\nMIME-Version: 1.0\r\n\r\nSYNTHETIC", Refusal.MESSAGE),
        (b"MZ\x90\x00" + bytes(200), Refusal.NOT_LISTED),
        (b"GIF89a" + bytes(50), Refusal.NOT_LISTED),
        (b"<html>SYNTHETIC</html>", Refusal.NOT_LISTED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.NOT_LISTED),
        (b"{\\rtf1 SYNTHETIC}", Refusal.NOT_LISTED),
        (b"SYNTHETIC", Refusal.NOT_LISTED),
        (b"", Refusal.NOT_LISTED),
    ],
)
def test_content_alone_says_what_something_is(data: bytes, kind: Media | Refusal, reader: ConfinedReader) -> None:
    assert reader.kind_of(data) is kind
