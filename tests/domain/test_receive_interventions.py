"""A failed step has three ways out: open to one person, to two who choose the same, or to nobody."""

from __future__ import annotations

from itertools import product

import pytest

from domain.acts import Act, ByHand, Retry, Skip
from domain.effects import NEVER_BY_HAND, NEVER_SKIPPED, Effect, Leave, Remedies
from domain.errors import Code
from domain.state import InterventionRecord, Status
from domain.timeline import Kind
from tests.domain.parts import FREE, NOW, evidence, heard, intervention, refused, say, state

WAYS: dict[str, tuple[Act, Status]] = {
    "retry": (Retry(), Status.RETRY),
    "by_hand": (ByHand(result={"id": "x"}, artefact=evidence()), Status.BY_HAND),
    "skip": (Skip(code="not-needed"), Status.SKIPPED),
}
TWO = Remedies(retry=Leave.SECOND, by_hand=Leave.SECOND, skip=Leave.SECOND)


def after(record: InterventionRecord, *choices: tuple[str, Act]) -> InterventionRecord:
    now = state(record)
    for number, (person, act) in enumerate(choices):
        now = heard(now, say(person, act, record, id=f"{person}:{number}"))
    return now.interventions[record.key]


def forever_closed(way: str, effect: Effect) -> bool:
    return (way == "skip" and effect in NEVER_SKIPPED) or (way == "by_hand" and effect in NEVER_BY_HAND)


@pytest.mark.parametrize(("way", "leave", "effect"), list(product(WAYS, Leave, Effect)))
def test_each_way_out_is_as_open_as_the_step_and_its_effect_allow(way: str, leave: Leave, effect: Effect) -> None:
    record = intervention(effect, FREE.model_copy(update={way: leave}))
    act, ends = WAYS[way]
    if leave is Leave.NEVER or forever_closed(way, effect):
        assert refused(state(record), say("nia", act, record)).code is Code.NOT_ALLOWED
        return
    once = after(record, ("nia", act))
    assert once.status is (ends if leave is Leave.ALLOWED else Status.OPEN)
    if leave is Leave.SECOND:
        assert after(record, ("nia", act), ("hana", act)).status is ends


def test_what_was_done_by_hand_is_the_result_of_the_step() -> None:
    done = after(intervention(), ("nia", ByHand(result={"id": "x"}, artefact=evidence())))
    assert (done.result, done.artefact, done.ended_at) == ({"id": "x"}, evidence(), NOW)


def test_by_hand_needs_its_record() -> None:
    record = intervention()
    assert refused(state(record), say("nia", ByHand(result={"id": "x"}), record)).code is Code.ARTEFACT_REQUIRED


def test_by_hand_must_fit_the_form_of_the_steps_result() -> None:
    record = intervention()
    said = say("nia", ByHand(result={"nonsense": 1}, artefact=evidence()), record)
    assert refused(state(record), said, fits=False).code is Code.INVALID


def test_what_is_never_done_by_hand_is_not_asked_for_its_record_either() -> None:
    record = intervention(Effect.DISCLOSE)
    assert refused(state(record), say("nia", ByHand(), record), fits=False).code is Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Retry(), Skip(code="not-needed")),
        (Skip(code="not-needed"), ByHand(result={"id": "x"}, artefact=evidence())),
        (ByHand(result={"id": "x"}, artefact=evidence()), ByHand(result={"id": "y"}, artefact=evidence())),
    ],
    ids=["retry or skip", "skip or by hand", "another result"],
)
def test_two_people_who_choose_differently_have_not_chosen(first: Act, second: Act) -> None:
    record = after(intervention(remedies=TWO), ("nia", first), ("hana", second))
    assert record.open
    assert {each.person for each in record.choices} == {"nia", "hana"}


def test_two_people_say_the_same_was_done_and_each_may_bring_a_record_of_their_own() -> None:
    mine = ByHand(result={"id": "x"}, artefact=evidence("mine"))
    yours = ByHand(result={"id": "x"}, artefact=evidence("yours"))
    record = after(intervention(remedies=TWO), ("nia", mine), ("hana", yours))
    assert record.status is Status.BY_HAND
    assert {each.artefact for each in record.choices} == {evidence("mine"), evidence("yours")}


def test_one_person_twice_is_not_two() -> None:
    skip = Skip(code="not-needed")
    record = after(intervention(remedies=TWO), ("nia", skip), ("nia", skip))
    assert record.open
    assert [each.person for each in record.choices] == ["nia"]


def test_who_changes_their_mind_no_longer_stands_for_the_first_choice() -> None:
    skip = Skip(code="not-needed")
    record = after(intervention(remedies=TWO), ("nia", skip), ("nia", Retry()), ("hana", skip))
    assert record.open
    assert after(intervention(remedies=TWO), ("nia", skip), ("nia", Retry()), ("hana", Retry())).status is Status.RETRY


def test_a_third_person_may_side_with_either() -> None:
    chosen = (("nia", Retry()), ("hana", Skip(code="not-needed")), ("max", Skip(code="not-needed")))
    assert after(intervention(remedies=TWO), *chosen).status is Status.SKIPPED


def test_a_choice_that_waits_for_a_second_person_is_noted_and_the_last_one_ends_it() -> None:
    record = intervention(remedies=TWO)
    act = WAYS["by_hand"][0]
    now = heard(state(record), say("nia", act, record), say("hana", act, record))
    assert [(each.kind, each.who, each.code, each.evidence) for each in now.pending] == [
        (Kind.DECISION, "nia", "by-hand", (evidence(),)),
        (Kind.INTERVENTION_ENDED, "hana", "by-hand", (evidence(),)),
    ]


def test_who_is_excluded_from_the_gate_ahead_is_excluded_here_and_so_is_their_delegate() -> None:
    record = intervention(excluded=("vera", "nia"))
    assert refused(state(record), say("nia", Retry(), record)).code is Code.EXCLUDED
    stand_in = say("hana", Retry(), record)
    delegate = stand_in.model_copy(update={"authority": stand_in.authority.model_copy(update={"delegate_of": "vera"})})
    assert refused(state(record), delegate).code is Code.EXCLUDED


@pytest.mark.parametrize("change", [{"attempt": 2}, {"fault": "transient"}, {"nonce": "intervention-2"}], ids=str)
def test_a_choice_is_for_this_failure_and_not_for_the_next_one(change: dict[str, object]) -> None:
    before, record = intervention(), intervention(**change)  # type: ignore[arg-type]  # fields by name
    assert refused(state(record), say("nia", Retry(), before)).code is Code.STALE
