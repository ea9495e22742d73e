"""What was sent with a request: each attachment is examined where it can harm nobody, and people see what was drawn."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.linking import open_linked

with workflow.unsafe.imports_passed_through():
    from activities.attachments import ExamineAttachment
    from domain.attachments import LIMITS, Examined, Sealed
    from domain.papers import HIT, Papers, codes_of, suspicious
    from domain.timeline import Kind


async def examine_papers(case: IncidentWorkflow, country: str = "") -> Papers:
    """Each attachment in turn; `country` is that of the agency that is said to have sent them, else the case's own.
    What a hash list knows opens a case of its own at once, before the next is looked at, and is never shown."""
    examined: list[Examined] = []
    linked = ""
    for number, each in enumerate(case.incident.attachments, start=1):
        found = await case.do(
            ExamineAttachment(
                attachment=each,
                country=country or str(case.fact("country")),
                surplus=number > LIMITS.attachments,
            )
        )
        examined.append(found)
        case.say(Kind.ATTACHMENT, found.result.outcome, number=number, why=", ".join(codes_of(found)))
        if (code := suspicious(found)) is not None:
            case.mark(f"attachment-{code.value}")
        if isinstance(found.result, Sealed) and not linked:
            case.mark(HIT)
            linked = (await open_linked(case, found.result.must_open, HIT)).case
    return Papers(examined=tuple(examined), linked=linked)
