"""The emergency procedure with a step put in front: what a careless deploy would be. It must not replay."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow

with workflow.unsafe.imports_passed_through():
    from activities.platform import CheckHolds, SnapshotAccount
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.state import Phase


@workflow.defn(name="sop.emergency_data_request")
class ChangedProcedure(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        async with self.phase(Phase.CONTAIN):
            self.own()
            await self.do(CheckHolds(account=str(self.fact("account"))))
            await self.do(SnapshotAccount(account=str(self.fact("account")), reason="emergency-request"))
            return await self.close(Outcome.COMPLETED)
