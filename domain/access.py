"""Who may do what: one pure function that every surface asks, and that answers no with the reason."""

from __future__ import annotations

from enum import StrEnum

from domain.errors import Code
from domain.people import Person, Role
from domain.policy import Procedure
from domain.refusal import Refused
from domain.state import State
from domain.triage import WORKS_TRIAGE


class Action(StrEnum):
    """What a surface may want to do for a person."""

    DECLARE = "declare"
    SEE = "see"
    ACT = "act"
    AUDIT = "audit"
    READ = "read"
    RECOVER = "recover"
    REOPEN = "reopen"
    TRIAGE = "triage"


class Part(StrEnum):
    """What of a case somebody asks for: the case, its review, one directed by counsel, the care of its people."""

    CASE = "case"
    REVIEW = "review"
    DIRECTED = "directed"
    WELLBEING = "wellbeing"


_COUNSEL = frozenset({Role.LEGAL, Role.GENERAL_COUNSEL})

# To start a case again decides nothing in it: whoever runs the tools may, and whoever answers for the incident.
_RECOVERS = frozenset({Role.INCIDENT_COMMANDER, Role.ENGINEER})
_REOPENS = frozenset(
    {
        Role.INCIDENT_COMMANDER,
        Role.DUTY_MANAGER,
        Role.ESCALATION_SPECIALIST,
        Role.CHILD_SAFETY,
        Role.LE_SPECIALIST,
        Role.LEGAL,
    }
)
_SEES_ALL = frozenset({Role.INCIDENT_COMMANDER, Role.AUDITOR, Role.GENERAL_COUNSEL})


def roles_of(procedure: Procedure) -> frozenset[Role]:
    """Every role that a procedure seats, calls or gives work to."""
    gates = (*procedure.gates, procedure.stand_down, *((procedure.toll,) if procedure.clocks else ()))
    seated = {role for gate in gates for seat in gate.seats for role in seat.roles}
    tasks = (*procedure.tasks, *(each.task for each in procedure.follow_ups))
    ladders = [*(each.ladder for each in gates), *(each.ladder for each in tasks)]
    ladders += [procedure.owner, procedure.interventions, *([procedure.hand_over] if procedure.hand_over else [])]
    called = {role for ladder in ladders for rung in ladder.rungs for role in (*rung.page, *rung.alone)}
    working = {role for task in tasks for role in task.roles}
    warned = {role for clock in procedure.clocks for each in clock.calls for role in each.page}
    return frozenset(seated | called | working | warned)


def asked_roles(state: State) -> frozenset[Role]:
    """The roles that this case itself gave work to: whom a question was put to, who owns an action of its review."""
    return frozenset(role for each in state.tasks.values() for role in each.task.roles)


def reviewers(procedure: Procedure | None) -> frozenset[Role]:
    """Who holds and signs a review: with counsel the only ones who read one that counsel directs."""
    review = procedure.review if procedure else None
    if review is None:
        return frozenset()
    tasks = [review.facilitate, review.collect, review.sign_off, *([review.full.short] if review.full else [])]
    return frozenset(role for task in tasks for role in task.roles)


def may(
    person: Person | None,
    action: Action,
    procedure: Procedure | None = None,
    asked: frozenset[Role] = frozenset(),
    part: Part = Part.CASE,
) -> Refused | None:
    """None for yes, else why not. Without need to know, a case is answered as one that does not exist.

    `asked` are the roles that the case itself gave work to. `read` is reading a report: of a review that counsel
    directs only counsel and those who hold and sign it may, whoever else was asked for an opinion or owns an action.
    """
    if person is None:
        return Refused(code=Code.UNKNOWN_PERSON)
    if person.suspended:
        return Refused(code=Code.SUSPENDED)
    held = frozenset(person.roles)
    if part is Part.WELLBEING:
        return None if Role.WELLBEING in held else Refused(code=Code.UNKNOWN_CASE)
    if part is Part.DIRECTED:
        known = _COUNSEL | reviewers(procedure) | (asked if action is not Action.READ else frozenset())
        return None if held & known else Refused(code=Code.UNKNOWN_CASE)
    match action:
        case Action.DECLARE:
            return None if held - {Role.AUDITOR} else Refused(code=Code.NOT_ALLOWED)
        case Action.TRIAGE:
            return None if held & WORKS_TRIAGE else Refused(code=Code.NOT_ALLOWED)
        case Action.AUDIT:
            return None if held & {Role.AUDITOR, Role.GENERAL_COUNSEL} else Refused(code=Code.NOT_ALLOWED)
        case Action.SEE | Action.READ:
            known = held & (_SEES_ALL | asked | (roles_of(procedure) if procedure else frozenset()))
            return None if known else Refused(code=Code.UNKNOWN_CASE)
        case Action.RECOVER | Action.REOPEN:
            no = may(person, Action.SEE, procedure, asked)
            able = held & (_RECOVERS if action is Action.RECOVER else _REOPENS)
            return no or (None if able else Refused(code=Code.NOT_ALLOWED))
        case Action.ACT:
            known = held & (asked | {Role.INCIDENT_COMMANDER} | (roles_of(procedure) if procedure else frozenset()))
            return None if known else Refused(code=Code.UNKNOWN_CASE)
