"""Rehearsed papers: what was sent with a request is examined, and a person reads what was drawn of it.

Contain. Nothing. Investigate. What was sent is examined; somebody reads it. Review. Close.
"""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.identity_tasks import READ_PAPERS
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN
from workflows.parts.papers import examine_papers

with workflow.unsafe.imports_passed_through():
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Procedure
    from domain.state import Phase

POLICY = Procedure(
    slug="rehearsed_papers",
    prefix="PPR",
    title="Rehearsed papers",
    version=1,
    intake=(
        FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),
        FormField(name="requester_email", label="Mail", kind=FieldKind.EMAIL, identifying=True),
        FormField(name="narrative", label="What they write", identifying=True),
        FormField(name="country", label="Country", kind=FieldKind.CODE),
    ),
    gates=(),
    tasks=(READ_PAPERS,),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    amend_roles=(Role.ESCALATION_SPECIALIST,),
)


@workflow.defn(name="sop.rehearsed_papers")
class RehearsedPapers(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        async with self.phase(Phase.INVESTIGATE):
            self.own()
            papers = await examine_papers(self, "US")
            await self.have(READ_PAPERS, papers.about)
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.COMPLETED, "sealed" if papers.sealed else "read")
