"""Releasing one card: ask; on silence nothing leaves and calling goes on; on approval exactly that card leaves."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow

with workflow.unsafe.imports_passed_through():
    from activities.disclosure import Deliver, SendHolding
    from domain.cards import Finding
    from domain.emergency import Recipient, Scope, release_card
    from domain.gates import Gate
    from domain.voting import Approval, Denied, Silence


async def release(
    case: IncidentWorkflow,
    gate: Gate,
    recipient: Recipient,
    scope: Scope,
    tiers: tuple[str, ...],
    findings: tuple[Finding, ...],
) -> Approval | Denied:
    """What was decided, after it was done."""
    decision = await case.ask(gate, showing=lambda state: release_card(state, gate, recipient, scope, tiers, findings))
    if isinstance(decision, Silence):
        decision = await case.keep_calling(gate, telling=SendHolding(intake=case.incident.intake))
    if isinstance(decision, Approval):
        await case.do(Deliver(account=str(case.fact("account")), approval=decision))
    return decision
