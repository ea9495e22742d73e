"""The other ways in which a request for data ends: forged, for a desk nearby, for a sister company, taken back."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.answering import answer, tell
from workflows.parts.asking import completeness
from workflows.parts.climbing import climb
from workflows.parts.fraud import report_fraud
from workflows.parts.linking import open_linked
from workflows.parts.safety_call import call_for_safety

with workflow.unsafe.imports_passed_through():
    from activities.handing_off import PrepareHandOff
    from activities.least import RouteRequest
    from domain.answers import Answer
    from domain.cards import Finding
    from domain.emergency import Emergency, Known
    from domain.entities import Route, Way
    from domain.incident import IncidentReport, Outcome
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.state import Phase
    from domain.timeline import Kind
    from domain.verification import Verified, denied, doubted, scored
    from domain.withdrawing import Stage, withdrawal

_LE = (Role.LE_SPECIALIST, Role.LE_LIAISON)
FIND_RESIDENCY = TaskPolicy(
    name="find-residency",
    title="Nobody knows where this user is: find it out, and have the platform's record say so",
    roles=(*_LE, Role.LEGAL),
    ladder=climb((0, (Role.LE_SPECIALIST, Role.LEGAL)), (10, (Role.LE_LIAISON, Role.LEGAL))),
    form=(FormField(name="found", label="The platform's record says it now", kind=FieldKind.BOOL, required=True),),
    reasons=("not-to-be-found",),
)
PASS_ON = TaskPolicy(
    name="pass-on",
    title="Another company of our group answers for this user: give its desk the sheet, and nothing else",
    roles=(*_LE, Role.DUTY_MANAGER),
    ladder=climb((0, (Role.LE_SPECIALIST, Role.DUTY_MANAGER)), (5, (Role.LE_LIAISON, Role.DUTY_MANAGER)), again=5),
    script=Script(
        say=("An emergency request reached us that is yours to answer. This is the request and who we think asked.",),
        never_say=("Anything that our systems hold about the user, or where the user is.",),
        write_down=("Who took it over at the sister company, their case, the time.",),
    ),
    form=(FormField(name="taken", label="Their desk has it in hand", kind=FieldKind.BOOL, required=True),),
    artefact=True,
)
WITHDRAWAL_CALL = TaskPolicy(
    name="call-about-withdrawal",
    title="Somebody took the request back: ask the agency at our own number whether it did",
    roles=_LE,
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, _LE)),
    script=Script(
        say=("We were told that your request is taken back. Did your agency do that, and is the person safe?",),
        never_say=("Whether an account exists.", "What we have decided so far."),
        write_down=("Who answered and their role, the time, and whether anybody is still in danger.",),
    ),
    form=(FormField(name="answer", label="What the agency said", kind=FieldKind.CHOICE, required=True,
                    choices=("taken-back", "not-taken-back", "unclear")),),
    reasons=("nobody-answered", "no-number"),
    records_as="verifier",
    artefact=True,
)  # fmt: skip
ENDING_TASKS = (FIND_RESIDENCY, PASS_ON, WITHDRAWAL_CALL)
"""What a procedure that ends with this part names among its tasks."""
_SAID = {"taken-back": Known.CONFIRMED, "not-taken-back": Known.CONTRADICTED}


async def redirect(case: IncidentWorkflow) -> IncidentReport:
    """Whoever is no authority gets no data and no call: but somebody may be in danger, so a case of triage opens."""
    await open_linked(case, "person_in_danger", "not-an-authority")
    stranger = scored(())
    return await answer(case, Outcome.REFUSED, "redirected", stranger, (stranger.finding, completeness(case)))


async def forged(case: IncidentWorkflow, identity: Verified, findings: tuple[Finding, ...]) -> IncidentReport:
    """Tell those whose name was used, look back a year in a case of its own, and answer as everybody is answered."""
    async with case.phase(Phase.NOTIFY):
        seen = await report_fraud(case, identity)
        if seen.forged:
            await open_linked(case, "fraud_look_back", "fraud")
            for each in seen.linked:
                case.say(Kind.LINKED, "look-back", each.case, why=",".join(each.why))
    if seen.forged:
        return await answer(case, Outcome.FRAUD, "fraud", identity, findings)
    return await answer(case, Outcome.REFUSED, "unverified", identity, findings)


async def unconfirmed(
    case: IncidentWorkflow, identity: Verified, findings: tuple[Finding, ...], category: str
) -> IncidentReport:
    """Not to whoever asked: to a sister company or to a desk that serves the place. What is done there takes its time
    only where there is an account, so the letter is decided beside it: the moment at which it leaves tells nothing."""
    async with case.phase(Phase.NOTIFY):
        _, (outcome, code) = await case.both(
            tell(case, Answer.UNVERIFIED, identity, findings), _elsewhere(case, identity, category, findings)
        )
    async with case.phase(Phase.REVIEW):
        return await case.close(outcome, code)


async def _elsewhere(
    case: IncidentWorkflow, identity: Verified, category: str, findings: tuple[Finding, ...]
) -> tuple[Outcome, str]:
    route = await routed(case)
    if route.way is Way.SISTER:
        await _hand_over(case, route, identity, category)
        return Outcome.HANDED_OVER, route.to
    called = await call_for_safety(case, findings)
    return (Outcome.PROTECTED, "") if isinstance(called, WorkDone) else (Outcome.REFUSED, "unverified")


async def protect_instead(case: IncidentWorkflow, identity: Verified, findings: tuple[Finding, ...]) -> IncidentReport:
    """What an authority that we know could not be given goes to a public-safety desk that serves the place, by our own
    call, if people decide it."""
    async with case.phase(Phase.NOTIFY):
        called = await call_for_safety(case, findings)
    if isinstance(called, WorkDone):
        return await answer(case, Outcome.PROTECTED, "", identity, findings)
    return await answer(case, Outcome.REFUSED, "no-legal-basis", identity, findings)


async def not_released(
    case: IncidentWorkflow, code: str, identity: Verified, findings: tuple[Finding, ...], category: str
) -> IncidentReport:
    """How a request ends that was not released, or that nobody opened, by the code of `release_least`."""
    match code:
        case "unverified":
            return await unconfirmed(case, *doubted(identity, findings), category)
        case "agency-denies":
            return await forged(case, *denied(identity, findings))
        case "withdrawn" | "no-longer-needed":
            return await answer(case, Outcome.WITHDRAWN, "withdrawn", identity, findings)
        case "not-opened":
            return await protect_instead(case, identity, findings)
        case _:
            return await answer(case, Outcome.REFUSED, code, identity, findings)


async def routed(case: IncidentWorkflow) -> Route:
    """Which of our companies answers for this user; asked of a person where our record does not say."""
    wanted = RouteRequest(account=str(case.fact("account")), entity=case.incident.entity)
    found = await case.do(wanted)
    if found.way is not Way.ASK:
        return found
    await case.have(FIND_RESIDENCY)
    return await case.do(wanted)


async def passed_on(
    case: IncidentWorkflow, identity: Verified, findings: tuple[Finding, ...], category: str
) -> IncidentReport | None:
    """To the sister company that answers for this user, without the data: it goes on with the request, and asks its
    own systems. None where the request stays with us."""
    route = await routed(case)
    if route.way is not Way.SISTER:
        return None
    async with case.phase(Phase.NOTIFY):
        await _hand_over(case, route, identity, category)
    return await answer(case, Outcome.HANDED_OVER, route.to, identity, findings)


async def _hand_over(case: IncidentWorkflow, to: Route, identity: Verified, category: str) -> None:
    sheet = await case.do(
        PrepareHandOff(
            route=to,
            entity=case.incident.entity,
            category=category,
            severity=case.state.severity,
            identity=identity.known,
            agency=identity.agency,
            intake=case.incident.intake,
        )
    )
    await case.have(PASS_ON, {"entity": sheet.entity, "desk": sheet.desk, "sheet": sheet.document.id})


async def taken_back(case: IncidentWorkflow, identity: Verified, emergency: Emergency) -> bool:
    """Whether the request ends because it was withdrawn. The agency itself must say so, on a call of ours; and where
    somebody is in danger an unconfirmed request is no reason to look away."""
    if not case.fact("withdrawn"):
        return False
    by = Known.UNCONFIRMED
    if identity.confirmed:
        match await case.have(WITHDRAWAL_CALL, {"agency": identity.agency}):
            case WorkDone(result=said):
                by = _SAID.get(str(said["answer"]), Known.UNCONFIRMED)
    rule = withdrawal(
        stage=Stage.OPEN, requester=identity.known, withdrawn_by=by, same_agency=True, danger=emergency.real
    )
    case.say(Kind.NOTE, rule.because)
    if not rule.ends:
        case.mark("withdrawal-not-followed")
    return rule.ends
