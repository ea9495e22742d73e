"""A digest means the same on every machine and in every later version."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.base import Model
from domain.canonical import canonical, digest

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Before(Model):
    name: str
    items: tuple[str, ...] = ()


class After(Before):
    added_later: str = ""


class Bag(Model):
    items: frozenset[str] = frozenset()


class Holder(Model):
    within: dict[str, Any] = {}
    bag: Bag | None = None


@given(plain)
def test_the_canonical_form_loses_nothing(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), plain, max_size=5), st.randoms(use_true_random=False))
def test_the_order_in_which_keys_were_written_does_not_matter(value: dict[str, Any], random: Random) -> None:
    keys = list(value)
    random.shuffle(keys)
    assert digest({key: value[key] for key in keys}) == digest(value)


@given(plain, plain)
def test_two_values_share_a_digest_only_if_they_are_the_same(one: Any, two: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
    assert (digest(one) == digest(two)) is same


def test_a_field_added_later_with_a_default_keeps_old_digests() -> None:
    assert digest(Before(name="x", items=("a",))) == digest(After(name="x", items=("a",)))
    assert digest(After(name="x", added_later="y")) != digest(Before(name="x"))


def test_an_explicit_default_is_no_change() -> None:
    assert digest(Before(name="x", items=())) == digest(Before(name="x"))


@pytest.mark.parametrize(
    "value",
    [
        {"a", "b"},
        frozenset({"a"}),
        [{"a"}],
        {"deep": [{"er": {"a"}}]},
        Bag(items=frozenset({"a", "b"})),
        Holder(bag=Bag(items=frozenset({"a"}))),
        Holder(within={"x": {"a"}}),
        [object()],
    ],
)
def test_what_has_no_one_order_has_no_digest(value: Any) -> None:
    with pytest.raises(TypeError):
        digest(value)


def test_the_canonical_form_is_written_in_the_shortest_way() -> None:
    assert canonical({"b": [1, True], "a": "é"}) == '{"a":"é","b":[1,true]}'.encode()


def test_a_digest_known_today_is_the_digest_for_ever() -> None:
    assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
