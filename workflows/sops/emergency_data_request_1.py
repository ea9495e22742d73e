"""Emergency data request: a public authority asks for a user's data because someone's life is in danger.

Contain. Preserve the account in silence. Nobody is told, nothing is frozen or confirmed. Two clocks of our own run.

Investigate. Two things at once, by two people. Is the requester who they say? We look the agency up in our own
directory and call back at our own number. Is it an emergency? A trained specialist says so. If the agency itself
denies the request, we refuse it as fraud. If it cannot be confirmed but the danger looks real, we call a
public-safety desk ourselves. If it is no emergency, we refuse and point to legal process.

Notify. We choose the least data that would resolve the emergency. Two people decide what is released, neither of
whom verified, one of them legal or the duty manager. Silence releases nothing: the requester hears that we are at
work, and we keep calling. Content is asked for on a card of its own, after the rest has left. After a day and
after a week we ask what came of it.

Review. It begins by itself at the decision.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import FAILED_STEPS, HAND_OVER, OWNER, REVIEW, STAND_DOWN, climb
from workflows.parts.protection import CALL_DESK, PROTECT, protect
from workflows.parts.refusal import REFUSE, refuse
from workflows.parts.release import release
from workflows.parts.verification import ASSESS, CALL_BACK, assess_emergency, verify_agency

with workflow.unsafe.imports_passed_through():
    from activities.platform import GatherScope, SnapshotAccount
    from domain.fitness import Fitness
    from domain.gates import Family, Gate, Seat
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.people import Role
    from domain.policy import FieldKind, FollowUp, FormField, Procedure, TaskPolicy
    from domain.register import EDR_ACKNOWLEDGE, EDR_DECIDE
    from domain.state import Phase
    from domain.voting import Denied

RECORDS, CONTENT = ("E1", "E2"), ("E3",)
RELEASE = Gate(
    name="release",
    family=Family.DISCLOSE,
    title="It is an emergency: release subscriber and log-in data?",
    press="Release these {count} items to {recipient}",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER)),
        Seat(name="lead", roles=(Role.LEGAL, Role.DUTY_MANAGER)),
    ),
    ladder=climb(
        (0, (Role.LE_SPECIALIST, Role.LEGAL)),
        (5, (Role.DUTY_MANAGER, Role.LEGAL)),
        (10, (Role.DUTY_MANAGER, Role.LEGAL, Role.LE_SPECIALIST)),
    ),
    excludes=("verifier", "requester"),
    reasons=("not-an-emergency", "unverified", "scope-too-wide", "no-legal-basis"),
)
RELEASE_CONTENT = RELEASE.model_copy(
    update={
        "name": "release-content",
        "title": "Release content as well?",
        "seats": (Seat(name="legal", roles=(Role.LEGAL,)), Seat(name="lead", roles=(Role.DUTY_MANAGER,))),
    }
)
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
LATER = OUTCOME.model_copy(update={"name": "ask-outcome-week"})
AFTER_A_WEEK = FollowUp(name="week", after=timedelta(days=6), task=LATER)

INTAKE = (
    FormField(name="account", label="Account id on the platform", kind=FieldKind.ACCOUNT, required=True),
    FormField(name="requester_email", label="Requester's official mail", kind=FieldKind.EMAIL, required=True,
              identifying=True),
    FormField(name="category", label="Nature of the emergency", kind=FieldKind.CHOICE, required=True,
              choices=("child-safety", "missing-person", "self-harm", "violence", "disaster")),
    FormField(name="country", label="Country of the person in danger, two letters", required=True),
    FormField(name="data_wanted", label="Fields that would resolve it", kind=FieldKind.LIST),
    FormField(name="content_wanted", label="Content is asked for too", kind=FieldKind.BOOL),
    FormField(name="officer", label="Officer's name, rank and badge", identifying=True),
    FormField(name="agency_name", label="Agency as they write it", identifying=True),
    FormField(name="agency_case", label="Agency's case number", identifying=True),
    FormField(name="in_danger", label="Who is in danger", identifying=True),
    FormField(name="narrative", label="What is happening, and why this data resolves it", identifying=True),
)  # fmt: skip
POLICY = Procedure(
    slug="emergency_data_request",
    prefix="EDR",
    title="Emergency data request",
    version=1,
    intake=INTAKE,
    gates=(RELEASE, RELEASE_CONTENT, PROTECT, REFUSE),
    tasks=(CALL_BACK, ASSESS, CALL_DESK),
    owner=OWNER,
    hand_over=HAND_OVER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    follow_ups=(AFTER_A_DAY, AFTER_A_WEEK),
    clocks=(EDR_ACKNOWLEDGE, EDR_DECIDE.met_at(RELEASE.name, PROTECT.name, REFUSE.name)),
    review=REVIEW,
    fitness=Fitness(trained=True),
)


@workflow.defn(name="sop.emergency_data_request")
class EmergencyDataRequest(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        account = str(self.fact("account"))
        async with self.phase(Phase.CONTAIN):
            self.own()
            self.clock(EDR_ACKNOWLEDGE, EDR_DECIDE)
            await self.do(SnapshotAccount(account=account, reason="emergency-request"))
        async with self.phase(Phase.INVESTIGATE):
            identity, emergency = await self.both(verify_agency(self), assess_emergency(self))
            findings = (identity.finding, emergency.finding)
        if identity.contradicted:
            return await refuse(self, "fraud", findings)
        if not emergency.real:
            return await refuse(self, "not-an-emergency", findings)
        if not identity.confirmed:
            return await protect(self, findings)
        async with self.phase(Phase.NOTIFY):
            agency, kind = identity.recipient, f"agency-{identity.country}"
            scope = await self.do(
                GatherScope(account=account, tiers=RECORDS + CONTENT, recipient=kind, reason=emergency.category)
            )
            if not scope.tier(*RECORDS):
                return await refuse(self, "no-legal-basis", findings, agency.id)
            match await release(self, RELEASE, agency, scope, RECORDS, findings):
                case Denied(code=code):
                    return await refuse(self, code, findings, agency.id)
            if self.fact("content_wanted") and scope.tier(*CONTENT):
                await release(self, RELEASE_CONTENT, agency, scope, CONTENT, findings)
            await self.follow_up(AFTER_A_DAY)
            await self.follow_up(AFTER_A_WEEK)
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.DISCLOSED)
