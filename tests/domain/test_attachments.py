"""The rules for what was sent, by example and as properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attachments import (
    LIMITS,
    SENTENCES,
    SUSPICIOUS,
    Declined,
    Examined,
    Refusal,
    digests_of,
    first_look,
    last_look,
    surplus,
)
from domain.evidence import MADE_BY_STEPS, NEVER_OPENED, EvidenceKind, EvidenceRef
from integrations.attachments.sniffing import kind_of

SIZES = st.lists(st.tuples(st.integers(-1, 2**32), st.integers(-1, 2**32)), max_size=30)


def test_every_refusal_has_one_sentence_that_says_what_to_do() -> None:
    assert set(SENTENCES) == set(Refusal)
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert all(each[0].isupper() and each.endswith(".") and len(each) < 120 for each in SENTENCES.values())
    assert set(Refusal) > SUSPICIOUS


@pytest.mark.parametrize(("size", "code"), [(0, Refusal.EMPTY), (1, None), (LIMITS.size, None)])
def test_the_size_is_looked_at_first(size: int, code: Refusal | None) -> None:
    assert first_look(size) is code


@given(st.integers(LIMITS.size + 1, 2**60))
def test_whatever_is_larger_than_the_limit_is_refused(size: int) -> None:
    assert first_look(size) is Refusal.TOO_LARGE


@given(st.integers(0, 1000))
def test_a_request_has_so_many_attachments_and_no_more(count: int) -> None:
    assert (surplus(count) is None) == (count <= LIMITS.attachments)


@given(SIZES, st.integers(0, 2 * LIMITS.characters))
def test_nothing_beyond_a_limit_is_ever_accepted_whatever_a_reader_says(
    sizes: list[tuple[int, int]], characters: int
) -> None:
    if last_look(sizes, characters) is None:
        assert 1 <= len(sizes) <= LIMITS.pages
        assert all(1 <= width * height <= LIMITS.drawn and width > 0 for width, height in sizes)
        assert characters <= LIMITS.characters


@given(
    st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 2000)), min_size=1, max_size=20), st.integers(0, 200_000)
)
def test_whatever_is_within_the_limits_is_accepted(sizes: list[tuple[int, int]], characters: int) -> None:
    assert last_look(sizes, characters) is None


@given(st.binary(max_size=300))
def test_nothing_is_listed_that_does_not_begin_as_what_is_listed(data: bytes) -> None:
    listed = data.startswith((b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))
    assert listed == (not isinstance(kind_of(data), Refusal))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_two_files_have_the_same_hashes_only_if_they_are_the_same(one: bytes, other: bytes) -> None:
    assert (digests_of(one) == digests_of(other)) == (one == other)


def test_an_outcome_is_the_same_after_a_journey() -> None:
    ref = EvidenceRef(id="0" * 24, kind=EvidenceKind.ATTACHMENT, sha256="0" * 64, size=1)
    for code in Refusal:
        given = Examined(original=ref, result=Declined(code=code))
        assert Examined.model_validate_json(given.model_dump_json()) == given


def test_originals_are_opened_by_nobody_and_drawn_by_no_person() -> None:
    assert {EvidenceKind.ATTACHMENT} == NEVER_OPENED
    assert NEVER_OPENED < MADE_BY_STEPS
