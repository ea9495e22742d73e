"""Every run's history is kept in the vault, because Temporal deletes its own; no step and no person waits for it."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.core import StepFailed
from workflows.kit.recovery import Recovery

with workflow.unsafe.imports_passed_through():
    from activities.exporting import Exported, ExportHistory
    from domain.incident import IncidentReport
    from domain.timeline import Kind


class Exports(Recovery):
    """Runs keep the history of the run before them; the last one keeps its own."""

    def _export_earlier_run(self) -> None:
        """The run before this one is over, whether it continued as new or was lost."""
        before = workflow.info().continued_run_id
        if before is None:
            before = self.incident.recovered_from
        if before and self._patched("export"):
            self._own(self._export(self.state.case, before))

    async def _export_this_run(self) -> None:
        """Up to here; the review, which outlives the case, keeps the whole."""
        if self._patched("export"):
            await self._export(self.state.case, workflow.info().run_id, still_open=True)

    def keep_history(self, report: IncidentReport) -> None:
        """The whole history of a case that has just ended, kept by what outlives it."""
        if report.run:
            self._own(self._export(report.case, report.run))

    async def _export(self, case: str, run: str, *, still_open: bool = False) -> None:
        step = ExportHistory(of=case, run=run, open=still_open)
        try:
            done: Exported = await self._run(step, f"export/{run}")
        except StepFailed as failed:
            self._note(Kind.EXPORTED, run, code=failed.code)
        else:
            kept = done.history
            code = "gone" if kept is None else "up-to-here" if still_open else "whole"
            patches = ",".join(self.state.patches)
            detail: dict[str, str | int | bool] = {"patches": patches} if patches else {}
            detail |= {} if kept is None else {"sha256": kept.sha256, "bytes": kept.size}
            self._note(Kind.EXPORTED, run, code=code, detail=detail, evidence=(kept,) if kept else ())
        await self._keep_books()
