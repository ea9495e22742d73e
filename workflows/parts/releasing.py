"""The least that resolves it, decided by the people whom law and doubt ask for, and handed over after our call."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.climbing import climb
from workflows.parts.delivery import DENIES, deliver
from workflows.parts.identity import with_counsel

with workflow.unsafe.imports_passed_through():
    from domain.basis_terms import Need
    from domain.cards import Card, Finding
    from domain.emergency import release_card
    from domain.gates import Family, Gate, Seat
    from domain.least import Least, asked_for, left_out_of, with_seats
    from domain.people import Role
    from domain.state import State
    from domain.verification import Verified
    from domain.voting import Denied, Silence

RECORDS, CONTENT = ("E1", "E2"), ("E3",)
OPENED = "opened"
_OVER = (DENIES, "no-longer-needed")
RELEASE = Gate(
    name="release",
    family=Family.DISCLOSE,
    title="It is an emergency: release subscriber and log-in data?",
    press="Release these {count} items to {recipient}",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LEGAL, Role.DUTY_MANAGER)),
        Seat(name="lead", roles=(Role.LEGAL, Role.DUTY_MANAGER)),
    ),
    ladder=climb(
        (0, (Role.LE_SPECIALIST, Role.LEGAL)),
        (5, (Role.DUTY_MANAGER, Role.LEGAL)),
        (10, (Role.DUTY_MANAGER, Role.LEGAL, Role.LE_SPECIALIST)),
    ),
    excludes=("verifier", "requester", "directory-editor"),
    reasons=("not-an-emergency", "unverified", "scope-too-wide", "no-legal-basis", "withdrawn"),
)
RELEASE_WITH_COUNSEL = with_counsel(RELEASE)
RELEASE_ABROAD = with_seats(RELEASE, (Need.REGIONAL_COUNSEL,))
RELEASE_CONTENT = RELEASE.model_copy(
    update={
        "name": "release-content",
        "title": "Release content as well?",
        "seats": (Seat(name="legal", roles=(Role.LEGAL,)), Seat(name="lead", roles=(Role.DUTY_MANAGER,))),
    }
)
RELEASING_GATES = (RELEASE, RELEASE_WITH_COUNSEL, RELEASE_ABROAD, RELEASE_CONTENT)
"""What a procedure that releases with this part names among its gates."""


async def release_least(
    case: IncidentWorkflow, least: Least, identity: Verified, findings: tuple[Finding, ...], tiers: tuple[str, ...]
) -> str:
    """Ask, with counsel where it is amber and with regional counsel where it is foreign; then hand over what was
    decided. Silence releases nothing, and calling goes on.

    `opened`, or the code of why not: one of the gate's, `agency-denies` and `no-longer-needed` of the delivery, else
    `not-opened`.
    """
    gate = _gate(least, identity, tiers)
    shown = (*findings, least.finding)
    carried = tuple(each for each in tiers if each in identity.tiers)

    def card(state: State) -> Card:
        scope = asked_for(least.scope, state.facts.get("data_wanted"))
        # What was asked for by name is narrowed here, so that an amendment narrows the card that is open.
        facts = {name: value for name, value in state.facts.items() if name != "data_wanted"}
        return release_card(state.with_(facts=facts), gate, identity.recipient, scope, carried, shown)

    decision = await case.ask(gate, showing=card)
    if isinstance(decision, Silence):
        decision = await case.keep_calling(gate)
    if isinstance(decision, Denied):
        return decision.code
    stays = left_out_of(least, carried, fewer=len(decision.card.items) < len(card(case.state).items))
    record = await deliver(case, decision, str(case.fact("account")), stays)
    if record.reached:
        return OPENED
    return record.code if record.code in _OVER else "not-opened"


def _gate(least: Least, identity: Verified, tiers: tuple[str, ...]) -> Gate:
    if tiers == CONTENT:
        return RELEASE_CONTENT
    if Need.REGIONAL_COUNSEL in least.needs:
        return RELEASE_ABROAD
    return RELEASE_WITH_COUNSEL if identity.counsel else RELEASE
