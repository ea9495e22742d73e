"""Looking after the people who were exposed: begins with the review, belongs to the wellbeing lead alone.

Who was exposed is a sealed list that only the wellbeing lead may open. Each is offered a talk within 72 hours; to
decline is fine. The timeline carries counts and nothing else, the case and its review do not know what came of it,
and no figure is made of it. Two weeks later whoever joined the case meanwhile is offered the same.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.kit.chasing import Chasing

with workflow.unsafe.imports_passed_through():
    from activities.books import Page
    from activities.review import FindExposed
    from domain.errors import Code
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.outcomes import WorkDone
    from domain.policy import FullReview
    from domain.state import Phase, Waits
    from domain.timeline import Kind


@workflow.defn(name="wellbeing")
class Wellbeing(Chasing):
    """Its own case, its own ledger, its own access."""

    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        async with self.phase(Phase.REVIEW):
            known = await self.offer(0)
            await self.rest()
            await self.offer(known)
            return await self.close(Outcome.COMPLETED)

    async def offer(self, known: int) -> int:
        """Offer everybody who is new a talk, until everybody has had the offer. Returns how many are known now."""
        found = await self.do(FindExposed(of=self.incident.parent, known=known))
        by = self._in(self.more.wellbeing_within, f"wellbeing/{known}")
        left = found.new
        if left:
            self.watch(f"wellbeing-{known}", by, lambda: self._journalled(f"offered/{known}") is not None)
        while left > 0:
            about: dict[str, str | int | bool | tuple[str, ...]] = {
                "people": left,
                "by": by.isoformat(),
                "names": found.names.id,
            }
            match await self.have(self.more.wellbeing, about):
                case WorkDone(result={"offered": int(offered)} as said):
                    left -= max(offered, 0)
                    counts: dict[str, str | int | bool] = {
                        name: count for name, count in said.items() if isinstance(count, int)
                    }
                    self._counted(f"{known}/{left}", counts)
        self._journal(f"offered/{known}", {})
        return found.people

    def _counted(self, name: str, counts: dict[str, str | int | bool]) -> None:
        if self._journalled(f"counted/{name}") is None:
            self._journal(f"counted/{name}", {})
            self._note(Kind.REVIEW, code="wellbeing-offered", detail=counts)

    async def rest(self) -> None:
        """Until it is time to ask who joined meanwhile."""
        await self._boundary()
        key = self._key("wait-again")
        if self._journalled(key) is None:
            await self._wait(lambda: False, self._in(self.more.wellbeing_again, key))
            self._journal(key, {})

    @property
    def more(self) -> FullReview:
        review = self.policy.review
        if review is None or review.full is None:
            raise ApplicationError("this procedure has no wellbeing check", type=Code.INVALID.value)
        return review.full

    async def _show_room(self, brief: str = "") -> bool:
        """No room in chat: a room has members, and who they are would say who was exposed."""
        return True

    def _page_for(self, record: Waits) -> Page:
        return super()._page_for(record).model_copy(update={"kind": "wellbeing"})
