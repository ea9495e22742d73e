"""Ladders that several procedures share, as data."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.gates import Family, Gate, Ladder, Rung, Seat
    from domain.people import Role
    from domain.policy import FieldKind, FormField, ReviewPolicy, TaskPolicy


def climb(*rungs: tuple[int, tuple[Role, ...]], again: int = 15, next_person: int | None = 5) -> Ladder:
    """A ladder from (minutes after opening, roles called) pairs; the last is called again every `again` minutes, and
    a page that nobody acknowledged is followed by the next person's after `next_person` minutes (None: never)."""
    return Ladder(
        rungs=tuple(Rung(after=timedelta(minutes=after), page=page) for after, page in rungs),
        again=timedelta(minutes=again),
        next_person=None if next_person is None else timedelta(minutes=next_person),
    )


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

_DAY = 24 * 60
REVIEW = ReviewPolicy(
    privilege=TaskPolicy(
        name="choose-privilege",
        title="Choose: an ordinary review, or one directed by counsel",
        roles=(Role.LEGAL, Role.GENERAL_COUNSEL),
        ladder=climb((0, (Role.LEGAL,)), (4 * 60, (Role.GENERAL_COUNSEL,)), again=_DAY, next_person=None),
        form=(
            FormField(
                name="kind",
                label="Kind of review",
                kind=FieldKind.CHOICE,
                required=True,
                choices=("ordinary", "counsel-directed"),
            ),
        ),
        give_up=timedelta(days=1),
    ),
    facilitate=TaskPolicy(
        name="facilitate",
        title="Take the facilitator's seat (not one of those who decided)",
        roles=(Role.POLICY, Role.INCIDENT_COMMANDER, Role.DUTY_MANAGER),
        ladder=climb(
            (0, (Role.POLICY, Role.INCIDENT_COMMANDER)), (_DAY, (Role.DUTY_MANAGER,)), again=_DAY, next_person=None
        ),
        records_as="facilitator",
    ),
    collect=TaskPolicy(
        name="collect-actions",
        title="Hold the review and write down what is to be done, by whom, by when",
        roles=(Role.POLICY, Role.INCIDENT_COMMANDER, Role.DUTY_MANAGER),
        ladder=climb(
            (0, (Role.POLICY, Role.INCIDENT_COMMANDER)), (5 * _DAY, (Role.DUTY_MANAGER,)), again=_DAY, next_person=None
        ),
        form=(
            FormField(
                name="owners",
                label="The role that owns each action",
                kind=FieldKind.LIST,
                required=True,
                choices=tuple(each.value for each in Role),
            ),
        ),
        artefact=True,
    ),
    act=TaskPolicy(
        name="action",
        title="An action from the review is yours: say that it is done",
        roles=tuple(Role),
        ladder=climb(
            (0, (Role.DUTY_MANAGER,)),
            (7 * _DAY, (Role.DUTY_MANAGER,)),
            (10 * _DAY, (Role.INCIDENT_COMMANDER,)),
            again=_DAY,
            next_person=None,
        ),
        reasons=("not-worth-it", "done-elsewhere"),
    ),
    sign_off=TaskPolicy(
        name="sign-off",
        title="Read the review and sign it off",
        roles=(Role.DUTY_MANAGER, Role.GENERAL_COUNSEL),
        ladder=climb((0, (Role.DUTY_MANAGER,)), (2 * _DAY, (Role.GENERAL_COUNSEL,)), again=_DAY, next_person=None),
        excludes=("facilitator",),
    ),
)
