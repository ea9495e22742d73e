"""The review begins by itself at the first decision: beside the procedure, so that no decision waits for it."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.core import StepFailed
from workflows.kit.tasks import Tasks

with workflow.unsafe.imports_passed_through():
    from activities.review import StartReview
    from domain.incident import OpenIncident
    from domain.timeline import Kind


class StartingReview(Tasks):
    """Starting the review, once per case."""

    def _begin_review(self) -> None:
        """The review begins now, as its own workflow that outlives the incident. Nothing waits for its start."""
        if self._review_wanted() and not self._review_begun:
            self._review_begun = True
            # The key is made here, in the procedure's own order.
            self._own(self._review_beside(self._key(StartReview.NAME)))

    async def _review_beside(self, key: str) -> None:
        try:
            await self._write_up_first()
            self._review_is_on((await self._do(self._start(), key)).new)
        except StepFailed as failed:
            # Only the end of the case ends an intervention without a choice.
            self._note(Kind.DEVIATION, key, code=failed.code)
        await self._keep_books()

    async def _start_review(self) -> None:
        """The review has begun when this returns; for the end of a case, which must not leave without it."""
        if not self._review_wanted():
            return
        if self._patched("review-beside"):
            self._begin_review()
            await self._wait(lambda: bool(self.state.review))
            return
        await self._write_up_first()
        started = await self.do(self._start())
        self._review_is_on(started.new)

    def _review_wanted(self) -> bool:
        return self.policy.review is not None and not self.state.review and not self.incident.parent

    async def _write_up_first(self) -> None:
        """The first draft is made from the ledger, and the decision must be in it."""
        self._in_flight += 1
        try:
            await self._write_up()
        finally:
            self._in_flight -= 1

    def _start(self) -> StartReview:
        return StartReview(
            given=OpenIncident(
                case=f"{self.state.case}/review",
                slug="review",
                procedure=self.policy,
                trusted=self.incident.trusted,
                declared_by=self.incident.declared_by,
                declared_at=workflow.now(),
                severity=self.state.severity,
                drill=self.state.drill,
                parent=self.state.case,
                rehearsal=self.incident.rehearsal,
            )
        )

    def _review_is_on(self, new: bool) -> None:
        self.state = self.state.with_(review=f"{self.state.case}/review")
        self._note(Kind.REVIEW, code="started" if new else "already-started")
