"""DEVOLVE: acting and not acting may both harm, so one person chooses with a reason and others ratify it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.gates import Family, Gate, Seat, gate_faults
from domain.people import Role
from tests.domain.parts import ladder

CUT = Gate(
    name="cut-stream",
    family=Family.DEVOLVE,
    title="Cut the stream?",
    press="Cut the stream",
    seats=(Seat(name="responder", roles=(Role.ESCALATION_SPECIALIST, Role.DUTY_MANAGER)),),
    ladder=ladder((0, (Role.ESCALATION_SPECIALIST, Role.DUTY_MANAGER))),
    because=("act-under-way",),
    reasons=("keeps-contact",),
    ratify=(Seat(name="lead", roles=(Role.DUTY_MANAGER,)),),
    ratify_within=timedelta(minutes=60),
)


def test_a_sound_choice_has_no_fault() -> None:
    assert gate_faults(CUT) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"seats": (*CUT.seats, Seat(name="second", roles=(Role.DUTY_MANAGER,)))},
        {"because": ()},
        {"reasons": ()},
        {"ratify": ()},
        {"ratify_within": None},
    ],
    ids=lambda each: next(iter(each)),
)
def test_a_choice_without_reasons_ratification_or_one_seat_is_refused(broken: dict[str, Any]) -> None:
    assert gate_faults(CUT.model_copy(update=broken))
