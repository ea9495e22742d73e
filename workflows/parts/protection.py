"""Somebody may be in danger, and nobody else calls for help: we call the people whose job it is, ourselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import climb
from workflows.parts.refusal import refuse

with workflow.unsafe.imports_passed_through():
    from activities.agencies import FindSafetyDesk
    from activities.disclosure import PrepareSafetyCall, SendHolding
    from activities.platform import GatherScope
    from activities.step import Step
    from domain.cards import Finding
    from domain.emergency import Recipient, Scope, release_card
    from domain.gates import Family, Gate, Ladder, Rung, Seat
    from domain.incident import IncidentReport, Outcome
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.state import Phase
    from domain.voting import Approval, Denied, Silence

RECORDS = ("E1", "E2")  # never content
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


async def find_desk(case: IncidentWorkflow, country: str) -> tuple[Recipient, Scope]:
    """The desk of our own directory that serves a place, and what it may be told of the account on which ground;
    an empty id where no desk does, no items where there is no ground."""
    account = str(case.fact("account"))
    desk = await case.do(FindSafetyDesk(country=country))
    scope = await case.do(GatherScope(account=account, tiers=RECORDS, recipient=f"desk-{country}", reason="welfare"))
    return desk, scope


async def call_desk(
    case: IncidentWorkflow,
    gate: Gate,
    call: TaskPolicy,
    desk: Recipient,
    scope: Scope,
    findings: tuple[Finding, ...],
    *,
    telling: Step[Any] | None = None,
) -> WorkDone | WorkCannot | NoAnswer | Denied:
    """A desk is told the least that helps, if people say so. Silence keeps calling, and sends `telling`."""
    decision = await case.ask(gate, showing=lambda state: release_card(state, gate, desk, scope, RECORDS, findings))
    if isinstance(decision, Silence):
        decision = await case.keep_calling(gate, telling=telling)
    match decision:
        case Approval() as approval:
            sheet = await case.do(PrepareSafetyCall(account=str(case.fact("account")), approval=approval))
            return await case.have(call, {"desk": sheet.desk, "sheet": sheet.document.id})
        case Denied():
            return decision


async def protect(case: IncidentWorkflow, findings: tuple[Finding, ...]) -> IncidentReport:
    """Never the requester, who hears only that we are at work. Where nobody is called, they are refused."""
    async with case.phase(Phase.NOTIFY):
        desk, scope = await find_desk(case, str(case.fact("country")))
        if not desk.id or not scope.items:
            return await refuse(case, "unverified", findings)
        holding = SendHolding(intake=case.incident.intake)
        called = await call_desk(case, PROTECT, CALL_DESK, desk, scope, findings, telling=holding)
        if isinstance(called, Denied):
            return await refuse(case, "unverified", (*findings, Finding(about="protect", verdict=called.code)))
    async with case.phase(Phase.REVIEW):
        return await case.close(Outcome.PROTECTED)
