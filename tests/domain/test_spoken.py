"""A code that is read out on a bad line, typed by somebody in a hurry, and guessed by nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spoken import fits, hashed_code, heard, spelled


@given(st.binary(min_size=8, max_size=32))
def test_a_code_is_eight_symbols_that_sound_and_look_apart(raw: bytes) -> None:
    code = spelled(raw)
    assert len(code.replace("-", "")) == 8
    assert not set(code) & set("ILOU")
    assert heard(f" {code.lower().replace('1', 'l').replace('0', 'o').replace('-', ' ')} ") == heard(code)


def test_every_symbol_is_as_likely_as_every_other() -> None:
    symbols = [spelled(bytes([each]) * 8)[0] for each in range(256)]
    assert {symbols.count(each) for each in symbols} == {8}


def test_too_little_chance_is_no_code() -> None:
    with pytest.raises(ValueError, match="eight"):
        spelled(b"1234567")


def test_only_the_code_fits_and_its_hash_is_slow_and_salted() -> None:
    known = hashed_code("7K3Q-X9VD", b"salt of sixteen.")
    assert fits("7k3q x9vd", known)
    assert not fits("7K3Q-X9VE", known)
    assert not fits("", known)
    assert hashed_code("7K3Q-X9VD", b"another of those").hash != known.hash
    assert known.n * known.r * 128 >= 16 * 1024 * 1024  # bytes of memory for one try
