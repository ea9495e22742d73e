"""Who may do what; and to whoever has no need to know, a case is one that does not exist."""

from __future__ import annotations

import pytest

from domain.access import Action, asked_roles, may, roles_of
from domain.errors import Code
from domain.gates import Ladder, Rung
from domain.people import Person, Role
from domain.policy import FollowUp
from domain.refusal import Refused
from tests.domain.parts import CALL_BACK, PROCEDURE, ladder, minutes, state, task_record

INVOLVED = {
    Role.LE_SPECIALIST,
    Role.LEGAL,
    Role.DUTY_MANAGER,
    Role.ESCALATION_SPECIALIST,
    Role.ENGINEER,
    Role.GENERAL_COUNSEL,
    Role.EXECUTIVE,
}


def person(*roles: Role, suspended: bool = False) -> Person:
    return Person(id="someone", name="Someone (synthetic)", roles=roles, suspended=suspended)


def no(code: Code) -> Refused:
    return Refused(code=code)


def test_every_role_that_is_seated_called_or_given_work_has_need_to_know() -> None:
    assert roles_of(PROCEDURE) == INVOLVED


@pytest.mark.parametrize(
    "changes",
    [
        {"tasks": (CALL_BACK.model_copy(update={"roles": (Role.COMMS,)}),)},
        {"tasks": (CALL_BACK.model_copy(update={"ladder": ladder((0, (Role.COMMS,)))}),)},
        {"owner": ladder((0, (Role.COMMS,)))},
        {"interventions": ladder((0, (Role.COMMS,)))},
        {"stand_down": PROCEDURE.stand_down.model_copy(update={"ladder": ladder((0, (Role.COMMS,)))})},
        {
            "follow_ups": (
                FollowUp(name="day", after=minutes(1), task=CALL_BACK.model_copy(update={"roles": (Role.COMMS,)})),
            )
        },
        {
            "gates": (
                PROCEDURE.gates[1].model_copy(
                    update={"ladder": Ladder(rungs=(Rung(after=minutes(0), page=(), alone=(Role.COMMS,)),))}
                ),
            )
        },
    ],
    ids=["task", "task's ladder", "owner", "interventions", "standing down", "follow-up", "alone"],
)
def test_a_role_comes_in_wherever_a_procedure_names_it(changes: dict[str, object]) -> None:
    assert Role.COMMS in roles_of(PROCEDURE.model_copy(update=changes))


@pytest.mark.parametrize("action", list(Action))
def test_nobody_and_the_suspended_may_nothing(action: Action) -> None:
    assert may(None, action, PROCEDURE) == no(Code.UNKNOWN_PERSON)
    assert may(person(*Role, suspended=True), action, PROCEDURE) == no(Code.SUSPENDED)
    assert may(person(), action, PROCEDURE) is not None


@pytest.mark.parametrize("role", list(Role))
def test_everybody_but_a_mere_auditor_may_declare(role: Role) -> None:
    assert may(person(role), Action.DECLARE) == (no(Code.NOT_ALLOWED) if role is Role.AUDITOR else None)
    assert may(person(role, Role.AUDITOR), Action.DECLARE) == may(person(role), Action.DECLARE)


@pytest.mark.parametrize("role", list(Role))
def test_only_auditors_and_general_counsel_audit(role: Role) -> None:
    allowed = role in (Role.AUDITOR, Role.GENERAL_COUNSEL)
    assert may(person(role), Action.AUDIT) == (None if allowed else no(Code.NOT_ALLOWED))


@pytest.mark.parametrize("role", list(Role))
def test_a_case_is_seen_by_those_it_needs_and_by_those_who_oversee(role: Role) -> None:
    allowed = role in INVOLVED | {Role.INCIDENT_COMMANDER, Role.AUDITOR}
    assert may(person(role), Action.SEE, PROCEDURE) == (None if allowed else no(Code.UNKNOWN_CASE))


@pytest.mark.parametrize("role", list(Role))
def test_overseeing_is_not_acting(role: Role) -> None:
    allowed = role in INVOLVED | {Role.INCIDENT_COMMANDER}
    assert may(person(role), Action.ACT, PROCEDURE) == (None if allowed else no(Code.UNKNOWN_CASE))


@pytest.mark.parametrize("action", [Action.SEE, Action.ACT])
def test_who_was_asked_by_the_case_itself_may_answer(action: Action) -> None:
    assert may(person(Role.PRIVACY), action, PROCEDURE) == no(Code.UNKNOWN_CASE)
    assert may(person(Role.PRIVACY), action, PROCEDURE, frozenset({Role.PRIVACY})) is None


def test_the_roles_that_a_case_asked_are_those_of_its_tasks() -> None:
    asked = task_record(CALL_BACK.model_copy(update={"roles": (Role.PRIVACY,)}))
    assert asked_roles(state(asked)) == {Role.PRIVACY}
    assert asked_roles(state()) == frozenset()


def test_of_a_procedure_that_is_not_known_only_those_who_oversee_see_anything() -> None:
    seeing = {role for role in Role if may(person(role), Action.SEE) is None}
    assert seeing == {Role.INCIDENT_COMMANDER, Role.AUDITOR, Role.GENERAL_COUNSEL}
