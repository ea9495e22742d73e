"""Rehearsed delivery: two people release, and what they released is handed over. Exists to exercise that part.

Contain. The agency is looked up. Notify. Two people decide; the package is offered, called through and opened, or it is
taken back or sealed. Review. It closes with how the package ended.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.delivery import TASKS, deliver
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN, climb

with workflow.unsafe.imports_passed_through():
    from activities.agencies import CheckAgency
    from activities.platform import GatherScope, SnapshotAccount
    from domain.delivery import DeliveryPolicy
    from domain.emergency import Recipient, release_card
    from domain.gates import Family, Gate, Seat
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Procedure, TaskPolicy
    from domain.state import Phase
    from domain.voting import Approval

RELEASE = Gate(
    name="release",
    family=Family.DISCLOSE,
    title="Release?",
    press="Release these {count} items to {recipient}",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LEGAL)),
        Seat(name="lead", roles=(Role.LEGAL, Role.DUTY_MANAGER)),
    ),
    ladder=climb((0, (Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER))),
    excludes=("verifier",),
    reasons=("unverified",),
)
VERIFY = TaskPolicy(
    name="verify",
    title="Nobody is asked this: a gate of its family excludes whoever verified",
    roles=(Role.LE_SPECIALIST,),
    ladder=climb((0, (Role.LE_SPECIALIST,))),
    records_as="verifier",
)
POLICY = Procedure(
    slug="rehearsed_delivery",
    prefix="DLV",
    title="Rehearsed delivery",
    version=1,
    intake=(
        FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),
        FormField(name="domain", label="Domain of the agency", required=True),
    ),
    gates=(RELEASE,),
    tasks=(VERIFY, *TASKS),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    delivery=DeliveryPolicy(
        recall_after=timedelta(minutes=12),
        first_look=timedelta(minutes=2),
        longest_look=timedelta(minutes=4),
        after_opening=timedelta(hours=6),
    ),
)


@workflow.defn(name="sop.rehearsed_delivery")
class RehearsedDelivery(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        account = str(self.fact("account"))
        async with self.phase(Phase.CONTAIN):
            self.own()
            await self.do(SnapshotAccount(account=account, reason="rehearsal"))
            agency = await self.do(CheckAgency(domain=str(self.fact("domain"))))
        async with self.phase(Phase.NOTIFY):
            kind = f"agency-{agency.country}"
            scope = await self.do(GatherScope(account=account, tiers=("E1",), recipient=kind, reason="missing-person"))
            to = Recipient(id=agency.agency, country=agency.country, contact=agency.contact)
            decision = await self.ask(
                RELEASE, showing=lambda state: release_card(state, RELEASE, to, scope, ("E1",), ())
            )
            ended = "nobody"
            if isinstance(decision, Approval):
                record = await deliver(self, decision, account)
                ended = record.code or record.state.value
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.COMPLETED, ended)
