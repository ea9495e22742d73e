"""What a request for data is asked on its form, whether it is an emergency, and what became of it afterwards."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.climbing import climb

with workflow.unsafe.imports_passed_through():
    from domain.emergency import Emergency
    from domain.least import WHY
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FollowUp, FormField, Script, TaskPolicy

CATEGORIES = ("child-safety", "missing-person", "self-harm", "violence", "disaster")
INTAKE = (
    FormField(name="account", label="Account id on the platform", kind=FieldKind.ACCOUNT, required=True),
    FormField(name="requester_email", label="Requester's official mail", kind=FieldKind.EMAIL, required=True,
              identifying=True),
    FormField(name="requester_domain", label="Domain of that mail, where the rest is not known"),
    FormField(name="requester", label="Who asks, as they say", kind=FieldKind.CHOICE,
              choices=("law-enforcement", "other", "unknown")),
    FormField(name="came_by", label="How it came", kind=FieldKind.CHOICE, choices=("portal", "mail", "phone")),
    FormField(name="mail_checks", label="Sender checks of the mail", kind=FieldKind.CHOICE,
              choices=("pass", "fail", "none")),
    FormField(name="category", label="Nature of the emergency", kind=FieldKind.CHOICE, required=True,
              choices=CATEGORIES),
    FormField(name="country", label="Country of the person in danger, two letters", kind=FieldKind.CODE,
              required=True),
    FormField(name="place", label="Where there, as our list of desks names places (such as US-NF)"),
    FormField(name="data_wanted", label="Fields that would resolve it", kind=FieldKind.LIST),
    FormField(name="content_wanted", label="Content is asked for too", kind=FieldKind.BOOL),
    FormField(name="withdrawn", label="Somebody took the request back", kind=FieldKind.BOOL),
    FormField(name="officer", label="Officer's name, rank and badge", identifying=True),
    FormField(name="officer_phone", label="Number that the request names. Never call it", identifying=True),
    FormField(name="supervisor", label="Supervisor that the request names", identifying=True),
    FormField(name="agency_name", label="Agency and unit as they write it", identifying=True),
    FormField(name="agency_case", label="Agency's case number", identifying=True),
    FormField(name="law", label="Law that the request cites", identifying=True),
    FormField(name="in_danger", label="Who is in danger", identifying=True),
    FormField(name="harm", label="Which harm, how soon, how recent", identifying=True),
    FormField(name="last_activity", label="Last activity that matters, with its time", identifying=True),
    FormField(name="why_not_process", label="Why legal process is too slow", identifying=True),
    FormField(name="attested", label="Signed, or sworn, by the officer", kind=FieldKind.BOOL),
    FormField(name="narrative", label="What is happening, and why this data resolves it", identifying=True),
)  # fmt: skip
ASSESS = TaskPolicy(
    name="assess-emergency",
    title="Is someone in danger of death or serious injury, now?",
    roles=(Role.ESCALATION_SPECIALIST,),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), (5, (Role.ESCALATION_SPECIALIST,))),
    script=Script(write_down=("What supports the emergency on the platform, and what speaks against it.",)),
    form=(
        FormField(name="real", label="It is an emergency", kind=FieldKind.BOOL, required=True),
        FormField(name="because", label="Because", kind=FieldKind.LIST,
                  choices=("on-platform-evidence", "plausible-account", "time-and-place", "no-danger", "past-event",
                           "process-is-fast-enough")),
        FormField(name="answered", label="What the request answers already, so that no data is needed for it",
                  kind=FieldKind.LIST, choices=tuple(each.value for each in WHY)),
    ),
    records_as="assessor",
    give_up=timedelta(minutes=15),
)  # fmt: skip
OUTCOME = TaskPolicy(
    name="ask-outcome-day",
    title="Ask the agency what came of it, and whether the danger is over",
    roles=(Role.LE_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.LE_SPECIALIST,)), (240, (Role.LE_LIAISON, Role.LE_SPECIALIST)), again=480),
    form=(FormField(name="outcome", label="Outcome", kind=FieldKind.CHOICE, required=True,
                    choices=("resolved", "ongoing", "harm", "unknown")),),
    give_up=timedelta(days=2),
)  # fmt: skip
AFTER_A_DAY = FollowUp(name="day", after=timedelta(hours=24), task=OUTCOME)
AFTER_A_WEEK = FollowUp(
    name="week", after=timedelta(days=6), task=OUTCOME.model_copy(update={"name": "ask-outcome-week"})
)


async def assess(case: IncidentWorkflow) -> Emergency:
    """A trained person says whether it is one. Nobody saying so in time counts as real: doubt protects life."""
    category = str(case.fact("category"))
    match await case.have(ASSESS, {"category": category}):
        case WorkDone(result=said, by=by):
            because, answered = said.get("because", ()), said.get("answered", ())
            return Emergency(
                real=bool(said["real"]),
                category=category,
                because=because if isinstance(because, tuple) else (),
                by=by,
                answered=answered if isinstance(answered, tuple) else (),
            )
        case WorkCannot() | NoAnswer():
            return Emergency(real=True, category=category, because=("nobody-assessed",))
