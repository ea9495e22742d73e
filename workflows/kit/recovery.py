"""A run that takes up where a lost one left off: what was under way is done again, who was called is called again."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.looking import Looking

with workflow.unsafe.imports_passed_through():
    from domain.timeline import Kind


class Recovery(Looking):
    """The beginning of a run that was started from the store's copy."""

    def _take_up(self) -> None:
        """Once per recovery; continuing as new afterwards is no recovery."""
        number = self.incident.recovered
        if number <= self.state.recovered:
            return
        # From here on entries have ids of their own: the lost run may still have a write under way.
        self.state = self.state.with_(recovered=number)
        self._note(Kind.RECOVERED, code="running", detail={"number": number, "verbs": len(self.state.journal)})
        self._alarm("recovered", "this case was started again from its copy: look at it", "recovered", number)
        self._call_again()

    def _call_again(self) -> None:
        """A rung is counted before its pages go out, so the last one may never have been called. The same keys
        again: whoever was reached already is not paged twice."""
        state = self.state
        records = (*state.gates.values(), *state.tasks.values(), *state.interventions.values())
        for record in (*records, *((state.owner,) if state.owner else ())):
            if record.open and record.rungs:
                self._call(self._rung_page(record, record.rungs))
