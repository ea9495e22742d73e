"""The review as it was in its first version: cases whose frozen policy has no `full` review are reviewed like this."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow

with workflow.unsafe.imports_passed_through():
    from activities.review import DraftReview
    from domain.incident import IncidentReport, Outcome
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import ReviewPolicy
    from domain.state import Phase


async def first_review(review: IncidentWorkflow, policy: ReviewPolicy) -> IncidentReport:
    """Draft, privilege, facilitator, the case's end, actions one after another, sign-off."""
    async with review.phase(Phase.REVIEW):
        await _draft(review, "first draft")
        chosen = await review.have(policy.privilege)
        ordinary = isinstance(chosen, WorkDone) and chosen.result["kind"] == "ordinary"
        await review.have(policy.facilitate)
        await review.case_over()
        await _draft(review, "after the close", privileged=not ordinary)
        match await review.have(policy.collect):
            case WorkDone(result={"owners": tuple(owners)}):
                pass
            case _:
                owners = ()
        for owner in owners:
            action = policy.act.model_copy(update={"name": f"action-{owner}", "roles": (Role(owner),)})
            await review.have(action, {"owner": owner})
        await _draft(review, "for sign-off", privileged=not ordinary, actions=owners)
        await review.have(policy.sign_off)
        return await review.close(Outcome.REVIEWED, "ordinary" if ordinary else "counsel-directed")


async def _draft(
    review: IncidentWorkflow, version: str, *, privileged: bool = True, actions: tuple[str, ...] = ()
) -> None:
    await review.do(DraftReview(of=review.incident.parent, version=version, privileged=privileged, actions=actions))
