"""Ids that leave us: stable for us, meaningless to others, safe to read aloud."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, HoldfastError
from domain.ids import case_id, hashed, outside_key, parse_case_id, spell_case_id

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
prefixes = st.from_regex(r"[A-Z]{2,5}", fullmatch=True)
numbers = st.integers(0, 2**50 - 1)


@given(prefixes, numbers)
def test_spelling_and_parsing_are_inverses(prefix: str, number: int) -> None:
    assert parse_case_id(spell_case_id(prefix, number)) == (prefix, number)


@given(prefixes, st.text())
def test_every_case_id_parses_and_spells_back_to_itself(prefix: str, declare_key: str) -> None:
    made = case_id(KEY, prefix, declare_key)
    assert re.fullmatch(rf"{prefix}-[0-9A-HJKMNP-TV-Z]{{5}}-[0-9A-HJKMNP-TV-Z]{{5}}", made)
    assert spell_case_id(*parse_case_id(made)) == made


@given(prefixes, numbers, st.data())
def test_an_id_is_read_as_people_write_it(prefix: str, number: int, data: st.DataObject) -> None:
    right = spell_case_id(prefix, number)
    head, _, tail = right.partition("-")
    heard = "".join({"0": zero, "1": one}.get(each, each) for each in tail for zero, one in [data.draw(_confused)])
    written = f"  {head}-{heard}\n"
    if data.draw(st.booleans()):
        written = written.lower()
    assert spell_case_id(*parse_case_id(written)) == right


_confused = st.tuples(st.sampled_from("0Oo"), st.sampled_from("1IiLl"))


def test_the_same_declare_key_is_the_same_case() -> None:
    assert case_id(KEY, "EDR", "request-1") == case_id(KEY, "EDR", "request-1")


def test_another_key_another_type_or_another_deployment_is_another_case() -> None:
    made = {case_id(KEY, "EDR", "request-1"), case_id(KEY, "EDR", "request-2"), case_id(OTHER, "EDR", "request-1")}
    assert len(made) == 3
    assert parse_case_id(case_id(KEY, "EDR", "x"))[1] != parse_case_id(case_id(KEY, "CSR", "x"))[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EDR",
        "EDR-",
        "EDR-7K3QX",
        "EDR-7K3QX-9VD4",
        "EDR-7K3QX-9VD422",
        "EDR-7K3QX-9VDU2",
        "E-7K3QX-9VD42",
        "LONGER-7K3QX-9VD42",
        "EDR-7K3QX-9VD42/review",
        "3DR-7K3QX-9VD42",
        "EDR 7K3QX 9VD42",
    ],
)
def test_what_cannot_be_a_case_id_is_answered_as_a_case_that_does_not_exist(text: str) -> None:
    with pytest.raises(HoldfastError) as caught:
        parse_case_id(text)
    assert caught.value.code is Code.UNKNOWN_CASE


@given(st.text())
def test_no_text_makes_the_parser_fail_in_another_way(text: str) -> None:
    code = None
    try:
        read = parse_case_id(text)
    except HoldfastError as error:
        code = error.code
    assert code is Code.UNKNOWN_CASE or parse_case_id(spell_case_id(*read)) == read


def test_an_outside_key_is_the_same_for_every_attempt_and_another_for_every_act() -> None:
    first = outside_key(KEY, "EDR-7K3QX-9VD42", "notify/deliver/1")
    assert first == outside_key(KEY, "EDR-7K3QX-9VD42", "notify/deliver/1")
    assert re.fullmatch("[0-9a-f]{32}", first)
    others = {
        outside_key(KEY, "EDR-7K3QX-9VD42", "notify/deliver/2"),
        outside_key(KEY, "EDR-7K3QX-9VD43", "notify/deliver/1"),
        outside_key(OTHER, "EDR-7K3QX-9VD42", "notify/deliver/1"),
    }
    assert len(others) == 3
    assert first not in others


def test_a_hashed_id_depends_on_every_part_and_on_where_one_ends() -> None:
    made = {hashed(KEY, "ab", "c"), hashed(KEY, "a", "bc"), hashed(KEY, "abc"), hashed(OTHER, "ab", "c")}
    assert len(made) == 4
    assert all(re.fullmatch("[0-9a-f]{24}", each) for each in made)
    assert hashed(KEY, "ab", "c") == hashed(KEY, "ab", "c")
