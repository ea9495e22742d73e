"""Triage: something happened that has no procedure of its own yet. Somebody takes it, looks, and says where it goes.

Contain. Nothing is done to anybody. The owner's seat is open and climbs, and two clocks of our own run: one until
somebody has it in hand, one until it is placed.

Investigate. Whoever is asked reads the case that this one came from, does by hand what is needed, and says with a code
what became of it. Silence climbs to the incident commander and never ends: a case lies here, it is not lost here.

Review. It closes with that code. What went wrong is reviewed where it happened, in the case that this one came from.
"""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import FAILED_STEPS, HAND_OVER, STAND_DOWN, climb

with workflow.unsafe.imports_passed_through():
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.outcomes import WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Procedure, Script, TaskPolicy
    from domain.register import TRIAGE_DECIDE, TRIAGE_TAKE
    from domain.state import Phase

WHO = (Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER, Role.ESCALATION_SPECIALIST)
PLACE = TaskPolicy(
    name="look-and-place",
    title="Look at what happened, do what is needed, and say what became of it",
    roles=WHO,
    ladder=climb((0, (Role.DUTY_MANAGER, Role.ESCALATION_SPECIALIST)), (15, WHO), (30, (Role.INCIDENT_COMMANDER,))),
    script=Script(
        write_down=(
            "What you found, what you did by hand, and whom you told.",
            "Whether a duty to tell an authority or a person began, and when.",
        ),
    ),
    form=(
        FormField(name="became", label="What became of it", kind=FieldKind.CHOICE, required=True,
                  choices=("contained", "became-a-case", "told-who-must-know", "not-an-incident")),
        FormField(name="case", label="The case that it became"),
    ),
    reasons=("belongs-to-another-team", "same-as-another-case"),
    artefact=True,
)  # fmt: skip
INTAKE = (
    FormField(name="seems", label="What it seems to be", required=True),
    FormField(name="why", label="What happened, as a code", required=True),
    FormField(name="of", label="The case that it came from"),
    FormField(name="account", label="Account id on the platform", kind=FieldKind.ACCOUNT),
    FormField(name="narrative", label="What happened", identifying=True),
)
POLICY = Procedure(
    slug="triage",
    prefix="TRI",
    title="Triage",
    version=1,
    intake=INTAKE,
    gates=(),
    tasks=(PLACE,),
    owner=climb((0, (Role.DUTY_MANAGER, Role.ESCALATION_SPECIALIST)), (5, WHO), (10, (Role.INCIDENT_COMMANDER,))),
    hand_over=HAND_OVER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    clocks=(TRIAGE_TAKE, TRIAGE_DECIDE),
)


@workflow.defn(name="sop.triage")
class Triage(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        async with self.phase(Phase.CONTAIN):
            self.own()
            self.clock(TRIAGE_TAKE, TRIAGE_DECIDE)
        async with self.phase(Phase.INVESTIGATE):
            about = {name: self.fact(name) for name in ("seems", "why", "of")}
            match await self.have(PLACE, about):
                case WorkDone(result={"became": str(code)}) | WorkCannot(code=code):
                    became = code
                case _:
                    became = "nobody-said"
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.COMPLETED, became)
