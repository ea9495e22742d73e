"""Who runs a review, as data: roles, forms, patience. Procedures share it."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.parts.climbing import slowly

with workflow.unsafe.imports_passed_through():
    from domain.codes import SYSTEMS, ActionKind, Factor
    from domain.people import Role
    from domain.policy import FieldKind, FormField, FullReview, ReviewPolicy, Script, TaskPolicy

_DAY = 24 * 60
_FACTORS = tuple(each.value for each in Factor)
_OWNERS = tuple(each.value for each in Role if each not in (Role.AUDITOR, Role.WELLBEING))
_ACTIONS = FormField(
    name="actions",
    label="Actions: one row each",
    kind=FieldKind.ROWS,
    help="What is said in words is sealed; the rest is codes that everybody may see.",
    columns=(
        FormField(name="kind", label="What it changes", kind=FieldKind.CHOICE, required=True,
                  choices=tuple(each.value for each in ActionKind)),
        FormField(name="owner", label="The role that owns it", kind=FieldKind.CHOICE, required=True, choices=_OWNERS),
        FormField(name="due_days", label="Due in how many days", kind=FieldKind.NUMBER, required=True, least=1,
                  most=180),
        FormField(name="system", label="System or team", kind=FieldKind.CHOICE, choices=SYSTEMS),
        FormField(name="factor", label="The factor that it answers", kind=FieldKind.CHOICE, choices=_FACTORS),
        FormField(name="text", label="What is to be done, in words", kind=FieldKind.DOCUMENT),
    ),
)  # fmt: skip

FULL = FullReview(
    short=TaskPolicy(
        name="sign-short",
        title="No trigger fired: read the facts, and sign them or ask for a full review",
        roles=(Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER, Role.GENERAL_COUNSEL),
        ladder=slowly(
            (0, (Role.DUTY_MANAGER,)), (2 * _DAY, (Role.INCIDENT_COMMANDER, Role.GENERAL_COUNSEL)), again=_DAY
        ),
        form=(
            FormField(
                name="verdict",
                label="Is this all there is to say?",
                kind=FieldKind.CHOICE,
                required=True,
                choices=("sign-off", "hold-full-review"),
            ),
        ),
        reasons=("not-readable",),
        excludes=("decider",),
    ),
    opinion=TaskPolicy(
        name="opinion",
        title="If you wish, say what went well, what got in the way, and what contributed",
        roles=tuple(Role),
        ladder=slowly((0, tuple(Role)), (2 * _DAY, tuple(Role)), again=2 * _DAY),
        script=Script(
            say=("What went well?", "What got in the way?", "What would have helped?"),
            never_say=("Who was at fault: this is about the work, not about people", "Names of anybody"),
        ),
        form=(
            FormField(name="factors", label="What contributed", kind=FieldKind.LIST, choices=_FACTORS),
            FormField(name="words", label="In your words (sealed, shown with your role)", kind=FieldKind.DOCUMENT),
        ),
        reasons=("nothing-to-add", "was-not-there"),
        give_up=timedelta(days=5),
    ),
    agree_to_move=TaskPolicy(
        name="agree-to-move",
        title="The owner of an action asks for a later date: agree or not",
        roles=(Role.DUTY_MANAGER, Role.GENERAL_COUNSEL),
        ladder=slowly((0, (Role.DUTY_MANAGER, Role.GENERAL_COUNSEL)), again=_DAY),
        form=(
            FormField(
                name="answer", label="Answer", kind=FieldKind.CHOICE, required=True, choices=("agree", "keep-the-date")
            ),
        ),
        give_up=timedelta(days=3),
    ),
    wellbeing=TaskPolicy(
        name="offer-a-talk",
        title="Offer a talk to everybody who was exposed",
        roles=(Role.WELLBEING,),
        ladder=slowly((0, (Role.WELLBEING,)), (_DAY, (Role.WELLBEING,)), (2 * _DAY, (Role.WELLBEING,)), again=12 * 60),
        script=Script(
            say=("It is an offer: to decline is fine, and nobody will know.", "What is said stays with you."),
            never_say=("Anything about this in the case, its room or its review",),
        ),
        form=(
            FormField(
                name="offered", label="How many were offered a talk now", kind=FieldKind.NUMBER, required=True, least=0
            ),
            FormField(name="taken", label="How many took it", kind=FieldKind.NUMBER, least=0),
            FormField(name="declined", label="How many declined", kind=FieldKind.NUMBER, least=0),
        ),
        reasons=("nobody-to-ask",),
    ),
)
REVIEW = ReviewPolicy(
    privilege=TaskPolicy(
        name="choose-privilege",
        title="Choose: an ordinary review, or one directed by counsel",
        roles=(Role.LEGAL, Role.GENERAL_COUNSEL),
        ladder=slowly((0, (Role.LEGAL,)), (4 * 60, (Role.GENERAL_COUNSEL,)), again=_DAY),
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
        ladder=slowly((0, (Role.POLICY, Role.INCIDENT_COMMANDER)), (_DAY, (Role.DUTY_MANAGER,)), again=_DAY),
        records_as="facilitator",
        excludes=("decider",),
    ),
    collect=TaskPolicy(
        name="collect-actions",
        title="Hold the review and write down what contributed, and what is to be done by whom, by when",
        roles=(Role.POLICY, Role.INCIDENT_COMMANDER, Role.DUTY_MANAGER),
        ladder=slowly((0, (Role.POLICY, Role.INCIDENT_COMMANDER)), (5 * _DAY, (Role.DUTY_MANAGER,)), again=_DAY),
        form=(
            FormField(name="factors", label="Contributing factors", kind=FieldKind.LIST, choices=_FACTORS),
            _ACTIONS,
        ),
        reasons=("postponed",),
        artefact=True,
    ),
    act=TaskPolicy(
        name="action",
        title="An action from the review is yours: say that it is done, or why it cannot be",
        roles=tuple(Role),
        ladder=slowly((0, tuple(Role)), again=_DAY),  # the kit builds each action's own ladder around its due date
        reasons=("not-worth-it", "done-elsewhere", "not-possible", "superseded"),
    ),
    sign_off=TaskPolicy(
        name="sign-off",
        title="Read the review and sign it off",
        roles=(Role.DUTY_MANAGER, Role.GENERAL_COUNSEL),
        ladder=slowly((0, (Role.DUTY_MANAGER,)), (2 * _DAY, (Role.GENERAL_COUNSEL,)), again=_DAY),
        reasons=("not-ready",),
        excludes=("facilitator", "decider"),
    ),
    full=FULL,
)
