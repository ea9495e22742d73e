"""Rehearsed containment: hides at once, has it ratified, and may destroy. Exists to exercise the kit's verbs.

Contain. Preserve, then hide at once; two hours are given to ratify. Investigate. Somebody looks at the content while
the room is briefed. If they ask for deletion and nothing holds, the account is destroyed. Review. Close.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN, climb

with workflow.unsafe.imports_passed_through():
    from activities.platform import CheckHolds, Destroy, Disable, Enable, Hide, Restore, SnapshotAccount
    from domain.cards import Card
    from domain.gates import Family, Gate, Seat
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Procedure, TaskPolicy
    from domain.state import Phase, State

RATIFY = Gate(
    name="ratify-hide",
    family=Family.CONTAIN,
    title="Keep this account hidden?",
    press="Keep it hidden",
    seats=(Seat(name="manager", roles=(Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER)),),
    ladder=climb((0, (Role.DUTY_MANAGER,)), (20, (Role.INCIDENT_COMMANDER,))),
    reasons=("not-harmful", "wrong-account"),
    ratify_within=timedelta(minutes=60),
)
LOOK = TaskPolicy(
    name="look-at-content",
    title="Look at the content and say what it is",
    roles=(Role.ESCALATION_SPECIALIST,),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,))),
    form=(FormField(name="delete", label="It must be deleted", kind=FieldKind.BOOL, required=True),),
)
TELL_POLICY = LOOK.model_copy(update={"name": "tell-policy", "title": "Tell policy", "form": ()})
POLICY = Procedure(
    slug="rehearsed_containment",
    prefix="REH",
    title="Rehearsed containment",
    version=1,
    intake=(
        FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),
        FormField(name="lock", label="Lock it too", kind=FieldKind.BOOL),
        FormField(name="careless", label="Destroy without looking at holds", kind=FieldKind.BOOL),
    ),
    gates=(RATIFY,),
    tasks=(LOOK, TELL_POLICY),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    amend_roles=(Role.ESCALATION_SPECIALIST,),
)


def hidden_card(state: State) -> Card:
    return Card(gate=RATIFY.name, title=RATIFY.title, press=RATIFY.press, basis=str(state.facts.get("lock", "")))


@workflow.defn(name="sop.rehearsed_containment")
class RehearsedContainment(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        account = str(self.fact("account"))
        async with self.phase(Phase.CONTAIN):
            self.own()
            preserved = await self.do(SnapshotAccount(account=account, reason="rehearsal"))
            await self.act(Hide(account=account), undo=Restore(account=account), ratify=RATIFY, showing=hidden_card)
            if self.fact("lock"):
                self.undo_with(Enable(account=account))
                await self.do(Disable(account=account))
        async with self.phase(Phase.INVESTIGATE):
            self.task(TELL_POLICY)
            await self.brief("looking")
            match await self.have(LOOK):
                case WorkDone(result={"delete": True}):
                    holds = None if self.fact("careless") else await self.do(CheckHolds(account=account))
                    await self.do(Destroy(account=account, preserved=preserved, holds=holds))
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.COMPLETED)
