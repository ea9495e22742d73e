"""For how long a proof counts, what needs one, and what a one-use link refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import Acknowledge, Act, Approve, ApproveLess, Deny, Take, Withdraw
from domain.errors import Code
from domain.gates import Family
from domain.stepping import LINK_LASTS, STEP_UP_LASTS, Intent, IntentState, StepUp, link_fault, needs_step_up

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OPEN = Intent(
    link="l", doing="ada:1", person="ada", case="EDR-1", subject="s", nonce="n", digest="d", said="x", body=b"b", at=AT
)


@pytest.mark.parametrize("family", list(Family))
def test_only_what_leaves_the_house_needs_a_proof(family: Family) -> None:
    needs = family in (Family.DISCLOSE, Family.PROTECT)
    decides: tuple[Act, ...] = (Approve(), ApproveLess(items=("a",)), Deny(code="fraud"))
    assert {needs_step_up(family.value, each) for each in decides} == {needs}
    others: tuple[Act, ...] = (Withdraw(), Acknowledge(), Take())
    assert not any(needs_step_up(family.value, each) for each in others)


def test_what_is_no_gate_needs_no_proof() -> None:
    assert not needs_step_up("", Approve())


@given(st.timedeltas(min_value=timedelta(hours=-1), max_value=timedelta(hours=1)))
def test_a_proof_holds_for_a_quarter_of_an_hour_and_never_before_it_was_given(later: timedelta) -> None:
    assert StepUp(person="ada", way="x", at=AT).holds(AT + later) == (timedelta(0) <= later < STEP_UP_LASTS)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1)), st.sampled_from(IntentState))
def test_a_link_works_for_its_person_while_it_is_open_and_young_and_for_nobody_else_ever(
    later: timedelta, state: IntentState
) -> None:
    intent = OPEN.model_copy(update={"state": state})
    works = state is IntentState.OPEN and later < LINK_LASTS
    assert (link_fault(intent, "ada", AT + later) is None) == works
    other = link_fault(intent, "bob", AT + later)
    assert other is not None
    assert other.code is Code.NOT_ALLOWED
    assert link_fault(None, "ada", AT) is not None


def test_each_way_of_being_over_has_its_reason() -> None:
    found = {each: link_fault(OPEN.model_copy(update={"state": each}), "ada", AT) for each in IntentState}
    said = {each: (no.code, no.detail) for each, no in found.items() if no is not None}
    assert len(set(said.values())) == 3
    late = link_fault(OPEN, "ada", OPEN.until)
    assert late is not None
    assert late.code is Code.EXPIRED
