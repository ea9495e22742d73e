"""Rehearsed answer: looks where a request belongs and what the least would be, then sends a decided letter.

Investigate. The request is routed, and the least that would resolve it is gathered. Notify. Two people decide a
letter, and it leaves. What the facts of the case name as the step's own story may differ from what was decided.
"""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN
from workflows.parts.refusal import REFUSE

with workflow.unsafe.imports_passed_through():
    from activities.answering import SendAnswer
    from activities.disclosure import REQUESTER
    from activities.least import GatherLeast, RouteRequest
    from domain.answers import Answer, answer_item
    from domain.cards import Card, Finding
    from domain.emergency import Known
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.least import Wanted
    from domain.policy import FieldKind, FormField, Procedure
    from domain.state import Phase, State
    from domain.voting import Approval

POLICY = Procedure(
    slug="rehearsed_answer",
    prefix="REA",
    title="Rehearsed answer",
    version=1,
    intake=(
        FormField(name="account", label="Account", kind=FieldKind.ACCOUNT, required=True),
        FormField(name="requester_email", label="Requester", kind=FieldKind.EMAIL, required=True, identifying=True),
        FormField(name="answer", label="Answer", required=True),
        FormField(name="known", label="Standing of the requester, as decided", required=True),
        FormField(name="taken_for", label="Standing of the requester, as the step is told"),
        FormField(name="found", label="Standing of the requester, as the card's finding says"),
        FormField(name="to", label="Agency that is answered"),
    ),
    gates=(REFUSE,),
    tasks=(),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
)


@workflow.defn(name="sop.rehearsed_answer")
class RehearsedAnswer(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    def drawn(self, _: State) -> Card:
        known = str(self.fact("known"))
        return Card(
            gate=REFUSE.name,
            title=REFUSE.title,
            press=REFUSE.press,
            recipient=str(self.fact("to") or REQUESTER),
            recipient_kind="requester",
            items=(answer_item(Answer(str(self.fact("answer"))), Known(known)),),
            findings=(Finding(about="identity", verdict=str(self.fact("found") or known)),),
        )

    async def procedure(self) -> IncidentReport:
        account = str(self.fact("account"))
        async with self.phase(Phase.INVESTIGATE):
            self.own()
            there = await self.do(RouteRequest(account=account, entity="us"))
            wanted = Wanted(category="missing-person")
            await self.do(
                GatherLeast(account=account, recipient="agency", country="US", entity=there.to, wanted=wanted)
            )
        async with self.phase(Phase.NOTIFY):
            decision = await self.ask(REFUSE, showing=self.drawn)
            if isinstance(decision, Approval):
                await self.do(
                    SendAnswer(
                        answer=Answer(str(self.fact("answer"))),
                        known=Known(str(self.fact("taken_for") or self.fact("known"))),
                        to=decision.card.recipient,
                        received_at=self.incident.declared_at,
                        intake=self.incident.intake,
                        approval=decision,
                    )
                )
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.REFUSED)
