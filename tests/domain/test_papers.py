"""What was handed in travels whole and shows nothing of itself; what came of it is said in codes alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.attachments import LIMITS, SENTENCES, SUSPICIOUS, Accepted, Declined, Examined, Media, Refusal, Sealed
from domain.document_checks import Sign, Signal
from domain.evidence import EvidenceKind, EvidenceRef
from domain.papers import HIT, Papers, suspicious
from domain.uploads import LONGEST_NAME, Upload, plain_name, unfit

REF = EvidenceRef(id="0" * 24, kind=EvidenceKind.READING, sha256="0" * 64, size=1)
READ = Accepted(
    media=Media.PDF,
    pages=(),
    reading=REF,
    signals=(Signal(sign=Sign.PRESSURE, about="haste"), Signal(sign=Sign.CASE_NUMBER)),
)


def examined(result: Accepted | Declined | Sealed) -> Examined:
    return Examined(original=REF, result=result)


@given(st.binary(max_size=200), st.text(max_size=LONGEST_NAME))
def test_an_upload_travels_as_text_and_arrives_as_it_was(data: bytes, name: str) -> None:
    sent = Upload(data=data, name=plain_name(name))
    assert Upload.model_validate_json(sent.model_dump_json()) == sent
    assert Upload.model_validate(sent.model_dump(mode="json")) == sent


@given(st.text())
def test_a_name_is_kept_short_and_can_be_written_down_whatever_it_was(name: str) -> None:
    kept = plain_name(name)
    assert len(kept) <= LONGEST_NAME
    assert "\x00" not in kept
    Upload(data=b"SYNTHETIC", name=kept).model_dump_json()


def test_neither_bytes_nor_name_show_in_what_is_printed_or_refused() -> None:
    assert "SYNTHETIC" not in repr(Upload(data=b"SYNTHETIC", name="SYNTHETIC.pdf"))
    with pytest.raises(ValidationError) as refused:
        Upload.model_validate({"data": "SYNTHETIC, and no base64", "name": "a"})
    assert "SYNTHETIC" not in str(refused.value)


def test_what_is_not_taken_is_refused_by_its_number_and_a_sentence() -> None:
    good = Upload(data=b"SYNTHETIC")
    assert unfit([good] * LIMITS.attachments) == ""
    assert unfit([good] * (LIMITS.attachments + 1)).endswith(SENTENCES[Refusal.TOO_MANY])
    assert unfit([good, Upload(data=b"")]) == f"attachment 2: {SENTENCES[Refusal.EMPTY]}"


def test_each_attachment_is_a_finding_by_its_number_in_codes() -> None:
    papers = Papers(
        examined=(examined(READ), examined(Declined(code=Refusal.MACROS)), examined(Sealed(record=REF)), examined(READ))
    )
    assert [(each.about, each.verdict, each.because) for each in papers.findings[:3]] == [
        ("attachment-1", "accepted", ("pdf", "pressure-haste", "case-number")),
        ("attachment-2", "refused", ("macros",)),
        ("attachment-3", "sealed", (HIT,)),
    ]
    assert papers.signals == READ.signals, "each once"
    assert papers.about == {"attachments": 4, "to-read": 2, "refused": 1, "sealed": 1}


@pytest.mark.parametrize("code", list(Refusal))
def test_only_what_somebody_built_to_do_harm_is_suspicious(code: Refusal) -> None:
    assert suspicious(examined(Declined(code=code))) == (code if code in SUSPICIOUS else None)
    assert suspicious(examined(READ)) is None
