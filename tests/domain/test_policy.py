"""A procedure that could not run is refused before it runs; a form lets nothing identifying into history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import DeliveryPolicy
from domain.errors import Code, HoldfastError
from domain.gates import Ladder
from domain.incident import compressed
from domain.people import Role
from domain.policy import (
    FieldKind,
    FollowUp,
    FormField,
    Procedure,
    ReviewPolicy,
    TaskPolicy,
    check_form,
    checked,
    facts_of,
    procedure_faults,
)
from tests.domain.parts import CALL_BACK, INTAKE, PROCEDURE, RELEASE, ladder, minutes

ANSWERS: dict[str, object] = {
    "account": "acct-synthetic-001",
    "requester_email": "Desk.Sergeant@Police.Northfield.Example.Org",
    "category": "violence",
    "data_wanted": ["ip", "email"],
    "narrative": "SYNTHETIC narrative",
}


def _task(**changes: Any) -> TaskPolicy:
    return CALL_BACK.model_copy(update={"name": "other", "records_as": "", **changes})


def _review(**changes: TaskPolicy) -> ReviewPolicy:
    names = ("privilege", "facilitate", "collect", "act", "sign_off")
    drawn = {name: _task(name=f"review-{name}", excludes=()) for name in names}
    return ReviewPolicy(**{**drawn, **changes})


NEVER_AGAIN = ladder((0, (Role.LE_SPECIALIST,)), again=0)
BACKWARDS = ladder((0, (Role.LE_SPECIALIST,)), (9, (Role.LEGAL,)), (5, (Role.LEGAL,)))


def test_a_sound_procedure_has_no_fault_and_is_itself() -> None:
    sound = PROCEDURE.model_copy(update={"review": _review(), "follow_ups": (_follow_up(),)})
    assert procedure_faults(sound) == []
    assert checked(sound) is sound


def _follow_up(**changes: Any) -> FollowUp:
    return FollowUp(name="day", after=timedelta(days=1), task=_task(**changes))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"gates": (RELEASE.model_copy(update={"reasons": ()}),)}, "release: a denial needs reason codes"),
        ({"gates": (RELEASE, RELEASE)}, "release: two things have this name"),
        ({"tasks": (CALL_BACK, CALL_BACK)}, "call-back: two things have this name"),
        ({"tasks": (CALL_BACK, _task(name="release"))}, "release: two things have this name"),
        ({"follow_ups": (_follow_up(name="call-back"),)}, "call-back: two things have this name"),
        ({"tasks": (), "follow_ups": ()}, "release: nobody is ever recorded as 'verifier'"),
        ({"tasks": (CALL_BACK, _task(roles=(Role.WELLBEING,)))}, "other: nobody who may do this is ever called"),
        ({"follow_ups": (_follow_up(roles=(Role.WELLBEING,)),)}, "other: nobody who may do this is ever called"),
        ({"owner": Ladder(rungs=())}, "owner: somebody must be called"),
        ({"interventions": Ladder(rungs=())}, "interventions: somebody must be called"),
        # A ladder that calls again after no time at all would never let the case do anything else.
        ({"tasks": (CALL_BACK, _task(ladder=NEVER_AGAIN))}, "other: calling again needs a time"),
        ({"tasks": (CALL_BACK, _task(ladder=BACKWARDS))}, "other: rungs must be called in order"),
        ({"follow_ups": (_follow_up(ladder=NEVER_AGAIN),)}, "other: calling again needs a time"),
        ({"owner": NEVER_AGAIN}, "owner: calling again needs a time"),
        ({"owner": BACKWARDS}, "owner: rungs must be called in order"),
        ({"interventions": NEVER_AGAIN}, "interventions: calling again needs a time"),
        ({"review": _review(act=_task(ladder=NEVER_AGAIN))}, "other: calling again needs a time"),
        ({"review": _review(act=_task(roles=(Role.WELLBEING,)))}, "other: nobody who may do this is ever called"),
        ({"tasks": (CALL_BACK, _task(excludes=("nobody",)))}, "other: nobody is ever recorded as 'nobody'"),
        # The ids of its cases could be made, but never read back.
        ({"prefix": "syn"}, "prefix: two to five capital letters begin a case id"),
        ({"prefix": "S"}, "prefix: two to five capital letters begin a case id"),
        ({"prefix": "S-Y"}, "prefix: two to five capital letters begin a case id"),
        ({"intake": (*INTAKE, INTAKE[0])}, "account: two fields of the intake have this name"),
        (
            {"tasks": (CALL_BACK, _task(form=(FormField(name="who", label="Who", identifying=True),)))},
            "other/who: what a task answers enters history, so it may not identify anybody",
        ),
    ],
)
def test_each_way_a_procedure_is_unsound_is_named(changes: dict[str, Any], fault: str) -> None:
    unsound = PROCEDURE.model_copy(update=changes)
    assert any(each.startswith(fault) for each in procedure_faults(unsound)), procedure_faults(unsound)
    with pytest.raises(HoldfastError) as caught:
        checked(unsound)
    assert caught.value.code is Code.BROKEN_CONFIGURATION
    assert "synthetic" in caught.value.detail


def test_gates_and_tasks_are_found_by_name_and_others_are_an_error() -> None:
    assert PROCEDURE.gate("release") is RELEASE
    assert PROCEDURE.gate("stand-down") is PROCEDURE.stand_down
    assert PROCEDURE.task("call-back") is CALL_BACK
    for find in (PROCEDURE.gate, PROCEDURE.task):
        with pytest.raises(HoldfastError) as caught:
            find("no-such-name")
        assert caught.value.code is Code.INVALID


# -- forms --------------------------------------------------------------------------------------------------


def test_a_form_filled_in_as_asked_has_no_problem() -> None:
    assert check_form(INTAKE, ANSWERS) == []


@pytest.mark.parametrize(
    ("kind", "empty"),
    [(kind, empty) for kind in FieldKind for empty in (None, "")] + [(FieldKind.LIST, ()), (FieldKind.LIST, [])],
)
def test_an_empty_answer_is_missing_only_where_one_is_required(kind: FieldKind, empty: object) -> None:
    asked = FormField(name="field", label="Field", kind=kind, choices=("a",), required=True)
    assert asked.problem(empty) == "field is required"
    assert asked.model_copy(update={"required": False}).problem(empty) == ""


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (FieldKind.TEXT, ["x"], [1, True, ["x"], [], ()]),
        (FieldKind.PHONE, ["+1-202-555-0143"], [12025550143]),
        (FieldKind.ACCOUNT, ["acct-synthetic-001"], [1]),
        (FieldKind.CHOICE, ["a", "b"], ["c", "A", 1, ["a"]]),
        (FieldKind.BOOL, [True, False], ["true", 1, 0]),
        (FieldKind.NUMBER, [0, 7, -1], ["7", 7.5, True]),
        (FieldKind.LIST, [["a"], ("a", "b")], ["a", ["c"], [1], {"a": 1}]),
        (FieldKind.EMAIL, ["x@example.org"], ["x", "x@example", "x@@example.org", "x y@example.org", 1]),
    ],
)
def test_each_kind_of_field_takes_its_own_and_nothing_else(
    kind: FieldKind, right: list[object], wrong: list[object]
) -> None:
    asked = FormField(name="field", label="Field", kind=kind, choices=("a", "b"), required=True)
    assert [asked.problem(each) for each in right] == [""] * len(right)
    assert all(asked.problem(each).startswith("field must be") for each in wrong)


def test_a_list_without_choices_takes_any_words() -> None:
    assert FormField(name="field", label="Field", kind=FieldKind.LIST).problem(["anything"]) == ""


def test_a_field_that_nobody_asked_for_is_a_problem() -> None:
    assert check_form(INTAKE, {**ANSWERS, "nickname": "x"}) == ["nickname is not a field here"]


values = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)


@given(st.sampled_from(list(FieldKind)), st.text("SECRET-", min_size=7, max_size=20))
def test_a_problem_names_the_field_and_never_the_value(kind: FieldKind, value: str) -> None:
    asked = FormField(name="field", label="Field", kind=kind, choices=("a", "b"))
    assert value not in asked.problem(value)


# -- facts --------------------------------------------------------------------------------------------------


def test_facts_are_the_answers_that_identify_nobody() -> None:
    assert facts_of(INTAKE, ANSWERS) == {
        "account": "acct-synthetic-001",
        "requester_domain": "police.northfield.example.org",
        "category": "violence",
        "data_wanted": ("ip", "email"),
    }


forms = st.lists(
    st.builds(
        FormField,
        name=st.sampled_from(["one", "two", "three_email", "email"]),
        label=st.just("Label"),
        kind=st.sampled_from(list(FieldKind)),
        identifying=st.booleans(),
    ),
    unique_by=lambda field: field.name,
    max_size=4,
)


@given(forms, st.data())
def test_no_identifying_answer_ever_becomes_a_fact(form: list[FormField], data: st.DataObject) -> None:
    answers: dict[str, Any] = {field.name: data.draw(values | st.emails()) for field in form}
    secret = {field.name for field in form if field.identifying}
    for name, fact in facts_of(tuple(form), answers).items():
        if name in answers and name not in secret:
            assert fact == (tuple(answers[name]) if isinstance(answers[name], list) else answers[name])
            continue
        mailed = [str(answers[each]) for each in secret if "@" in str(answers[each])]
        assert any(mail.rpartition("@")[2].strip().lower() == fact for mail in mailed)


def test_what_is_no_mail_address_leaves_nothing_of_itself_in_the_facts() -> None:
    assert facts_of(INTAKE, {**ANSWERS, "requester_email": "SYNTHETIC Person, 555-0143"}).keys() == {
        "account",
        "category",
        "data_wanted",
    }


# -- drills -------------------------------------------------------------------------------------------------


def test_a_compressed_procedure_is_the_same_but_for_its_patience() -> None:
    full = PROCEDURE.model_copy(update={"review": _review(), "follow_ups": (_follow_up(give_up=minutes(30)),)})
    shorter = compressed(full, 1 / 60)
    assert shorter.gates[0].ladder.rungs[1].after == timedelta(seconds=5)
    assert shorter.gates[0].ladder.again == timedelta(seconds=15)
    assert shorter.gates[1].ratify_within == timedelta(minutes=1)
    assert shorter.gates[0].ratify_within is None
    assert shorter.owner.rungs[1].after == timedelta(seconds=5)
    assert shorter.follow_ups[0].after == timedelta(minutes=24)
    assert shorter.follow_ups[0].task.give_up == timedelta(seconds=30)
    assert shorter.review is not None
    assert shorter.review.act.ladder.again == timedelta(seconds=15)
    assert procedure_faults(shorter) == []
    assert compressed(shorter, 60) == full


def test_a_compressed_procedure_watches_an_opened_package_as_often_as_its_portal_keeps_it() -> None:
    full = PROCEDURE.model_copy(update={"delivery": DeliveryPolicy()})
    paced = compressed(full, 1 / 60).delivery
    assert paced is not None
    assert paced.recall_after == timedelta(minutes=4)
    assert paced.after_opening == DeliveryPolicy().after_opening


def test_the_whole_procedure_at_full_length_is_unchanged() -> None:
    assert compressed(PROCEDURE, 1.0) == PROCEDURE
    assert isinstance(compressed(PROCEDURE, 0.5), Procedure)
