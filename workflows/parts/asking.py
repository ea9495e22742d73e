"""A request that began as one line: what is missing is asked for, and whoever wrote hears that we are at work."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.climbing import climb

with workflow.unsafe.imports_passed_through():
    from activities.disclosure import REQUESTER, SendHolding
    from domain.answers import Answer, leaves_at
    from domain.cards import Finding
    from domain.emergency import Known
    from domain.gates import Family
    from domain.intake import MISSING
    from domain.people import Role
    from domain.policy import Script, TaskPolicy
    from domain.state import Status

NEEDED = ("requester_domain", "category", "country")
"""Without these nobody can be verified, nothing can be assessed, and no law is known."""
COMPLETE = TaskPolicy(
    name="complete-request",
    title="The request leaves things open: find them out, and enter them in the case as you learn them",
    roles=(Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST, Role.LE_SPECIALIST)), (5, (Role.LE_LIAISON, Role.LE_SPECIALIST))),
    script=Script(
        say=(
            "We have received your request. To go on with it we need to know what it leaves open.",
            "Who is in danger, where, since when? Which of your cases is it? Which data would resolve it, and how?",
        ),
        never_say=("Whether an account exists.", "What we will decide, or how long that takes."),
        write_down=("What you asked for, whom, and the time. Names belong in the record, never in the case's facts.",),
    ),
    reasons=("nobody-answered", "nobody-to-ask", "they-would-not-say"),
    give_up=timedelta(minutes=10),
)
TELL_BY_PHONE = TaskPolicy(
    name="tell-by-phone",
    title="There is no address to write to: tell whoever asked, by the way they came, that nothing further will follow",
    roles=(Role.LE_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.LE_SPECIALIST,)), (60, (Role.LE_LIAISON, Role.LE_SPECIALIST)), again=240),
    script=Script(
        say=(
            "Nothing further will follow on this request as it stands. I cannot say why, and would say the same in "
            "every case.",
            "If life is in danger now, please call the emergency services where the person is.",
        ),
        never_say=("Whether an account exists.", "Why, or what was decided."),
    ),
    reasons=("nobody-answered", "nobody-to-tell"),
    give_up=timedelta(days=1),
)
ASKING_TASKS = (COMPLETE, TELL_BY_PHONE)
"""What a procedure that asks and answers with this part names among its tasks."""


def missing(case: IncidentWorkflow) -> tuple[str, ...]:
    """What the request left open and nobody has entered since. What identifies people is never entered."""
    left = case.fact(MISSING)
    return tuple(each for each in left if not case.fact(each)) if isinstance(left, tuple) else ()


async def complete(case: IncidentWorkflow) -> None:
    """Until we know enough to go on, somebody says that we shall not learn it, or the time for it is over."""
    if all(case.fact(each) for each in NEEDED):
        return
    case.task(COMPLETE, {"missing": missing(case) or NEEDED})

    def over() -> str:
        asked = [each for each in case.state.tasks.values() if each.task.name == COMPLETE.name]
        if all(case.fact(each) for each in NEEDED):
            return "complete"
        return "" if asked[-1].open else "not-to-be-had"

    await case.pause("complete", timedelta(minutes=10), over)
    case.drop(COMPLETE.name)


async def hold(case: IncidentWorkflow) -> None:
    """Whoever wrote hears once, at the same moment whatever goes on, that we are at work; unless a confirmed authority
    was answered before."""

    def answered() -> str:
        said = (each for each in case.state.gates.values() if each.status is Status.APPROVED)
        return (
            "answered"
            if any(
                each.gate.family is Family.DISCLOSE or (each.gate.name == "refuse" and each.card.recipient != REQUESTER)
                for each in said
            )
            else ""
        )

    since = case.incident.declared_at
    paused = await case.pause_until("holding", leaves_at(Answer.HOLDING, Known.UNCONFIRMED, since, since), answered)
    if not paused.why and reachable(case):
        await case.do(SendHolding(intake=case.incident.intake))


def reachable(case: IncidentWorkflow) -> bool:
    """Whether the request gave an address to which whoever wrote can be answered."""
    return case.incident.intake is not None and "requester_email" not in missing(case)


def completeness(case: IncidentWorkflow) -> Finding:
    """For the card: what nobody could tell us."""
    left = missing(case)
    return Finding(about="request", verdict="incomplete" if left else "complete", because=left)
