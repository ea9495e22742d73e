"""Danger looks real and the requester does not check out: we call the people whose job it is, ourselves."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import climb
from workflows.parts.refusal import refuse

with workflow.unsafe.imports_passed_through():
    from activities.agencies import FindSafetyDesk
    from activities.disclosure import PrepareSafetyCall, SendHolding
    from activities.platform import GatherScope
    from domain.cards import Finding
    from domain.emergency import release_card
    from domain.gates import Family, Gate, Ladder, Rung, Seat
    from domain.incident import IncidentReport, Outcome
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.state import Phase
    from domain.voting import Approval, Denied, Silence

ALONE = (Role.LEGAL, Role.GENERAL_COUNSEL, Role.EXECUTIVE)
PROTECT = Gate(
    name="protect",
    family=Family.PROTECT,
    title="Call a public-safety desk ourselves?",
    press="Tell {recipient} these {count} items by phone",
    seats=(
        Seat(name="responder", roles=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)),
        Seat(name="lead", roles=(Role.DUTY_MANAGER, Role.LEGAL)),
    ),
    ladder=Ladder(
        rungs=(
            Rung(after=timedelta(0), page=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST, Role.DUTY_MANAGER)),
            Rung(after=timedelta(minutes=5), page=(Role.ESCALATION_SPECIALIST, Role.DUTY_MANAGER, Role.LEGAL)),
            Rung(after=timedelta(minutes=10), page=ALONE, alone=ALONE),
        ),
        again=timedelta(minutes=5),
        next_person=timedelta(minutes=5),
    ),
    excludes=("verifier",),
    reasons=("no-danger", "help-is-there"),
    ratify_within=timedelta(minutes=60),
)
CALL_DESK = TaskPolicy(
    name="call-desk",
    title="Call the public-safety desk and read out what was approved",
    roles=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST, Role.DUTY_MANAGER),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)), (5, (Role.DUTY_MANAGER,)), again=5),
    script=Script(
        say=("A person may be in danger. This is what we can tell you, and nothing was checked beyond it.",),
        never_say=("Who asked us.", "Anything that is not on the sheet."),
        write_down=("Who took the call, their reference, the time.",),
    ),
    form=(FormField(name="taken", label="They took it", kind=FieldKind.BOOL, required=True),),
    artefact=True,
)


async def protect(case: IncidentWorkflow, findings: tuple[Finding, ...]) -> IncidentReport:
    """Never the requester: a desk of our own directory, the least that helps. Silence keeps calling, without end."""
    async with case.phase(Phase.NOTIFY):
        country = str(case.fact("country"))
        desk = await case.do(FindSafetyDesk(country=country))
        scope = await case.do(
            GatherScope(
                account=str(case.fact("account")), tiers=("E1", "E2"), recipient=f"desk-{country}", reason="welfare"
            )
        )
        if not desk.id or not scope.items:
            return await refuse(case, "unverified", findings)
        decision = await case.ask(
            PROTECT,
            showing=lambda state: release_card(state, PROTECT, desk, scope, ("E1", "E2"), findings),
        )
        if isinstance(decision, Silence):
            decision = await case.keep_calling(PROTECT, telling=SendHolding(intake=case.incident.intake))
        match decision:
            case Approval() as approval:
                sheet = await case.do(PrepareSafetyCall(account=str(case.fact("account")), approval=approval))
                await case.have(CALL_DESK, {"desk": sheet.desk, "sheet": sheet.document.id})
            case Denied(code=code):
                return await refuse(case, "unverified", (*findings, Finding(about="protect", verdict=code)))
    async with case.phase(Phase.REVIEW):
        return await case.close(Outcome.PROTECTED)
