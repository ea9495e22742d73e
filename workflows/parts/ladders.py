"""Ladders that several procedures share, as data."""

from __future__ import annotations

from temporalio import workflow

from workflows.parts.climbing import climb
from workflows.parts.review_policy import REVIEW

with workflow.unsafe.imports_passed_through():
    from domain.gates import Family, Gate, Seat
    from domain.people import Role

OWNER = climb(
    (0, (Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)), (5, (Role.DUTY_MANAGER,)), (10, (Role.INCIDENT_COMMANDER,))
)
HAND_OVER = climb(
    (0, (Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST, Role.DUTY_MANAGER)),
    (10, (Role.DUTY_MANAGER,)),
    (20, (Role.INCIDENT_COMMANDER,)),
)
FAILED_STEPS = climb(
    (0, (Role.ENGINEER, Role.ESCALATION_SPECIALIST)), (10, (Role.DUTY_MANAGER,)), (20, (Role.INCIDENT_COMMANDER,))
)
STAND_DOWN = Gate(
    name="stand-down",
    family=Family.STAND_DOWN,
    title="Stand this incident down?",
    press="Stand down and take back what was done",
    seats=(
        Seat(name="lead", roles=(Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER)),
        Seat(name="second", roles=(Role.LEGAL, Role.LE_SPECIALIST, Role.ESCALATION_SPECIALIST)),
    ),
    ladder=climb((0, (Role.DUTY_MANAGER, Role.LEGAL)), (10, (Role.INCIDENT_COMMANDER, Role.LEGAL, Role.LE_SPECIALIST))),
)

__all__ = ["FAILED_STEPS", "OWNER", "REVIEW", "STAND_DOWN", "climb"]
