"""Acts on the case itself: the owner's seat, facts, notes, standing down."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Amend, AskToStandDown, Note, Take
from domain.errors import Code
from domain.state import Status
from domain.timeline import Kind
from tests.domain.parts import NOW, evidence, heard, refused, say, state


def test_whoever_the_owners_ladder_calls_may_take_the_case() -> None:
    taken = heard(state(), say("hana", Take()))
    assert taken.owner is not None
    assert (taken.owner.person, taken.owner.status, taken.owner.ended_at) == ("hana", Status.DONE, NOW)
    assert (taken.pending[-1].kind, taken.pending[-1].who) == (Kind.OWNER, "hana")


def test_somebody_else_may_take_it_over() -> None:
    taken = heard(state(), say("hana", Take()), say("dara", Take()))
    assert taken.owner is not None
    assert taken.owner.person == "dara"


@pytest.mark.parametrize("person", ["ada", "fay", "nia", "kit"])
def test_nobody_else_takes_it(person: str) -> None:
    assert refused(state(), say(person, Take())).code is Code.NOT_SEATED


def test_a_case_without_an_owners_seat_cannot_be_taken() -> None:
    assert refused(state(owner=None), say("hana", Take())).code is Code.NOT_OPEN


# -- facts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["ada", "dara", "hana"])
def test_facts_are_changed_by_those_who_may_and_the_change_is_noted_without_its_value(person: str) -> None:
    changed = heard(state(), say(person, Amend(facts={"category": "missing-person"}, code="call-back")))
    assert changed.facts == {"account": "acct-synthetic-001", "category": "missing-person"}
    entry = changed.pending[-1]
    assert (entry.kind, entry.who, entry.code, entry.detail) == (
        Kind.AMENDED,
        person,
        "call-back",
        {"fields": "category"},
    )


@pytest.mark.parametrize("person", ["fay", "nia", "kit"])
def test_nobody_else_changes_facts(person: str) -> None:
    assert refused(state(), say(person, Amend(facts={"category": "violence"}))).code is Code.NOT_SEATED


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({}, ""),
        ({"nickname": "SECRET"}, "nickname"),
        ({"narrative": "SECRET"}, "narrative"),
        ({"requester_email": "SECRET@example.org"}, "requester_email"),
        ({"requester_domain": "example.org"}, "requester_domain"),
        ({"category": "SECRET"}, "category"),
        ({"account": ""}, "account"),
        ({"account": 7}, "account"),
        ({"data_wanted": "SECRET"}, "data_wanted"),
        ({"category": "violence", "data_wanted": "SECRET", "account": ""}, "account, data_wanted"),
    ],
    ids=str,
)
def test_what_is_no_fact_of_the_form_is_refused_by_its_name(facts: dict[str, Any], named: str) -> None:
    answer = refused(state(), say("ada", Amend(facts=facts)))
    assert (answer.code, answer.detail) == (Code.INVALID, named)


# -- standing down and notes --------------------------------------------------------------------------------


def test_standing_down_is_asked_for_once_by_somebody_with_a_seat_at_its_gate() -> None:
    asked = heard(state(), say("hana", AskToStandDown(code="false-alarm")))
    assert asked.stand_down_asked == "false-alarm"
    assert asked.status is Status.OPEN
    assert asked.pending[-1].kind is Kind.STANDING_DOWN
    assert refused(asked, say("fay", AskToStandDown(code="again"))).code is Code.NOT_OPEN


def test_asking_without_a_code_is_asking_all_the_same() -> None:
    assert heard(state(), say("hana", AskToStandDown(code=""))).stand_down_asked


@pytest.mark.parametrize("person", ["ada", "dara", "kit", "nia"])
def test_nobody_else_asks_to_stand_down(person: str) -> None:
    assert refused(state(), say(person, AskToStandDown(code="false-alarm"))).code is Code.NOT_SEATED


def test_a_note_is_a_reference_in_the_timeline_and_never_its_text() -> None:
    noted = heard(state(), say("kit", Note(text=evidence("note"))))
    assert [(each.kind, each.evidence) for each in noted.pending] == [(Kind.NOTE, (evidence("note"),))]
    assert noted.facts == state().facts
