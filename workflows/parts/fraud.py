"""A forged request: nothing is taken from its sender any more, those whose name was used are told, and we look back."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.climbing import climb

with workflow.unsafe.imports_passed_through():
    from activities.agencies import FindServingDesks
    from activities.fraud import ReportForgery, report_item
    from activities.verifying import GatherLookBack, LiftQuarantine, LookBack, QuarantineSender
    from domain.cards import Card, Finding
    from domain.gates import Family, Gate, Seat
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.verification import Verified
    from domain.voting import Approval, Denied, Silence

NOT_FRAUD = "not-fraud"
REPORT_FRAUD = Gate(
    name="report-fraud",
    family=Family.REFUSE,
    title="Was this request forged? Tell the agency whose name was used, and the cyber-crime desk",
    press="Send these {count} reports",
    seats=(
        Seat(name="specialist", roles=(Role.LE_SPECIALIST, Role.LE_LIAISON, Role.DUTY_MANAGER)),
        Seat(name="legal", roles=(Role.LEGAL, Role.GENERAL_COUNSEL)),
    ),
    ladder=climb(
        (0, (Role.LE_SPECIALIST, Role.LEGAL)),
        (30, (Role.LE_LIAISON, Role.DUTY_MANAGER, Role.LEGAL)),
        (60, (Role.GENERAL_COUNSEL, Role.DUTY_MANAGER)),
    ),
    reasons=(NOT_FRAUD, "report-otherwise"),
)
REPORT_BY_HAND = TaskPolicy(
    name="report-by-hand",
    title="This report does not leave by itself: find who takes it, and tell them",
    roles=(Role.LE_LIAISON, Role.LE_SPECIALIST, Role.LEGAL),
    ladder=climb((0, (Role.LE_LIAISON, Role.LE_SPECIALIST)), (120, (Role.LEGAL, Role.LE_SPECIALIST)), again=240),
    script=Script(
        say=("A forged request for a user's data reached us in an authority's name. Nothing was released on it.",),
        never_say=("Whose account was asked about.", "A word to whoever sent it, or to the address that they gave."),
        write_down=("Who took the report, their reference, the time.",),
    ),
    form=(FormField(name="told", label="Who was told", kind=FieldKind.CHOICE, required=True,
                    choices=("agency", "cyber-desk", "both", "nobody-takes-it")),),
    artefact=True,
)  # fmt: skip


async def report_fraud(case: IncidentWorkflow, identity: Verified) -> LookBack:
    """Quarantine at once, in silence; the reports when two people said that it is fraud. What comes back are the
    earlier cases of this sender, officer, account or domain, which somebody must look at again; none where the two
    people say that it was no fraud, and the quarantine is lifted then."""
    intake, account = case.incident.intake, str(case.fact("account"))
    case.undo_with(LiftQuarantine(intake=intake))
    await case.do(QuarantineSender(intake=intake))
    country = str(case.fact("country"))
    desks = (await case.do(FindServingDesks(at=identity.country or country, cyber=True))).desks
    letters = (
        *((("impersonation", identity.real_agency),) if identity.real_agency else ()),
        *(("forged-request", each.id) for each in desks[:1]),
    )
    by_hand = len(letters) < len(("agency", "desk"))
    if letters:
        card = _card(letters, identity.findings)
        decision = await case.ask(REPORT_FRAUD, showing=lambda _: card)
        if isinstance(decision, Silence):
            decision = await case.keep_calling(REPORT_FRAUD)
        match decision:
            case Approval() as approval:
                for name, to in letters:
                    await case.do(ReportForgery(letter=name, to=to, approval=approval))
            case Denied(code=code) if code == NOT_FRAUD:
                await case.do(LiftQuarantine(intake=intake))
                return LookBack(forged=False)
            case Denied():
                by_hand = True
    if by_hand:
        case.task(REPORT_BY_HAND, {"agency": identity.real_agency, "country": identity.country or country})
    return await case.do(GatherLookBack(account=account, agency=identity.agency, intake=intake))


def _card(letters: tuple[tuple[str, str], ...], findings: tuple[Finding, ...]) -> Card:
    return Card(
        gate=REPORT_FRAUD.name,
        title=REPORT_FRAUD.title,
        press=REPORT_FRAUD.press,
        recipient=letters[0][1],
        recipient_kind="agency",
        items=tuple(report_item(name, to) for name, to in letters),
        findings=findings,
    )
