"""Two legs that must both stand: who asks, and whether it is an emergency. A genuine mailbox proves nothing."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import climb

with workflow.unsafe.imports_passed_through():
    from activities.agencies import CheckAgency
    from domain.emergency import Emergency, Identity, Known
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy

CALL_BACK = TaskPolicy(
    name="call-back",
    title="Call the agency back at the number in our directory",
    roles=(Role.LE_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, (Role.LE_SPECIALIST, Role.LE_LIAISON))),
    script=Script(
        say=(
            "I am calling back about a request that reached us in your agency's name.",
            "Please connect me with the duty officer or a supervisor, not with the person who wrote.",
            "Did your agency send this request, and does this officer work there?",
        ),
        never_say=(
            "Whether an account exists.",
            "Any name, number or content from the account.",
            "What we will decide.",
        ),
        write_down=("Who answered and their role.", "The time, and the number that you dialled from our directory."),
    ),
    form=(
        FormField(
            name="answer",
            label="What the agency said",
            kind=FieldKind.CHOICE,
            required=True,
            choices=("confirmed", "denied", "unclear"),
        ),
        FormField(name="pressed", label="Someone pressed me not to check", kind=FieldKind.BOOL),
    ),
    reasons=("nobody-answered", "declined", "no-number"),
    records_as="verifier",
    artefact=True,
    give_up=timedelta(minutes=15),
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
                  choices=("on-platform-evidence", "plausible-account", "time-and-place", "no-danger", "past-event")),
    ),
    records_as="assessor",
    give_up=timedelta(minutes=15),
)  # fmt: skip


async def verify_agency(case: IncidentWorkflow) -> Identity:
    """Our directory first, then a call-back to our own number. Confirmed, unconfirmed, or contradicted."""
    found = await case.do(CheckAgency(domain=str(case.fact("requester_domain"))))
    if not found.domain_known:
        against = ("look-alike-domain",) if found.looks_like else ()
        return Identity(
            known=Known.CONTRADICTED if against else Known.UNCONFIRMED, missing=("agency",), against=against
        )
    unknown = Identity(known=Known.UNCONFIRMED, agency=found.agency, country=found.country, contact=found.contact)
    match await case.have(CALL_BACK, {"agency": found.agency, "call": "the number in our directory"}):
        case WorkDone(result=said, by=by, artefact=artefact):
            heard = unknown.model_copy(update={"by": by, "artefact": artefact})
            match said["answer"]:
                case "confirmed":
                    return heard.model_copy(update={"known": Known.CONFIRMED})
                case "denied":
                    return heard.model_copy(update={"known": Known.CONTRADICTED, "against": ("agency-denies",)})
                case _:
                    return heard.model_copy(update={"missing": ("clear-answer",)})
        case WorkCannot(code=code, by=by):
            return unknown.model_copy(update={"missing": (code,), "by": by})
        case NoAnswer():
            return unknown.model_copy(update={"missing": ("call-back",)})


async def assess_emergency(case: IncidentWorkflow) -> Emergency:
    """A trained person says whether it is one. Nobody saying so in time counts as real: doubt protects life."""
    category = str(case.fact("category"))
    match await case.have(ASSESS, {"category": category}):
        case WorkDone(result=said, by=by):
            because = said.get("because", ())
            return Emergency(
                real=bool(said["real"]), category=category, because=because if isinstance(because, tuple) else (), by=by
            )
        case WorkCannot() | NoAnswer():
            return Emergency(real=True, category=category, because=("nobody-assessed",))
