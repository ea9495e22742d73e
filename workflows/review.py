"""The post-incident review: begins by itself at the decision and outlives the incident.

The facts are drafted from the record. Legal chooses an ordinary review or one directed by counsel; silence means
counsel. Somebody who did not decide facilitates. When the incident has closed the facts are drafted again; actions
are written down, asked of their owners and chased; somebody who did not facilitate signs it off.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.kit.incident import IncidentWorkflow

with workflow.unsafe.imports_passed_through():
    from activities.review import Draft, DraftReview
    from domain.errors import Code
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import ReviewPolicy
    from domain.state import Phase


@workflow.defn(name="review")
class Review(IncidentWorkflow):
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
        policy = self.reviewing
        async with self.phase(Phase.REVIEW):
            await self._draft("first draft")
            chosen = await self.have(policy.privilege)
            ordinary = isinstance(chosen, WorkDone) and chosen.result["kind"] == "ordinary"
            await self.have(policy.facilitate)
            await self.case_over()
            await self._draft("after the close", privileged=not ordinary)
            owners = await self._actions(policy)
            for owner in owners:
                action = policy.act.model_copy(update={"name": f"action-{owner}", "roles": (Role(owner),)})
                await self.have(action, {"owner": owner})
            await self._draft("for sign-off", privileged=not ordinary, actions=owners)
            await self.have(policy.sign_off)
            return await self.close(Outcome.REVIEWED, "ordinary" if ordinary else "counsel-directed")

    async def _draft(self, version: str, *, privileged: bool = True, actions: tuple[str, ...] = ()) -> Draft:
        return await self.do(
            DraftReview(of=self.incident.parent, version=version, privileged=privileged, actions=actions)
        )

    async def _actions(self, policy: ReviewPolicy) -> tuple[str, ...]:
        match await self.have(policy.collect):
            case WorkDone(result={"owners": tuple(owners)}):
                return owners
            case _:
                return ()

    @property
    def reviewing(self) -> ReviewPolicy:
        if self.policy.review is None:
            raise ApplicationError("this procedure has no review", type=Code.INVALID.value)
        return self.policy.review
