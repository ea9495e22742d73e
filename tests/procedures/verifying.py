"""Rehearsed verification: the ladder, the call to a desk and the report of a forged request, one after the other.

Contain. Nothing. Investigate. Who asks? Notify. Whoever is confirmed gets what the ladder carries, with counsel where
it is amber. A forged request is reported. Of whoever cannot be confirmed, a public-safety desk is told. Review. Close.
"""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.fraud import REPORT_BY_HAND, REPORT_FRAUD, report_fraud
from workflows.parts.identity import verify_requester, with_counsel
from workflows.parts.identity_tasks import IDENTITY_TASKS
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN, climb
from workflows.parts.protection import PROTECT
from workflows.parts.release import release
from workflows.parts.safety_call import SAFETY_TASKS, call_for_safety

with workflow.unsafe.imports_passed_through():
    from activities.platform import GatherScope
    from domain.gates import Family, Gate, Seat
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Procedure
    from domain.state import Phase
    from domain.voting import Approval

RELEASE = Gate(
    name="release",
    family=Family.DISCLOSE,
    title="Release to the verified agency?",
    press="Release these {count} items to {recipient}",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER)),
        Seat(name="lead", roles=(Role.LEGAL, Role.DUTY_MANAGER)),
    ),
    ladder=climb((0, (Role.LEGAL, Role.DUTY_MANAGER)), (30, (Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER))),
    excludes=("verifier", "directory-editor"),
    reasons=("unverified",),
)
RELEASE_GUARDED = with_counsel(RELEASE)
POLICY = Procedure(
    slug="rehearsed_verification",
    prefix="VRF",
    title="Rehearsed verification",
    version=1,
    intake=(
        FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),
        FormField(name="requester_email", label="Mail", kind=FieldKind.EMAIL, required=True, identifying=True),
        FormField(name="officer", label="Officer", identifying=True),
        FormField(name="narrative", label="What they write", identifying=True),
        FormField(name="country", label="Country", kind=FieldKind.CODE, required=True),
        FormField(name="place", label="Place"),
        FormField(name="content_wanted", label="Content too", kind=FieldKind.BOOL),
    ),
    gates=(RELEASE, RELEASE_GUARDED, PROTECT, REPORT_FRAUD),
    tasks=(*IDENTITY_TASKS, *SAFETY_TASKS, REPORT_BY_HAND),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    amend_roles=(Role.ESCALATION_SPECIALIST,),
)


@workflow.defn(name="sop.rehearsed_verification")
class RehearsedVerification(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        account = str(self.fact("account"))
        async with self.phase(Phase.INVESTIGATE):
            self.own()
            wanted = ("E1", "E2", "E3") if self.fact("content_wanted") else ("E1", "E2")
            identity = await verify_requester(self, wanted=wanted)
        async with self.phase(Phase.NOTIFY):
            if identity.contradicted:
                await report_fraud(self, identity)
                return await self.close(Outcome.FRAUD, "fraud")
            if not identity.confirmed:
                called = await call_for_safety(self, identity.findings)
                return await self.close(Outcome.PROTECTED if isinstance(called, WorkDone) else Outcome.REFUSED)
            tiers = tuple(each for each in wanted if each in identity.tiers)
            scope = await self.do(
                GatherScope(account=account, tiers=tiers, recipient=f"agency-{identity.country}", reason="rehearsal")
            )
            gate = RELEASE_GUARDED if identity.counsel else RELEASE
            decided = await release(self, gate, identity.recipient, scope, tiers, identity.findings)
        async with self.phase(Phase.REVIEW):
            released = isinstance(decided, Approval)
            return await self.close(Outcome.DISCLOSED if released else Outcome.REFUSED)
