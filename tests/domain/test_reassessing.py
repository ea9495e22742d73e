"""Severity in the middle of a case: up at once, down from P0 by two or by whoever answers for it."""

from __future__ import annotations

import pytest

from domain.acts import Reassess
from domain.errors import Code
from domain.severity import Severity
from domain.timeline import Kind
from tests.domain.parts import heard, refused, say, state

DEADLY, MILD = (
    Reassess(imminence=3, harm=4, credibility=3, code="new-facts"),
    Reassess(imminence=0, harm=2, credibility=1),
)
SERIOUS = Reassess(imminence=0, harm=3, credibility=1)


def test_raising_takes_effect_at_once_and_says_from_where_to_where() -> None:
    raised = heard(state(severity=Severity.P2), say("dara", DEADLY))
    assert raised.severity is Severity.P0
    entry = raised.pending[-1]
    assert (entry.kind, entry.who, entry.code) == (Kind.SEVERITY, "dara", "raised")
    assert entry.detail == {
        "from": 2,
        "to": 0,
        "imminence": 3,
        "harm": 4,
        "credibility": 3,
        "reason": "new-facts",
    }


def test_an_axis_that_nobody_knows_rounds_up() -> None:
    assert heard(state(severity=Severity.P3), say("ada", Reassess(harm=4))).severity is Severity.P0


def test_one_specialist_only_proposes_to_lower_a_p0() -> None:
    proposed = heard(state(severity=Severity.P0), say("dara", MILD))
    assert proposed.severity is Severity.P0
    assert proposed.lowering is not None
    assert proposed.pending[-1].code == "proposed"
    assert heard(proposed, say("dara", MILD, id="again")).severity is Severity.P0


def test_a_second_person_lowers_it_to_the_graver_of_both() -> None:
    lowered = heard(state(severity=Severity.P0), say("dara", MILD), say("ada", SERIOUS))
    assert (lowered.severity, lowered.lowering) == (Severity.P2, None)


def test_a_second_person_who_says_p0_ends_the_proposal() -> None:
    kept = heard(state(severity=Severity.P0), say("dara", MILD), say("ada", DEADLY))
    assert (kept.severity, kept.lowering) == (Severity.P0, None)
    assert kept.pending[-1].code == "confirmed"


def test_a_duty_manager_lowers_it_alone() -> None:
    assert heard(state(severity=Severity.P0), say("hana", MILD)).severity is Severity.P3


def test_below_p0_one_specialist_lowers() -> None:
    assert heard(state(severity=Severity.P1), say("dara", MILD)).severity is Severity.P3


@pytest.mark.parametrize("person", ["fay", "nia", "kit"])
def test_nobody_else_says_how_bad_it_is(person: str) -> None:
    assert refused(state(), say(person, DEADLY)).code is Code.NOT_SEATED
