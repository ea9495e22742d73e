"""How near it is, what makes the review look closer, and which crisis lines are shown to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Facts
from domain.assessing import RULES, declared_severity
from domain.crisis import INTERNATIONAL, LINES, resources
from domain.errors import Code, HoldfastError
from domain.gates import Family, Gate, Seat
from domain.people import Role
from domain.policy import FieldKind, FormField
from domain.selfharm import NAMED, SIGNS, danger_of, is_imminent, review_triggers, self_harm_severity
from domain.severity import Severity
from domain.state import Status
from domain.voting import may_sit
from tests.domain.parts import NOW, gate_record, ladder, state, task_record

FACTS = st.fixed_dictionaries(
    {},
    optional={
        "named": st.lists(st.sampled_from(NAMED), unique=True).map(tuple),
        "signs": st.sampled_from(SIGNS),
        "live": st.booleans(),
        "urged_on": st.booleans(),
        "age": st.sampled_from(("under-13", "16-17", "adult", "unknown")),
    },
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Severity.P0),
        ({"named": ("plan",)}, Severity.P0),
        ({"named": ("time",)}, Severity.P0),
        ({"named": ("place",), "signs": "ideation"}, Severity.P0),
        ({"named": ("none",), "live": True}, Severity.P0),
        ({"named": ("none",), "signs": "attempt"}, Severity.P0),
        ({"named": ("means",), "signs": "ideation"}, Severity.P1),
        ({"named": ("none",), "signs": "intent"}, Severity.P1),
        ({"named": ("none",)}, Severity.P2),
        ({"signs": "ideation"}, Severity.P2),
        ({"signs": "recovery"}, Severity.P3),
        ({"signs": "ideation", "age": "16-17"}, Severity.P1),
        ({"signs": "recovery", "urged_on": True}, Severity.P2),
        ({"signs": "intent", "age": "under-13", "urged_on": True}, Severity.P0),
    ],
)
def test_the_rule_at_each_of_its_borders(facts: Facts, expected: Severity) -> None:
    assert self_harm_severity(facts) is expected
    assert declared_severity("self-harm", facts) is expected


@given(FACTS)
def test_imminent_is_always_gravest_and_a_minor_is_never_less_grave(facts: Facts) -> None:
    found = self_harm_severity(facts)
    assert not is_imminent(facts) or found is Severity.P0
    assert self_harm_severity({**facts, "age": "13-15"}) <= found
    assert self_harm_severity({**facts, "urged_on": True}) <= found


@given(FACTS, st.sampled_from(("plan", "time", "place")))
def test_any_one_of_the_triad_is_imminent_whatever_else_was_said(facts: Facts, one: str) -> None:
    assert is_imminent({**facts, "named": (one,)})


def test_what_the_specialist_saw_replaces_what_was_declared_but_not_who_it_is_about() -> None:
    declared: Facts = {"named": ("plan",), "signs": "attempt", "live": True, "age": "13-15"}
    found = danger_of({"named": ("none",), "signs": "ideation", "alerted": "yes"}, declared, "esc-dara")
    assert (found.imminent, found.severity, found.alerted) == (False, Severity.P1, "yes")
    assert [each.verdict for each in found.findings] == ["not-imminent", "yes"]


def test_a_rule_that_is_not_there_is_named() -> None:
    assert declared_severity("", {}) is Severity.P0
    assert set(RULES) == {"", "self-harm"}
    with pytest.raises(HoldfastError) as caught:
        declared_severity("no-such-rule", {})
    assert caught.value.code is Code.BROKEN_CONFIGURATION


# -- crisis lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "line"), [("US", "988"), ("us", "988"), ("GB", "116 123"), ("IE", "116 123"), ("AU", "13 11 14")]
)
def test_the_line_of_the_country_is_shown(country: str, line: str) -> None:
    found = resources(country, minor=False)
    assert line in found.text
    assert found.place == country.upper()


@given(st.text(max_size=30), st.booleans(), st.text(max_size=5))
def test_nothing_that_anybody_typed_gets_into_the_words(country: str, minor: bool, language: str) -> None:
    known = {resources(each, minor=minor).text for each in ("US", "GB", "AU", "")}
    found = resources(country, minor=minor, language=language)
    assert found.text in known
    assert len(found.language) == 2
    assert found.place in {"US", "GB", "IE", "AU", INTERNATIONAL}


@pytest.mark.parametrize("country", ["", "ZZ", "somewhere", "U"])
def test_a_country_without_a_line_gets_the_international_text(country: str) -> None:
    found = resources(country, minor=True)
    assert found.place == INTERNATIONAL
    assert "by country" in found.text


def test_a_line_that_nobody_verified_is_never_shown() -> None:
    waiting = [each for each in LINES if not each.verified]
    assert {each.name for each in waiting} == {"Childline", "Kids Helpline"}
    assert all(each.source for each in LINES)
    for each in waiting:
        for country in each.countries:
            assert each.contact not in resources(country, minor=True).text
            assert resources(country, minor=True).place == country


@pytest.mark.parametrize("word", ["confiden", "secret", "report", "someone told", "family", "parent"])
def test_the_words_promise_nothing_and_give_nobody_away(word: str) -> None:
    assert word not in resources("US", minor=True).text.lower()


# -- what the review looks at -------------------------------------------------------------------------------


def test_an_ordinary_case_marks_nothing() -> None:
    assert review_triggers(state(facts={"age": "adult"})) == ()


@pytest.mark.parametrize(
    ("result", "code"), [({"outcome": "died"}, "death"), ({"found": "wrong-address"}, "wrong-address")]
)
def test_a_death_and_a_wrong_address_are_marked(result: Facts, code: str) -> None:
    done = task_record(result=result)
    assert review_triggers(state(tasks={done.key: done})) == (code,)


@pytest.mark.parametrize(("before", "minutes", "marked"), [(0, 10, False), (0, 11, True), (8, 2, False), (8, 3, True)])
def test_a_stream_of_more_than_ten_minutes_is_marked(before: int, minutes: int, marked: bool) -> None:
    now = state(facts={"live": True, "minutes_live": before})
    chosen = gate_record()
    chosen = chosen.model_copy(
        update={
            "gate": chosen.gate.model_copy(update={"name": "cut-stream"}),
            "status": Status.DENIED,
            "ended_at": now.declared_at + timedelta(minutes=minutes),
        }
    )
    found = review_triggers(now.with_(gates={chosen.key: chosen}))
    assert found == (("late-stream",) if marked else ())


def test_a_live_stream_about_which_nobody_chose_is_marked() -> None:
    assert review_triggers(state(facts={"live": True})) == ("silent-stream",)
    assert NOW


# -- small rules that it brought ----------------------------------------------------------------------------


def test_a_seat_of_a_choice_opens_to_a_role_when_its_rung_is_called() -> None:
    choice = Gate(
        name="cut-stream",
        family=Family.DEVOLVE,
        title="Cut?",
        press="Cut",
        seats=(Seat(name="chooser", roles=(Role.DUTY_MANAGER, Role.ESCALATION_SPECIALIST)),),
        ladder=ladder((0, (Role.DUTY_MANAGER,)), (3, (Role.ESCALATION_SPECIALIST,))),
    )
    may = {rungs: may_sit(choice, rungs, (Role.ESCALATION_SPECIALIST,)) for rungs in (0, 1, 2, 9)}
    assert may == {0: False, 1: False, 2: True, 9: True}
    assert may_sit(choice, 0, (Role.DUTY_MANAGER,))


@pytest.mark.parametrize(
    ("value", "fits"), [("us", True), ("US", True), ("eng", True), ("U", False), ("12", False), ("12 Elm Road", False)]
)
def test_a_code_is_two_or_three_letters_and_never_an_address(value: str, fits: bool) -> None:
    assert (FormField(name="country", label="Country", kind=FieldKind.CODE).problem(value) == "") is fits
