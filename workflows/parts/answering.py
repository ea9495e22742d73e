"""Answering: the letter is drafted from how the case ends, two people decide it, and it leaves when such letters do."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.asking import TELL_BY_PHONE, reachable
from workflows.parts.climbing import climb
from workflows.parts.refusal import REFUSE

with workflow.unsafe.imports_passed_through():
    from activities.answering import SendAnswer
    from activities.disclosure import REQUESTER
    from domain.answers import Answer, answer_item, answer_of, leaves_at, may_be_sent
    from domain.cards import Card, Finding
    from domain.incident import IncidentReport, Outcome
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, TaskPolicy
    from domain.state import Phase
    from domain.verification import Verified
    from domain.voting import Approval, Denied, Silence

ANSWER = REFUSE.model_copy(
    update={
        "title": "Send this answer?",
        "press": "Send the answer to {recipient}",
        "reasons": ("look-again", "answer-otherwise"),
    }
)
LOOK_AGAIN = TaskPolicy(
    name="look-again",
    title="The answer was not agreed to: read why, and say how the case ends",
    roles=(Role.DUTY_MANAGER, Role.LEGAL, Role.GENERAL_COUNSEL),
    ladder=climb((0, (Role.DUTY_MANAGER, Role.LEGAL)), (15, (Role.GENERAL_COUNSEL, Role.DUTY_MANAGER))),
    form=(FormField(name="then", label="How it ends", kind=FieldKind.CHOICE, required=True,
                    choices=("ask-again", "answer-by-hand")),),
    artefact=True,
)  # fmt: skip
ANSWERING_TASKS = (LOOK_AGAIN,)
"""What a procedure that answers with this part names among its tasks, beside `workflows.parts.asking.ASKING_TASKS`."""
_AT_MOST = 3  # letters that are asked for again; then somebody answers by hand


async def answer(
    case: IncidentWorkflow, outcome: Outcome, code: str, identity: Verified, findings: tuple[Finding, ...]
) -> IncidentReport:
    """End the case with the letter that tells so. To whoever is not confirmed it is one text, at one of a few moments
    that are counted from the receipt alone."""
    async with case.phase(Phase.NOTIFY):
        letter = answer_of(outcome, code)
        if letter is not None:
            if not may_be_sent(letter, identity.known):
                letter = Answer.UNVERIFIED  # the ending that says nothing, not even that it was handed over
            await tell(case, letter, identity, findings)
    async with case.phase(Phase.REVIEW):
        return await case.close(outcome, code)


async def tell(case: IncidentWorkflow, letter: Answer, identity: Verified, findings: tuple[Finding, ...]) -> None:
    """Have this letter decided, and sent when such letters leave; or told by phone where there is no address."""
    to = identity.agency if identity.confirmed else REQUESTER
    if not identity.confirmed and not reachable(case):
        await case.have(TELL_BY_PHONE)
        return
    card = Card(
        gate=ANSWER.name,
        title=ANSWER.title,
        press=ANSWER.press,
        recipient=to,
        recipient_kind="agency" if identity.confirmed else "requester",
        items=(answer_item(letter, identity.known),),
        findings=findings,
    )
    for _ in range(_AT_MOST):
        decision = await case.ask(ANSWER, showing=lambda _: card)
        if isinstance(decision, Silence):
            decision = await case.keep_calling(ANSWER)
        match decision:
            case Approval() as approval:
                await _leave(case, letter, identity, to, approval)
                return
            case Denied(code=why):
                match await case.have(LOOK_AGAIN, {"why": why}):
                    case WorkDone(result={"then": "ask-again"}):
                        continue
                    case _:
                        case.mark("answered-by-hand")
                        return


async def _leave(case: IncidentWorkflow, letter: Answer, identity: Verified, to: str, approval: Approval) -> None:
    since = case.incident.declared_at
    if not case.state.drill:
        await case.pause_until("answer", leaves_at(letter, identity.known, since, approval.decided_at))
    await case.do(
        SendAnswer(
            answer=letter,
            known=identity.known,
            to=to,
            received_at=since,
            intake=case.incident.intake,
            approval=approval,
        )
    )
