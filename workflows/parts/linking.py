"""What turns out to be an incident of its own opens its case at once; people find it there, they do not make it."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow

with workflow.unsafe.imports_passed_through():
    from activities.linking import Linked, OpenLinked
    from domain.timeline import Kind


async def open_linked(case: IncidentWorkflow, seems: str, why: str) -> Linked:
    """A case of the type that it seems to be, or triage while we have no procedure for that type. Both sides name
    each other."""
    incident = case.incident
    linked = await case.do(
        OpenLinked(
            seems=seems,
            why=why,
            severity=case.state.severity,
            declared_by=incident.declared_by,
            trusted=incident.trusted,
            subject=incident.subject,
            facts=case.state.facts,
            drill=case.state.drill,
            rehearsal=incident.rehearsal,
        )
    )
    case.say(Kind.LINKED, why, linked.case, seems=seems, procedure=linked.slug)
    return linked
