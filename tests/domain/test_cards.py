"""Less of the same keeps what was approved; anything else must be asked again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cards import Card, CardItem, Change, Finding, compare
from tests.domain.parts import card

items = st.lists(st.sampled_from("abcd"), min_size=1, max_size=5)


def test_the_same_card_drawn_twice_is_no_change() -> None:
    assert compare(card("a", "b"), card("a", "b")) is Change.NONE


@given(st.lists(st.sampled_from("abcd"), unique=True, min_size=2), st.data())
def test_leaving_items_out_narrows(before: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from(before), unique=True, min_size=1, max_size=len(before) - 1))
    whole = card(*before)
    assert compare(whole, whole.only(frozenset(kept))) is Change.NARROWED


def test_a_card_that_loses_its_last_item_is_asked_anew_because_a_yes_to_something_is_no_yes_to_nothing() -> None:
    assert compare(card("a"), card("a").only(frozenset())) is Change.VOIDED


@given(items, items)
def test_a_card_counts_as_narrowed_only_if_it_holds_nothing_more(before: list[str], after: list[str]) -> None:
    more = any(after.count(each) > before.count(each) for each in after)
    emptied = bool(before) and not after
    assert (compare(card(*before), card(*after)) is Change.VOIDED) is (more or emptied)


CHANGES: list[dict[str, Any]] = [
    {"recipient": "agency-lowmoor"},
    {"recipient_kind": "desk"},
    {"gate": "release-content"},
    {"title": "Another question?"},
    {"press": "Press"},
    {"findings": ()},
    {"findings": (Finding(about="identity", verdict="unconfirmed", by=("vera",)),)},
    {"basis": "another-basis"},
    {"gate_sha256": "0" * 64},
    {"basis_sha256": "0" * 64},
    {"contact_sha256": "0" * 64},
    {"excluded": ()},
    {"excluded": ("vera", "ada")},
    {"items": (CardItem(id="d", label="d", tier="E1"),)},
    {"items": (CardItem(id="a", label="a", tier="E3"),)},
    {"items": (CardItem(id="a", label="a", tier="E1", why="another reason"),)},
    {"items": (CardItem(id="a", label="a", tier="E1", sha256="0" * 64),)},
]


def test_every_field_of_a_card_is_tried_here() -> None:
    assert {name for change in CHANGES for name in change} == set(Card.model_fields)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_any_other_change_voids_even_if_items_are_fewer(change: dict[str, Any]) -> None:
    before = card("a", "b", "c")
    after = before.model_copy(update={"items": before.items[:1], **change})
    assert compare(before, after) is Change.VOIDED


@given(st.lists(st.sampled_from("abcd"), unique=True, min_size=1), st.sets(st.sampled_from("abcdx")))
def test_only_keeps_the_named_items_in_their_order(names: list[str], kept: set[str]) -> None:
    assert [item.id for item in card(*names).only(frozenset(kept)).items] == [each for each in names if each in kept]


def test_the_button_says_what_happens_and_narrowing_changes_the_count_only() -> None:
    whole = card("a", "b", "c")
    assert whole.button == "Release these 3 items to agency-northfield"
    assert whole.only(frozenset("a")).button == "Release these 1 items to agency-northfield"
    assert whole.only(frozenset("a")).press == whole.press


def test_a_card_is_known_by_a_digest_that_later_versions_must_keep() -> None:
    assert card("a").digest == "3f917bf6c2cb9f2e2228d81f01de704d9f9a6cfd13874ef081cf0cfc2059e4fa"


def test_a_card_survives_its_way_through_history() -> None:
    assert Card.model_validate_json(card("a").model_dump_json()).digest == card("a").digest
