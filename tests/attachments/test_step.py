"""The step with the real reader, a real list and a real vault: what is kept, what is sealed, what never happens."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.attachments import Attachments, ExamineAttachment
from activities.step import Place
from domain.attachments import Accepted, Declined, Examined, Hit, Refusal, Sealed
from domain.document_checks import Reading, Sign, Signal
from domain.effects import Leave, ways_out
from domain.evidence import EvidenceKind, EvidenceRef
from domain.outside import HashList
from integrations.attachments import sniffing
from integrations.attachments.hash_list import HashListFile
from integrations.attachments.reader import ConfinedReader
from integrations.vault.files import FileVault
from tests.attachments import documents
from tests.attachments.conftest import KNOWN

CASE = "EDR-7K3QX-9VD42"
PLACE = Place(case=CASE, key="investigate/attachment/1", at=datetime(2026, 3, 1, tzinfo=UTC))


class Untouchable:
    """A reader that must not be asked."""

    def kind_of(self, data: bytes) -> Any:
        raise AssertionError("it was looked at")

    async def draw(self, data: bytes, media: Any, known: HashList) -> Any:
        raise AssertionError("it was drawn")


async def sent(vault: FileVault, data: bytes) -> EvidenceRef:
    return await vault.put(CASE, EvidenceKind.ATTACHMENT, data, name="attachment/1")


async def examined(steps: Attachments, ref: EvidenceRef, country: str = "US") -> Examined:
    given = ExamineAttachment(place=PLACE, attachment=ref, country=country)
    answer: Examined = await ActivityEnvironment().run(steps.examine, given)
    assert answer.original == ref
    return answer


async def test_pages_text_and_reading_are_kept_and_only_codes_come_back(
    vault: FileVault, known: HashListFile, reader: ConfinedReader
) -> None:
    answer = await examined(Attachments(vault, known, reader), await sent(vault, documents.pdf()))
    result = answer.result
    assert isinstance(result, Accepted)
    (page,) = result.pages
    assert page.image.kind is EvidenceKind.PAGE
    assert (await vault.get(CASE, page.image)).startswith(b"\x89PNG")
    assert result.text is not None
    assert "18 U.S.C. 2702(c)(4)" in (await vault.get(CASE, result.text)).decode()
    assert Signal(sign=Sign.STATUTE_FITS, about="US") in result.signals
    assert Signal(sign=Sign.CASE_NUMBER) in result.signals
    reading = Reading.model_validate_json(await vault.get(CASE, result.reading))
    quoted = {each.value for each in reading.never_call}
    assert {"+1 202 555 0143", "officer@police.example.org"} <= quoted
    assert result.never_call == len(reading.never_call)
    said = answer.model_dump_json()
    assert not [each for each in (*quoted, "SYNTHETIC", "2026-004417") if each in said]


async def test_a_known_file_is_sealed_before_anything_looks_at_it(vault: FileVault, known: HashListFile) -> None:
    answer = await examined(Attachments(vault, known, Untouchable()), await sent(vault, KNOWN))
    assert isinstance(answer.result, Sealed)
    assert answer.result.must_open == "child_safety"
    assert answer.result.viewed is False
    record = Hit.model_validate_json(await vault.get(CASE, answer.result.record))
    assert (record.list_name, record.label, record.algorithm) == ("SYNTHETIC list", "SYNTHETIC-1", "sha256")
    assert not [each for each in await vault.documents(CASE) if each.kind is EvidenceKind.PAGE]


async def test_a_document_with_a_known_picture_is_sealed_and_none_of_its_pages_exists(
    vault: FileVault, list_file: Path, reader: ConfinedReader
) -> None:
    inside = documents.picture()
    list_file.write_text(f"sha256 {hashlib.sha256(inside).hexdigest()} SYNTHETIC-2\n")
    steps = Attachments(vault, HashListFile(list_file, "SYNTHETIC list"), reader)
    answer = await examined(steps, await sent(vault, documents.pdf(picture=inside)))
    assert isinstance(answer.result, Sealed)
    kinds = {each.kind for each in await vault.documents(CASE)}
    assert kinds == {EvidenceKind.ATTACHMENT, EvidenceKind.EXAMINATION}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Refusal.EMPTY),
        (bytes(25 * 1024 * 1024 + 1), Refusal.TOO_LARGE),
        (documents.archive(letter=b"SYNTHETIC"), Refusal.ARCHIVE),
    ],
)
async def test_what_the_first_look_refuses_is_never_drawn(
    data: bytes, code: Refusal, vault: FileVault, known: HashListFile
) -> None:
    class Sniffs(Untouchable):
        def kind_of(self, data: bytes) -> Any:
            return sniffing.kind_of(data)

    answer = await examined(Attachments(vault, known, Sniffs()), await sent(vault, data))
    assert answer.result == Declined(code=code)


async def test_a_retried_step_answers_what_was_found_first(
    vault: FileVault, known: HashListFile, reader: ConfinedReader
) -> None:
    ref = await sent(vault, documents.pdf())
    first = await examined(Attachments(vault, known, reader), ref)
    kept = await vault.documents(CASE)
    assert await examined(Attachments(vault, known, Untouchable()), ref) == first
    assert await vault.documents(CASE) == kept


async def test_a_try_that_was_cut_short_is_finished_by_the_next(
    vault: FileVault, known: HashListFile, reader: ConfinedReader
) -> None:
    """Another version of the reader may draw the same page a little otherwise."""
    ref = await sent(vault, documents.pdf())
    await vault.put(CASE, EvidenceKind.PAGE, b"SYNTHETIC", name=f"attachment/{ref.id}/page/1")
    answer = await examined(Attachments(vault, known, reader), ref)
    assert isinstance(answer.result, Accepted)
    assert (await vault.get(CASE, answer.result.pages[0].image)).startswith(b"\x89PNG")


async def test_without_a_hash_list_nothing_is_looked_at_and_a_person_is_asked(vault: FileVault, tmp_path: Path) -> None:
    steps = Attachments(vault, HashListFile(tmp_path / "nowhere", "SYNTHETIC list"), Untouchable())
    with pytest.raises(ApplicationError) as refused:
        await examined(steps, await sent(vault, documents.pdf()))
    assert refused.value.type == "broken-configuration"
    assert refused.value.non_retryable, "it opens an intervention"


async def test_only_attachments_are_examined(vault: FileVault, known: HashListFile) -> None:
    other = await vault.put(CASE, EvidenceKind.INTAKE, b"SYNTHETIC", name="intake")
    with pytest.raises(ApplicationError) as refused:
        await examined(Attachments(vault, known, Untouchable()), other)
    assert refused.value.type == "invalid"


def test_nobody_examines_by_hand_and_skipping_is_a_refusal() -> None:
    ways = ways_out(ExamineAttachment.EFFECT, ExamineAttachment.REMEDIES)
    assert ways["by-hand"] is Leave.NEVER
    ref = EvidenceRef(id="0" * 24, kind=EvidenceKind.ATTACHMENT, sha256="0" * 64, size=1)
    skipped = ExamineAttachment(attachment=ref).skipped()
    assert skipped is not None
    assert skipped.result == Declined(code=Refusal.NOT_EXAMINED)
