"""What we answer says nothing of an account to whoever is not confirmed: not in its words, not in its hour."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.answers import (
    EARLIEST,
    EVERY,
    HOLDING_AFTER,
    OF_WHAT_LEFT,
    TO_ANYBODY,
    TO_CONFIRMED,
    Answer,
    CaseFacts,
    Outward,
    Released,
    answer_digest,
    answer_item,
    answer_of,
    answer_of_item,
    draft,
    leaves_at,
    may_be_sent,
    outward,
    words_of,
)
from domain.canonical import digest
from domain.emergency import Known
from domain.errors import Code, HoldfastError
from domain.incident import Outcome
from domain.letters import LEFT_OUT, Letter
from domain.places import Location
from tests.domain.parts import CASE, NOW
from workflows.parts.releasing import RELEASE, RELEASE_CONTENT

UNCONFIRMED = [each for each in Known if each is not Known.CONFIRMED]
LEFT = Released(
    link="https://portal.example.org/p/1",
    until="2026-03-02T03:00:00Z",
    grounds=("18 USC 2702(c)(4)",),
    left_out=("no-basis", "serves-nothing"),
)
# The endings among which what is known of an account may choose.
CHOSEN = sorted(set(TO_ANYBODY) - {Answer.HOLDING})

facts = st.builds(
    CaseFacts,
    case=st.just(CASE),
    released=st.one_of(
        st.none(),
        st.builds(
            Released,
            link=st.text(max_size=12),
            until=st.text(max_size=12),
            grounds=st.lists(st.text(max_size=8), max_size=2).map(tuple),
            left_out=st.lists(st.sampled_from([*LEFT_OUT, "unheard-of"]), max_size=3).map(tuple),
            opened=st.booleans(),
        ),
    ),
    exists=st.booleans(),
    user=st.sampled_from(Location),
    tiers=st.lists(st.sampled_from(["E1", "E2", "E3"]), unique=True).map(tuple),
    account_state=st.sampled_from(["", "active", "hidden", "disabled", "destroyed"]),
)


def sent(answer: Answer, known: Known, given_facts: CaseFacts) -> bytes:
    words = draft(answer, known, given_facts)
    return f"{words.subject}\n\n{words.text}".encode()


# -- who is not confirmed -----------------------------------------------------------------------------------


@given(one=facts, other=facts)
@example(one=CaseFacts(case=CASE), other=CaseFacts(case=CASE, exists=True, user=Location.EU, released=LEFT))
def test_the_bytes_to_an_unconfirmed_requester_are_the_same_whatever_is_known_of_the_account(
    one: CaseFacts, other: CaseFacts
) -> None:
    for answer, known in product(TO_ANYBODY, UNCONFIRMED):
        assert sent(answer, known, one) == sent(answer, known, other)


@given(one=facts, other=facts)
def test_nor_does_the_outcome_show_in_the_bytes_where_the_account_may_have_chosen_it(
    one: CaseFacts, other: CaseFacts
) -> None:
    every = {sent(answer, known, each) for answer in CHOSEN for known in UNCONFIRMED for each in (one, other)}
    assert len(every) == 1


@pytest.mark.parametrize("known", UNCONFIRMED)
@pytest.mark.parametrize("answer", sorted(set(Answer) - set(TO_ANYBODY)))
def test_what_speaks_of_an_account_has_no_letter_to_an_unconfirmed_requester(answer: Answer, known: Known) -> None:
    assert not may_be_sent(answer, known)
    for call in (
        lambda: draft(answer, known, CaseFacts(case=CASE, released=LEFT)),
        lambda: words_of(answer, known),
        lambda: answer_item(answer, known),
    ):
        with pytest.raises(HoldfastError) as caught:
            call()
        assert caught.value.code is Code.GUARD
        assert CASE not in str(caught.value)


def test_there_are_two_texts_to_unconfirmed_requesters_and_no_more() -> None:
    assert len({digest(each) for each in TO_ANYBODY.values()}) == 2
    assert set(Answer) - set(TO_ANYBODY) == OF_WHAT_LEFT | {Answer.HANDED_OVER, Answer.IMPERSONATED}


@pytest.mark.parametrize("answer", TO_ANYBODY)
def test_a_letter_to_anybody_confirms_nothing_and_names_only_the_case(answer: Answer) -> None:
    words = words_of(answer, Known.UNCONFIRMED)
    assert re.findall(r"\{(\w+)\}", words.subject + words.text) == ["case", "case"]
    assert "says nothing about whether any account or data exists" in words.text
    assert "call the emergency services" in words.text
    telling = r"user|agency|verif|fraud|suspicio|preserv|basis|refus|content|record|law enforcement|country|forward"
    assert re.findall(telling, words.text, re.IGNORECASE) == []


# -- confirmed authorities ----------------------------------------------------------------------------------


@given(one=facts, other=facts)
def test_without_a_release_nothing_of_the_account_reaches_a_confirmed_authority_either(
    one: CaseFacts, other: CaseFacts
) -> None:
    for answer in set(TO_CONFIRMED) - OF_WHAT_LEFT:
        assert sent(answer, Known.CONFIRMED, one) == sent(answer, Known.CONFIRMED, other)


@given(one=facts)
def test_nothing_but_the_case_passes_on_unless_something_left_to_a_confirmed_authority(one: CaseFacts) -> None:
    there = one.model_copy(update={"released": LEFT})
    for answer, known in product(Answer, Known):
        passed = outward(answer, known, there)
        speaks = known is Known.CONFIRMED and answer in OF_WHAT_LEFT
        assert passed == Outward(case=CASE, released=LEFT if speaks else None)


@given(one=facts)
def test_a_letter_of_a_release_is_made_of_the_release_alone(one: CaseFacts) -> None:
    alone, there = CaseFacts(case=CASE, released=LEFT), one.model_copy(update={"released": LEFT})
    for answer in OF_WHAT_LEFT:
        assert sent(answer, Known.CONFIRMED, there) == sent(answer, Known.CONFIRMED, alone)


@pytest.mark.parametrize("answer", Answer)
@pytest.mark.parametrize("known", Known)
def test_every_letter_that_may_be_sent_is_whole(answer: Answer, known: Known) -> None:
    if not may_be_sent(answer, known):
        return
    words = draft(answer, known, CaseFacts(case=CASE, released=LEFT))
    assert not re.search(r"[{}]", words.subject + words.text)
    assert CASE in words.subject
    assert words.text.rstrip().endswith(f"Reference: {CASE}")


def test_a_release_names_link_end_and_ground_and_less_says_why_without_a_field() -> None:
    whole = draft(Answer.RELEASED, Known.CONFIRMED, CaseFacts(case=CASE, released=LEFT)).text
    assert all(each in whole for each in (LEFT.link, LEFT.until, *LEFT.grounds))
    assert "left out" not in whole
    less = draft(Answer.RELEASED_LESS, Known.CONFIRMED, CaseFacts(case=CASE, released=LEFT)).text
    assert [line[2:] for line in less.splitlines() if line.startswith("- ")] == [
        LEFT_OUT["no-basis"],
        LEFT_OUT["serves-nothing"],
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"link": ""}, Code.GUARD),
        ({"until": ""}, Code.GUARD),
        ({"grounds": ()}, Code.GUARD),
        ({"left_out": ("unheard-of",)}, Code.INVALID),
    ],
)
def test_a_release_that_lacks_something_is_not_written_about(change: dict[str, object], code: Code) -> None:
    wrong = CaseFacts(case=CASE, released=LEFT.model_copy(update=change))
    with pytest.raises(HoldfastError) as caught:
        draft(Answer.RELEASED_LESS, Known.CONFIRMED, wrong)
    assert caught.value.code is code


@pytest.mark.parametrize("answer", sorted(OF_WHAT_LEFT))
def test_nobody_is_told_of_a_release_that_never_was(answer: Answer) -> None:
    with pytest.raises(HoldfastError) as caught:
        draft(answer, Known.CONFIRMED, CaseFacts(case=CASE))
    assert caught.value.code is Code.GUARD


def test_a_recall_says_whether_it_came_in_time() -> None:
    late = LEFT.model_copy(update={"opened": True})
    in_time, too_late = (
        draft(Answer.RECALLED, Known.CONFIRMED, CaseFacts(case=CASE, released=each)).text for each in (LEFT, late)
    )
    assert "before anybody opened it" in in_time
    assert "destroy every copy" in too_late


@pytest.mark.parametrize(
    ("outcome", "code", "answer"),
    [
        (Outcome.DISCLOSED, "", Answer.RELEASED),
        (Outcome.REFUSED, "not-an-emergency", Answer.NOT_AN_EMERGENCY),
        (Outcome.REFUSED, "unverified", Answer.UNVERIFIED),
        (Outcome.REFUSED, "no-legal-basis", Answer.NO_LEGAL_BASIS),
        (Outcome.REFUSED, "scope-too-wide", Answer.TOO_WIDE),
        (Outcome.REFUSED, "redirected", Answer.REDIRECTED),
        (Outcome.FRAUD, "fraud", Answer.FRAUD),
        (Outcome.PROTECTED, "", Answer.PROTECTED),
        (Outcome.WITHDRAWN, "", Answer.WITHDRAWN),
        (Outcome.HANDED_OVER, "", Answer.HANDED_OVER),
        (Outcome.STOOD_DOWN, "", None),
        (Outcome.REVIEWED, "", None),
        (Outcome.COMPLETED, "", None),
    ],
)
def test_every_ending_has_its_letter(outcome: Outcome, code: str, answer: Answer | None) -> None:
    assert answer_of(outcome, code) == answer


def test_what_was_left_out_makes_it_another_letter_and_a_refusal_needs_one_of_the_codes() -> None:
    assert answer_of(Outcome.DISCLOSED, left_out=("content",)) is Answer.RELEASED_LESS
    for code in ("", "released", "holding", "unheard-of"):
        with pytest.raises(HoldfastError) as caught:
            answer_of(Outcome.REFUSED, code)
        assert caught.value.code is Code.INVALID


def test_each_reason_with_which_a_release_may_be_denied_has_its_letter() -> None:
    for gate in (RELEASE, RELEASE_CONTENT):
        refused = set(gate.reasons) - {Outcome.WITHDRAWN.value}  # which is an ending of its own
        assert {answer_of(Outcome.REFUSED, code) for code in refused} <= set(TO_ANYBODY)
        assert answer_of(Outcome.WITHDRAWN) in TO_ANYBODY


def test_that_we_called_a_desk_reads_like_a_missing_legal_basis() -> None:
    assert words_of(Answer.PROTECTED, Known.CONFIRMED) == words_of(Answer.NO_LEGAL_BASIS, Known.CONFIRMED)


# -- what is decided on -------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", Known)
@pytest.mark.parametrize("answer", Answer)
def test_an_item_of_a_card_is_found_again_and_binds_its_words(answer: Answer, known: Known) -> None:
    if may_be_sent(answer, known):
        item = answer_item(answer, known)
        assert answer_of_item(item.id) == (answer, known)
        assert item.sha256 == answer_digest(answer, known) == digest(words_of(answer, known))


@pytest.mark.parametrize("item", ["letter:fraud", "answer:fraud", "answer:x:confirmed", "answer:fraud:x", "name", ""])
def test_no_other_item_is_taken_for_an_answer(item: str) -> None:
    assert answer_of_item(item) is None


def test_other_words_have_another_hash() -> None:
    words = words_of(Answer.FRAUD, Known.CONTRADICTED)
    assert digest(words) != digest(Letter(subject=words.subject, text=words.text + " "))


# -- when it leaves -----------------------------------------------------------------------------------------

seconds = st.integers(min_value=-60, max_value=200_000).map(lambda each: NOW + timedelta(seconds=each))


@given(decided=seconds)
def test_a_letter_to_anybody_leaves_at_a_moment_counted_from_the_receipt_alone(decided: datetime) -> None:
    for answer, known in product(TO_ANYBODY, UNCONFIRMED):
        since = leaves_at(answer, known, NOW, decided) - NOW
        assert since >= decided - NOW
        if answer is Answer.HOLDING:
            assert since == HOLDING_AFTER or since % EVERY == timedelta(0)
        else:
            assert since >= EARLIEST
            assert since % EVERY == timedelta(0)
        assert since <= max(EARLIEST, decided - NOW + EVERY)


@given(one=st.integers(0, 1800), other=st.integers(0, 1800), answers=st.lists(st.sampled_from(CHOSEN)))
def test_however_fast_it_was_decided_it_leaves_at_the_same_moment(one: int, other: int, answers: list[Answer]) -> None:
    moments = {
        leaves_at(each, known, NOW, NOW + timedelta(seconds=took))
        for each in (Answer.FRAUD, *answers)
        for known in UNCONFIRMED
        for took in (one, other)
    }
    assert moments == {NOW + EARLIEST}


@given(decided=seconds)
def test_a_confirmed_authority_never_waits(decided: datetime) -> None:
    for answer in TO_CONFIRMED:
        assert leaves_at(answer, Known.CONFIRMED, NOW, decided) == max(decided, NOW)
