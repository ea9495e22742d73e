"""Ladders climb without gaps, and a gate that breaks its family is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gates import SILENCE, AtTheEnd, Family, Gate, Ladder, Rung, Seat, gate_faults
from domain.people import Role
from tests.domain.parts import ALONE, HIDE, PROTECT, RELEASE, STAND_DOWN, ladder, minutes

spans = st.timedeltas(timedelta(microseconds=1), timedelta(days=30))


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    after, rungs = timedelta(0), []
    for gap in [timedelta(0), *draw(st.lists(spans, max_size=4))]:
        after += gap
        rungs.append(Rung(after=after, page=(Role.LEGAL,)))
    return Ladder(rungs=tuple(rungs), again=draw(spans))


@given(ladders(), st.integers(0, 100_000))
def test_a_rung_is_due_at_its_time_and_not_a_moment_before(climbed: Ladder, index: int) -> None:
    at = climbed.at(index)
    assert climbed.due(at) == index + 1
    assert climbed.due(at - timedelta(microseconds=1)) == index


@given(ladders(), st.integers(0, 50))
def test_rungs_come_one_after_the_other(climbed: Ladder, index: int) -> None:
    assert climbed.at(index) < climbed.at(index + 1)


@given(ladders(), st.integers(0, 50))
def test_after_the_last_rung_it_is_called_again_and_again(climbed: Ladder, more: int) -> None:
    last = len(climbed.rungs) - 1
    assert climbed.rung(last + more) is climbed.rungs[last]
    assert climbed.at(last + more) == climbed.rungs[last].after + climbed.again * more


def test_a_ladder_of_three_as_people_live_it() -> None:
    climbed = ladder((0, (Role.LEGAL,)), (5, (Role.DUTY_MANAGER,)), (10, (Role.EXECUTIVE,)), again=15)
    called = [climbed.due(minutes(after)) for after in (0, 4, 5, 9, 10, 24, 25, 39, 40)]
    assert called == [1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert [climbed.rung(each).page[0] for each in range(5)] == [
        Role.LEGAL,
        Role.DUTY_MANAGER,
        Role.EXECUTIVE,
        Role.EXECUTIVE,
        Role.EXECUTIVE,
    ]


def test_silence_means_something_in_every_family_and_never_that_data_leaves() -> None:
    assert set(SILENCE) == set(Family)
    for family in (Family.DISCLOSE, Family.PROTECT, Family.REFUSE):
        assert SILENCE[family] is AtTheEnd.NOTHING_LEAVES
    assert RELEASE.silence is AtTheEnd.NOTHING_LEAVES
    assert HIDE.silence is AtTheEnd.STAYS


@pytest.mark.parametrize("gate", [RELEASE, PROTECT, HIDE, STAND_DOWN], ids=lambda gate: gate.name)
def test_a_sound_gate_has_no_fault(gate: Gate) -> None:
    assert gate_faults(gate) == []


REFUSAL = RELEASE.model_copy(update={"name": "refuse", "family": Family.REFUSE, "excludes": ()})
_lead = RELEASE.seats[1]
_first, _second, _third = PROTECT.ladder.rungs


def _climbing(*rungs: Rung) -> dict[str, Any]:
    return {"ladder": Ladder(rungs=rungs)}


@pytest.mark.parametrize(
    ("gate", "changes", "fault"),
    [
        (HIDE, {"seats": ()}, "a gate needs at least one seat"),
        (HIDE, {"seats": (*HIDE.seats, Seat(name="empty", roles=()))}, "a seat needs roles"),
        (HIDE, {"seats": (Seat(name="lead", roles=(Role.WELLBEING,)),)}, "nobody who may sit here is ever called"),
        (HIDE, {"ladder": ladder((1, (Role.DUTY_MANAGER,)))}, "the first rung must be called at once"),
        (HIDE, {"ladder": ladder(*((m, (Role.DUTY_MANAGER,)) for m in (0, 9, 5)))}, "rungs must be called in order"),
        (HIDE, {"ladder": ladder(*((m, (Role.DUTY_MANAGER,)) for m in (0, 5, 5)))}, "rungs must be called in order"),
        (HIDE, {"ladder": ladder((0, (Role.DUTY_MANAGER,)), again=0)}, "calling again needs a time"),
        (HIDE, {"ratify_within": None}, "what was done at once must be ratified"),
        (RELEASE, {"seats": (_lead,)}, "disclose needs two people on every rung"),
        (PROTECT, {"seats": PROTECT.seats[:1]}, "protect needs two people on every rung"),
        (REFUSAL, {"seats": (_lead,)}, "refuse needs two people on every rung"),
        (RELEASE, {"excludes": ("requester",)}, "who verified may not decide"),
        (PROTECT, {"excludes": ()}, "who verified may not decide"),
        (RELEASE, {"seats": (RELEASE.seats[0], RELEASE.seats[0])}, "one seat must be legal's or the duty manager's"),
        (RELEASE, {"reasons": ()}, "a denial needs reason codes"),
        (REFUSAL, {"reasons": ()}, "a denial needs reason codes"),
        (PROTECT, _climbing(_first, _second.model_copy(update={"alone": ALONE}), _third), "before the third rung"),
        (
            PROTECT,
            _climbing(_first, _second, _third.model_copy(update={"alone": (Role.DUTY_MANAGER,)})),
            "only legal, general counsel's delegate or an executive may decide alone",
        ),
        (PROTECT, {"ratify_within": None}, "a decision taken alone must be ratified"),
        (
            STAND_DOWN,
            _climbing(Rung(after=minutes(0), page=(Role.DUTY_MANAGER, Role.LEGAL), alone=(Role.LEGAL,))),
            "only PROTECT may be decided alone",
        ),
        (
            RELEASE,
            _climbing(*(each.model_copy(update={"alone": (Role.LEGAL,)}) for each in RELEASE.ladder.rungs)),
            "only PROTECT may be decided alone",
        ),
    ],
)
def test_each_way_to_break_a_family_is_one_named_fault(gate: Gate, changes: dict[str, Any], fault: str) -> None:
    faults = gate_faults(gate.model_copy(update=changes))
    assert len(faults) == 1, faults
    assert fault in faults[0]
    assert faults[0].startswith(gate.name)


def test_a_gate_without_rungs_is_reported_and_not_a_crash() -> None:
    faults = gate_faults(RELEASE.model_copy(update={"ladder": Ladder(rungs=())}))
    assert "release: somebody must be called" in faults


def test_a_gate_is_reported_with_all_its_faults_at_once() -> None:
    faults = gate_faults(RELEASE.model_copy(update={"seats": RELEASE.seats[:1], "excludes": (), "reasons": ()}))
    assert len(faults) == 4
