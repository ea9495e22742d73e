"""Saying no: two people, a reason code, and a letter that confirms nothing."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import climb

with workflow.unsafe.imports_passed_through():
    from activities.disclosure import REQUESTER, SendRefusal
    from activities.letters import letter_digest
    from domain.cards import Card, CardItem, Finding
    from domain.gates import Family, Gate, Seat
    from domain.incident import IncidentReport, Outcome
    from domain.people import Role
    from domain.state import Phase
    from domain.voting import Approval, Denied, Silence

REFUSE = Gate(
    name="refuse",
    family=Family.REFUSE,
    title="Refuse this request?",
    press="Send the refusal to {recipient}",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LE_LIAISON, Role.DUTY_MANAGER)),
        Seat(name="legal", roles=(Role.LEGAL, Role.GENERAL_COUNSEL)),
    ),
    ladder=climb(
        (0, (Role.LE_SPECIALIST, Role.LEGAL)),
        (15, (Role.LE_LIAISON, Role.DUTY_MANAGER, Role.LEGAL)),
        (30, (Role.GENERAL_COUNSEL, Role.DUTY_MANAGER)),
    ),
    reasons=("look-again", "is-an-emergency"),
)  # fmt: skip


async def refuse(
    case: IncidentWorkflow, code: str, findings: tuple[Finding, ...], to: str = REQUESTER
) -> IncidentReport:
    """Two people decide the refusal; then the letter leaves. Silence sends nothing and keeps calling."""
    card = Card(
        gate=REFUSE.name,
        title=REFUSE.title,
        press=REFUSE.press,
        recipient=to,
        recipient_kind="requester",
        items=(CardItem(id=f"letter:{code}", label=f"letter {code}", sha256=letter_digest(code)),),
        findings=findings,
    )
    async with case.phase(Phase.NOTIFY):
        decision = await case.ask(REFUSE, showing=lambda _: card)
        if isinstance(decision, Silence):
            decision = await case.keep_calling(REFUSE)
        match decision:
            case Approval() as approval:
                await case.do(SendRefusal(letter=code, to=to, intake=case.incident.intake, approval=approval))
            case Denied(code=why):
                code = why
    async with case.phase(Phase.REVIEW):
        return await case.close(Outcome.FRAUD if code == "fraud" else Outcome.REFUSED, code)
