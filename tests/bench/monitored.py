"""Rehearsed monitoring: preserves, then looks back in a week. What most open cases of a real team are doing.

Contain. Preserve the account. Notify. After a week somebody says what came of it. Review. Close.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN, climb

with workflow.unsafe.imports_passed_through():
    from activities.platform import SnapshotAccount
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.people import Role
    from domain.policy import FieldKind, FollowUp, FormField, Procedure, TaskPolicy
    from domain.state import Phase

LOOK_BACK = TaskPolicy(
    name="look-back",
    title="Say what came of it",
    roles=(Role.ESCALATION_SPECIALIST,),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), again=24 * 60),
)
AFTER_A_WEEK = FollowUp(name="week", after=timedelta(days=7), task=LOOK_BACK)
POLICY = Procedure(
    slug="rehearsed_monitoring",
    prefix="MON",
    title="Rehearsed monitoring",
    version=1,
    intake=(FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),),
    gates=(),
    tasks=(),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    follow_ups=(AFTER_A_WEEK,),
)


@workflow.defn(name="sop.rehearsed_monitoring")
class RehearsedMonitoring(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        async with self.phase(Phase.CONTAIN):
            await self.do(SnapshotAccount(account=str(self.fact("account")), reason="rehearsal"))
        async with self.phase(Phase.NOTIFY):
            await self.follow_up(AFTER_A_WEEK)
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.COMPLETED)
