"""Verification stalls and the danger looks real: we call the desks that serve the place, until one of them takes it."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.climbing import climb
from workflows.parts.protection import CALL_DESK, PROTECT, RECORDS

with workflow.unsafe.imports_passed_through():
    from activities.agencies import FindServingDesks
    from activities.disclosure import PrepareSafetyCall
    from activities.least import GatherLeast
    from domain.cards import Card, Finding
    from domain.emergency import Recipient, Scope, release_card
    from domain.least import WELFARE, Wanted
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.safety import least
    from domain.state import State
    from domain.voting import Approval, Denied, Silence

CALL_SAFETY_DESK = CALL_DESK.model_copy(
    update={
        "script": Script(
            say=(
                "I am calling from a platform's emergency team. A person may be in danger where you are.",
                "This is who it may be, how they can be reached, and when and where they were last seen.",
                "Somebody asked us for this in an authority's name, and we could not confirm them. Please check.",
                "Please give me your reference, and tell me whom to call if we learn more.",
            ),
            never_say=(
                "The name, number or address of whoever asked us.",
                "Anything that is not on the sheet, and no content of the account.",
                "That it is certain: say what we know, and that nothing was checked beyond it.",
            ),
            write_down=("Who took the call, their role and reference, the time.", "What they will do."),
        ),
        "reasons": ("nobody-answered", "not-their-area"),
    }
)
OTHER_HELP = TaskPolicy(
    name="find-other-help",
    title="No desk of ours took it: find who can help this person",
    roles=(Role.DUTY_MANAGER, Role.LE_LIAISON, Role.LEGAL),
    ladder=climb((0, (Role.DUTY_MANAGER,)), (5, (Role.LE_LIAISON, Role.LEGAL, Role.DUTY_MANAGER)), again=5),
    script=Script(
        say=("Ask the country's general emergency number, through our office there.",),
        never_say=("Anything of the account, before two people decided it.",),
        write_down=("Who takes it, their reference, the time.",),
    ),
    form=(FormField(name="by", label="Who takes it", kind=FieldKind.CHOICE, required=True,
                    choices=("desk-elsewhere", "our-office-there", "nobody-could")),),
    artefact=True,
)  # fmt: skip
SAFETY_TASKS = (CALL_SAFETY_DESK, OTHER_HELP)
"""What a procedure that protects with `call_for_safety` names among its tasks."""


async def call_for_safety(case: IncidentWorkflow, findings: tuple[Finding, ...]) -> WorkDone | Denied | None:
    """The narrowest desk first, then wider ones; each is told the least, and only after people decided it for exactly
    this desk. None: there is no ground on which, or nobody whom, we may tell.

    `place` (such as `US-CA`) is used where the case has it, else its `country`.
    """
    country = str(case.fact("country")).upper()
    place = str(case.fact("place")).upper()
    at = place if place.startswith(f"{country}-") else country
    desks = (await case.do(FindServingDesks(at=at))).desks
    found = await case.do(
        GatherLeast(
            account=str(case.fact("account")),
            recipient="desk",
            country=country,
            entity=case.incident.entity,
            wanted=Wanted(category=WELFARE),
        )
    )
    needed = least(found.scope)
    if not needed.items:
        return None
    for desk in desks:
        called = await _call(case, desk, needed, findings)
        if isinstance(called, Denied) or (isinstance(called, WorkDone) and called.result.get("taken")):
            return called
    helped = await case.have(OTHER_HELP, {"country": country})
    return helped if isinstance(helped, WorkDone) and helped.result.get("by") != "nobody-could" else None


async def _call(
    case: IncidentWorkflow, desk: Recipient, needed: Scope, findings: tuple[Finding, ...]
) -> WorkDone | WorkCannot | NoAnswer | Denied:
    def card(state: State) -> Card:
        # What the requester wanted to have is no measure of what a desk needs.
        facts = {name: value for name, value in state.facts.items() if name != "data_wanted"}
        return release_card(state.with_(facts=facts), PROTECT, desk, needed, RECORDS, findings)

    decision = await case.ask(PROTECT, showing=card)
    if isinstance(decision, Silence):
        # Nobody is written to about it: that a letter came would say that there is somebody to find.
        decision = await case.keep_calling(PROTECT)
    match decision:
        case Approval() as approval:
            sheet = await case.do(PrepareSafetyCall(account=str(case.fact("account")), approval=approval))
            return await case.have(CALL_SAFETY_DESK, {"desk": sheet.desk, "sheet": sheet.document.id})
        case Denied():
            return decision
