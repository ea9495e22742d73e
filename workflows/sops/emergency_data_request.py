"""Emergency data request: a public authority asks for a user's data because someone's life is in danger.

Contain. Preserve the account in silence. Nobody is told, nothing is frozen or confirmed. Two clocks of our own run.
Whoever wrote hears once, after ten minutes, that we are at work: in words that are the same for everybody.

Investigate. What the request leaves open is asked for. Then two things at once, by two people. Is the requester who
they say? Eight steps, of which the one that counts most is our call to a number of our own list. Is it an emergency? A
trained specialist says so. What was sent along is drawn where it can harm nobody; nobody opens an original. A request
that the world contradicts is fraud: we tell those whose name was used, hear its sender no more, and look back a year.
If it is no emergency, we refuse and point to legal process. If another company of our group answers for this user, it
gets the request and no data. If the requester cannot be confirmed but the danger looks real, we call the public-safety
desk of the place ourselves.

Notify. The least data that would resolve the emergency, each field with its reason, on a legal basis that the table
names. Two people decide, neither of whom verified; counsel is one of them where it is amber, regional counsel where it
is foreign. Silence releases nothing, and we keep calling. It leaves for the agency's own mailbox and opens with a code
that we speak on the phone. Content is asked for on a card of its own, after the rest was opened. What nobody could be
given goes to a public-safety desk instead. After a day and after a week we ask what came of it.

Review. It begins by itself at the decision.
"""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.answering import ANSWER, ANSWERING_TASKS, answer
from workflows.parts.asking import ASKING_TASKS, complete, completeness, hold
from workflows.parts.delivery import TASKS as DELIVERY_TASKS
from workflows.parts.emergency import AFTER_A_DAY, AFTER_A_WEEK, ASSESS, INTAKE, assess
from workflows.parts.ending import (
    ENDING_TASKS,
    forged,
    not_released,
    passed_on,
    protect_instead,
    redirect,
    taken_back,
    unconfirmed,
)
from workflows.parts.fraud import REPORT_BY_HAND, REPORT_FRAUD
from workflows.parts.identity import verify_requester
from workflows.parts.identity_tasks import IDENTITY_TASKS
from workflows.parts.ladders import FAILED_STEPS, HAND_OVER, OWNER, REVIEW, STAND_DOWN
from workflows.parts.papers import examine_papers
from workflows.parts.protection import PROTECT
from workflows.parts.releasing import CONTENT, OPENED, RECORDS, RELEASING_GATES, release_least
from workflows.parts.safety_call import SAFETY_TASKS

with workflow.unsafe.imports_passed_through():
    from activities.least import GatherLeast
    from activities.platform import SnapshotAccount
    from domain.basis_terms import Instead
    from domain.delivery import DeliveryPolicy
    from domain.fitness import Fitness
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.least import Wanted
    from domain.policy import Procedure
    from domain.register import EDR_ACKNOWLEDGE, EDR_DECIDE
    from domain.state import Phase

GATES = (*RELEASING_GATES, PROTECT, ANSWER, REPORT_FRAUD)
POLICY = Procedure(
    slug="emergency_data_request",
    prefix="EDR",
    title="Emergency data request",
    version=2,
    code_version=2,
    intake=INTAKE,
    gates=GATES,
    tasks=(
        *ASKING_TASKS,
        *IDENTITY_TASKS,
        ASSESS,
        *DELIVERY_TASKS,
        *SAFETY_TASKS,
        REPORT_BY_HAND,
        *ENDING_TASKS,
        *ANSWERING_TASKS,
    ),
    owner=OWNER,
    hand_over=HAND_OVER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    follow_ups=(AFTER_A_DAY, AFTER_A_WEEK),
    clocks=(EDR_ACKNOWLEDGE, EDR_DECIDE.met_at(*(each.name for each in GATES))),
    review=REVIEW,
    fitness=Fitness(trained=True),
    delivery=DeliveryPolicy(),
)


@workflow.defn(name=POLICY.workflow)
class EmergencyDataRequest(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        account = str(self.fact("account"))
        async with self.phase(Phase.CONTAIN):
            self.own()
            self.clock(EDR_ACKNOWLEDGE, EDR_DECIDE)
            self.beside("holding", hold(self))
            await self.do(SnapshotAccount(account=account, reason="emergency-request"))
        async with self.phase(Phase.INVESTIGATE):
            await complete(self)
            if self.fact("requester") == "other":
                return await redirect(self)
            tiers = RECORDS + CONTENT if self.fact("content_wanted") else RECORDS
            identity, (emergency, papers) = await self.both(
                verify_requester(self, wanted=tiers), self.both(assess(self), examine_papers(self))
            )
            findings = (*identity.findings, emergency.finding, *papers.findings, completeness(self))
            if identity.contradicted:
                return await forged(self, identity, findings)
            if await taken_back(self, identity, emergency):
                return await answer(self, Outcome.WITHDRAWN, "withdrawn", identity, findings)
            if not emergency.real:
                return await answer(self, Outcome.REFUSED, emergency.refusal, identity, findings)
            if not identity.confirmed:
                return await unconfirmed(self, identity, findings, emergency.category)
            if (passed := await passed_on(self, identity, findings, emergency.category)) is not None:
                return passed
        async with self.phase(Phase.NOTIFY):
            least = await self.do(
                GatherLeast(
                    account=account,
                    recipient="agency",
                    country=identity.country,
                    entity=self.incident.entity,
                    wanted=Wanted.of(self.state.facts, emergency.category, emergency.answered),
                )
            )
            if not least.scope.tier(*RECORDS):
                if Instead.CALL_DESK in least.instead:
                    return await protect_instead(self, identity, findings)
                return await answer(self, Outcome.REFUSED, least.refusal, identity, findings)
            released = await release_least(self, least, identity, findings, RECORDS)
            if released != OPENED:
                return await not_released(self, released, identity, findings, emergency.category)
            if least.scope.tier(*CONTENT) and "E3" in identity.tiers:
                await release_least(self, least, identity, findings, CONTENT)
            await self.follow_up(AFTER_A_DAY)
            await self.follow_up(AFTER_A_WEEK)
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.DISCLOSED)
