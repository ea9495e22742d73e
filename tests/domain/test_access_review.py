"""Who may see a review, one that counsel directs, its report, and the care of people."""

from __future__ import annotations

import pytest

from domain.access import Action, Part, may
from domain.errors import Code
from domain.people import Person, Role
from domain.standing import privileged, standing
from domain.state import State
from tests.domain.parts import state
from workflows.sops.emergency_data_request import POLICY

ASKED = frozenset({Role.ENGINEER})


def person(role: Role) -> Person:
    return Person(id=f"p-{role.value}", name="Somebody Example", roles=(role,))


def allowed(action: Action, part: Part) -> set[Role]:
    return {role for role in Role if may(person(role), action, POLICY, ASKED, part) is None}


@pytest.mark.parametrize("action", [Action.SEE, Action.ACT, Action.READ])
def test_the_care_of_people_belongs_to_the_wellbeing_lead_alone(action: Action) -> None:
    assert allowed(action, Part.WELLBEING) == {Role.WELLBEING}
    refused = may(person(Role.GENERAL_COUNSEL), action, POLICY, frozenset(Role), Part.WELLBEING)
    assert refused is not None
    assert refused.code is Code.UNKNOWN_CASE


def test_a_directed_review_is_read_by_counsel_and_who_hold_and_sign_it() -> None:
    readers = {Role.LEGAL, Role.GENERAL_COUNSEL, Role.POLICY, Role.INCIDENT_COMMANDER, Role.DUTY_MANAGER}
    assert allowed(Action.READ, Part.DIRECTED) == readers
    # Whoever owns an action sees the review's tasks, and not its report.
    assert allowed(Action.SEE, Part.DIRECTED) == readers | ASKED


def test_an_ordinary_review_is_seen_by_whoever_sees_the_case() -> None:
    assert allowed(Action.READ, Part.REVIEW) == allowed(Action.SEE, Part.CASE)
    assert Role.AUDITOR in allowed(Action.READ, Part.REVIEW)


def _chose(kind: str) -> State:
    chosen = {"answer": "WorkDone", "result": {"kind": kind}, "by": "fay"}
    return state().with_(journal={"review/choose-privilege/1": chosen})


def test_a_review_is_counsels_until_an_ordinary_one_is_chosen() -> None:
    assert privileged(state())
    assert privileged(state().with_(journal={"review/choose-privilege/1": {"answer": "NoAnswer", "rungs": 2}}))
    assert privileged(_chose("counsel-directed"))
    assert not privileged(_chose("ordinary"))
    assert standing(state()).depth == ""
