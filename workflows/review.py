"""The post-incident review: begins by itself at the decision and outlives the incident.

The record is read for triggers: a missed clock, a refused step, harm, somebody who decided alone, silence at P0 and
the like. Any of them makes the review full, none leaves it short; which fired is written down. The facts are drafted
from the record and never by a person. People who were exposed are looked after at once, elsewhere and in private.

Legal chooses an ordinary review or one directed by counsel; silence means counsel.

Full: the roles that took part say what they think, somebody who did not decide facilitates, the meeting writes down
what contributed and what is to be done. Each action has an owner and a date, all run side by side, and each is chased
until it is done or cannot be done. Short: the facts and one signature, unless that person asks for the full review.

When the case has closed, the record is read again: the review may become deeper, never shallower, and the facts are
amended. Somebody who neither facilitated nor decided signs it off. After 30 and after 90 days it is asked whether it
happened again.
"""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.reviewing import Reviewing
from workflows.parts.first_review import first_review

with workflow.unsafe.imports_passed_through():
    from domain.codes import Depth
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.state import Phase


@workflow.defn(name="review")
class Review(Reviewing):
    """A procedure like any other: its own state, journal, tasks and ladder."""

    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    @workflow.signal(name="case_closed")
    def on_case_closed(self, report: IncidentReport) -> None:
        """The incident has ended; the review now knows how."""
        self.hear_of_close(report)
        self.keep_history(report)

    async def procedure(self) -> IncidentReport:
        if self.policy_of_review.full is None:
            return await first_review(self, self.policy_of_review)
        async with self.phase(Phase.REVIEW):
            await self.plan()
            await self.look_after_people()
            await self.assess()
            await self.draft("at the decision")
            await self.choose_privilege()
            if self.depth is Depth.FULL:
                await self.meet()
            await self.case_over()
            await self.assess()
            await self.draft("after the close")
            if self.depth is Depth.SHORT:
                await self.sign_short()
            if self.depth is Depth.FULL:
                await self.meet()
                await self.actions_over()
                await self.draft("for sign-off")
                await self.sign_off()
            await self.look_back()
            await self.draft("after looking back")
            return await self.close(Outcome.REVIEWED, self.kind)
