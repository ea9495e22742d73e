"""Handing a package over: not before our call, to one opener only; whatever goes wrong is a case of its own at once."""

from __future__ import annotations

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import climb
from workflows.parts.linking import open_linked

with workflow.unsafe.imports_passed_through():
    from activities.delivery import AllowOpening, OfferPackage, RecallPackage, WatchPackage
    from domain.acts import Facts
    from domain.delivery import DeliveryPolicy, PackageRecord, PackageState, consequence, folded, suspected
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.timeline import Kind
    from domain.voting import Approval

RELEASE_CALL = TaskPolicy(
    name="release-call",
    title="Call the agency at the number in our directory, and say done when their duty officer is on the line",
    roles=(Role.LE_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.LE_SPECIALIST,)), (5, (Role.LE_SPECIALIST, Role.LE_LIAISON))),
    script=Script(
        say=(
            "I am calling from our own record of your number. We have something for your agency.",
            "Do you know of this request, and are you the one who will open what we send?",
        ),
        never_say=("What is in it, or whose it is.", "The code before our desk shows it to you."),
    ),
    reasons=("nobody-answered", "agency-denies", "no-number"),
    records_as="release-caller",
)  # fmt: skip
SPEAK_CODE = TaskPolicy(
    name="speak-code",
    title="You have them on the line: have the desk show you the code, read it out, and write down who took it",
    roles=RELEASE_CALL.roles,
    ladder=climb((0, (Role.LE_SPECIALIST,)), (10, (Role.LE_SPECIALIST, Role.LE_LIAISON))),
    script=Script(
        say=("Please write this down. It works once, for whoever opens it first, three tries in all.",),
        never_say=("The code to anybody else, by mail, in chat or to a mailbox.",),
        write_down=("Who took the code, their role, the time.",),
    ),
    reasons=("line-dropped", "code-not-shown", "declined", "agency-denies"),
    artefact=True,
)
ANEW = TaskPolicy(
    name="offer-anew",
    title="The package was taken back unopened: offer it anew, under the same decision?",
    roles=(Role.DUTY_MANAGER, Role.LEGAL),
    ladder=climb((0, (Role.DUTY_MANAGER, Role.LEGAL)), (15, (Role.DUTY_MANAGER, Role.LEGAL))),
    form=(FormField(name="anew", label="Offer it anew", kind=FieldKind.BOOL, required=True),),
    reasons=("no-longer-needed",),
)
LOOK_AT_SEAL = TaskPolicy(
    name="look-at-seal",
    title="A package was sealed: somebody may have tried to get at it. Look at it now",
    roles=(Role.DUTY_MANAGER, Role.LE_LIAISON, Role.SECURITY, Role.INCIDENT_COMMANDER),
    ladder=climb((0, (Role.DUTY_MANAGER, Role.SECURITY)), (10, (Role.INCIDENT_COMMANDER, Role.LE_LIAISON))),
    form=(FormField(name="was", label="What it was", kind=FieldKind.CHOICE, required=True,
                    choices=("attack", "mistake-of-the-agency", "mistake-of-ours", "not-known")),),
    reasons=("handed-to-the-linked-case",),
)  # fmt: skip
TASKS = (RELEASE_CALL, SPEAK_CODE, ANEW, LOOK_AT_SEAL)
"""What a procedure that delivers lists among its own."""

DENIES = "agency-denies"


async def deliver(
    case: IncidentWorkflow, approval: Approval, account: str, left_out: tuple[str, ...] | None = None
) -> PackageRecord:
    """Offer, call, wait. Returns the package as opened, as sealed, or as taken back for good: with the code of why,
    where the agency says that it did not ask, or nobody needs it any more.

    Taken back for a harmless reason, it may be offered anew under the same decision, as often as somebody says so.
    What was sealed never is: for that the procedure asks its gate again.
    """
    number = 0
    while True:
        number += 1
        name = f"{approval.key}#{number}"
        record, why = await _offered(case, approval, account, name, left_out)
        if record.state is PackageState.OPENED:
            case.beside(f"{approval.gate.name}-{number}", _watch_opened(case, name, record))
            return record
        if record.state is PackageState.SEALED:
            return record
        if why == DENIES:
            return record.model_copy(update={"code": why})
        match await case.have(ANEW, {"package": record.id, "why": why or record.state.value}):
            case WorkDone(result={"anew": True}):
                continue
            case WorkCannot(code=code):
                return record.model_copy(update={"code": code})
            case _:
                return record


async def _offered(
    case: IncidentWorkflow, approval: Approval, account: str, name: str, left_out: tuple[str, ...] | None
) -> tuple[PackageRecord, str]:
    """One package, from its offer until it is opened, sealed or taken back; and the code of why we took it back."""
    case.undo_with(RecallPackage(name=name))
    offered = await case.do(OfferPackage(name=name, account=account, approval=approval, left_out=left_out))
    about: Facts = {"package": offered.record.id, "offer": name, "agency": approval.card.recipient}
    case.say(Kind.DELIVERY, "made", offered.record.id, manifest=offered.manifest, items=offered.items)
    if offered.record.state is not PackageState.OFFERED:
        return offered.record, "recalled"  # before it came
    over: list[str] = []  # why the call came to nothing; the watch hears of it here, and journals it
    _, (record, why) = await case.both(
        _call(case, approval, name, about, over), _watch_unopened(case, name, offered.record, over)
    )
    return record, why


async def _call(case: IncidentWorkflow, approval: Approval, name: str, about: Facts, over: list[str]) -> None:
    """Call, have the portal told, speak the code. Only now can it be opened, and only the caller is shown the code."""
    match await case.have(RELEASE_CALL, about):
        case WorkDone(by=caller):
            pass
        case WorkCannot(code=code):
            over.append(code)
            return
        case NoAnswer():
            return
    allowed = await case.do(AllowOpening(name=name, approval=approval))
    if allowed.state is not PackageState.OFFERED:
        over.append("too-late")
        return
    match await case.have(SPEAK_CODE, {**about, "caller": caller}):
        case WorkCannot(code=code):
            over.append(code)


async def _watch_unopened(
    case: IncidentWorkflow, name: str, record: PackageRecord, over: list[str]
) -> tuple[PackageRecord, str]:
    """Look until somebody opened it, it was sealed, it has lain too long, or the call came to nothing."""
    policy = _policy(case)
    taken_back_at, why, looks = record.offered_at + policy.recall_after, "", 0
    while True:
        record = await _look(case, name, record)
        if record.state is not PackageState.OFFERED or why:
            break
        paused = await case.pause("look", policy.pause(looks), lambda: over[0] if over else "")
        looks += 1
        why = paused.why or ("unopened" if paused.at >= taken_back_at else "")
        if why:
            # Recall and opening may meet: the portal lets one win, and the next look says which.
            await case.do(RecallPackage(name=name))
    if record.state is PackageState.OPENED:
        return record, ""  # whoever spoke the code still writes down who took it
    if record.state is PackageState.SEALED:
        await _sealed(case, record)
    elif why == DENIES:
        await open_linked(case, suspected(record), why)
    case.drop(RELEASE_CALL.name, SPEAK_CODE.name)
    return record, why


async def _watch_opened(case: IncidentWorkflow, name: str, record: PackageRecord) -> None:
    """Until the link is dead somebody else may come with it: that seals it, whoever was first."""
    while True:
        paused = await case.pause("look", _policy(case).after_opening)
        record = await _look(case, name, record)
        if record.state is PackageState.SEALED:
            await _sealed(case, record)
            return
        if paused.at >= record.expires_at:
            return


async def _look(case: IncidentWorkflow, name: str, record: PackageRecord) -> PackageRecord:
    """What happened since the last look, each event in the timeline."""
    seen = await case.do(WatchPackage(name=name, after=record.seen))
    for event in seen.events:
        record = folded(record, event)
        place = event.place
        case.say(
            Kind.DELIVERY,
            event.did.value,
            record.id,
            number=event.number,
            at=event.at.isoformat(),
            why=event.code,
            country=place.country,
            network=place.network.value,
        )
    return record


async def _sealed(case: IncidentWorkflow, record: PackageRecord) -> None:
    """A case of its own at once, people called at once, and the review will look at it."""
    case.mark(f"package-{record.code}")
    if grave := consequence(record):
        case.say(Kind.CONSEQUENCE, grave, record.id)
    linked = await open_linked(case, suspected(record), record.code)
    case.task(LOOK_AT_SEAL, {"package": record.id, "why": record.code, "out": record.out, "case": linked.case})


def _policy(case: IncidentWorkflow) -> DeliveryPolicy:
    return case.policy.delivery or DeliveryPolicy()
