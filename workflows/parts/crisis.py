"""A person may be about to harm themselves: seeing how near it is, where help must go, and looking after everybody."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import climb
from workflows.parts.protection import CALL_DESK, call_desk, find_desk

with workflow.unsafe.imports_passed_through():
    from activities.care import CutStream, FindHints, LiftLimits, LimitReach, ResumeStream, ShowResources
    from domain.gates import Gate
    from domain.incident import Outcome
    from domain.outcomes import NoAnswer, WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Script, TaskPolicy
    from domain.selfharm import (
        NAMED,
        SIGNS,
        WELFARE_FIELDS,
        Danger,
        Place,
        danger_of,
        is_minor,
        limits_card,
        stream_card,
    )
    from domain.severity import Severity
    from domain.voting import Denied

_HOUR, _DAY = 60, 24 * 60
_NEVER = (
    "A promise that this stays between us.",
    "Who told us, or that anybody did.",
    "How anybody could harm themselves, or did.",
    "Advice or counselling of your own: you are not alone with this either.",
)
ASSESS_TRIAD = TaskPolicy(
    name="assess-triad",
    title="How near is it: is a plan, a time or a place named?",
    roles=(Role.ESCALATION_SPECIALIST,),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), (2, (Role.ESCALATION_SPECIALIST,)), again=2),
    script=Script(
        say=("If you must write to them: I am glad that you are here. There are people who would like to listen.",),
        never_say=_NEVER,
        write_down=("What was named, as codes only. What they wrote stays on the platform.",),
    ),
    form=(
        FormField(name="named", label="What is named or at hand", kind=FieldKind.LIST, required=True, choices=NAMED),
        FormField(name="signs", label="What it looks like", kind=FieldKind.CHOICE, required=True, choices=SIGNS),
        FormField(name="alerted", label="Somebody near them has been told, or has called for help",
                  kind=FieldKind.CHOICE, required=True, choices=("yes", "no", "unknown")),
    ),
    records_as="assessor",
    give_up=timedelta(minutes=5),
)  # fmt: skip
LOCATE = TaskPolicy(
    name="locate",
    title="Where is the person? By the quickest means, not the most exact",
    roles=(Role.LE_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.LE_SPECIALIST,)), (2, (Role.LE_SPECIALIST, Role.LE_LIAISON)), again=2),
    script=Script(
        never_say=(*_NEVER, "Anything to family or friends: whoever is sent decides whom to tell."),
        write_down=("The country, and what told you.",),
    ),
    form=(
        FormField(name="country", label="Country, two letters", kind=FieldKind.CODE, required=True),
        FormField(name="source", label="What told you", kind=FieldKind.CHOICE, required=True,
                  choices=("last-login", "sign-up", "phone-country", "reporter", "crisis-partner")),
    ),
    reasons=("nothing-says",),
    records_as="verifier",
    give_up=timedelta(minutes=5),
)  # fmt: skip
CALL_FOR_WELFARE = CALL_DESK.model_copy(
    update={
        "name": "call-for-welfare",
        "title": "Call the public-safety desk: somebody may need help now",
        "script": Script(
            say=(
                "Somebody may be about to harm themselves. We ask you to look after them.",
                "This is where they may be, how they can be reached, and when they were last seen.",
                "Please send people who know how to help somebody in a crisis, if you have them.",
            ),
            never_say=(*_NEVER, "What they wrote or showed.", "That a visit is without risk: say what you know of it."),
            write_down=("Who took the call, their reference, the time, what they will do.",),
        ),
    }
)
OTHER_HELP = TaskPolicy(
    name="other-help",
    title="No desk of ours can be told: find who can reach this person",
    roles=(Role.DUTY_MANAGER, Role.LE_LIAISON, Role.LEGAL),
    ladder=climb((0, (Role.DUTY_MANAGER,)), (5, (Role.LE_LIAISON, Role.LEGAL, Role.DUTY_MANAGER)), again=5),
    script=Script(say=("Ask the crisis partner of that country first.",), never_say=_NEVER),
    form=(FormField(name="by", label="Who takes it", kind=FieldKind.CHOICE, required=True,
                    choices=("crisis-partner", "desk-elsewhere", "nobody-could")),),
    artefact=True,
)  # fmt: skip
TELL_PARTNER = TaskPolicy(
    name="tell-partner",
    title="Ask our crisis partner to reach out: the least that may help",
    roles=(Role.ESCALATION_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), (15, (Role.LE_LIAISON, Role.ESCALATION_SPECIALIST)), again=30),
    script=Script(
        say=("Somebody may be having a very hard time, and may welcome a message from you.",),
        never_say=(*_NEVER, "Name, number or address: the partner writes through the platform."),
        write_down=("Whether they reach out.",),
    ),
    form=(FormField(name="taken", label="They reach out", kind=FieldKind.BOOL, required=True),),
    reasons=("nobody-answered", "no-partner-there"),
)
HUNT_COPIES = TaskPolicy(
    name="hunt-copies",
    title="Hash what was shown, find the copies, take them out of sight",
    roles=(Role.ESCALATION_SPECIALIST, Role.POLICY),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), (_HOUR, (Role.POLICY, Role.ESCALATION_SPECIALIST)), again=_HOUR),
    script=Script(
        write_down=("How many copies there were. Match by hash: nobody needs to watch it again.",),
        never_say=_NEVER,
    ),
    form=(FormField(name="copies", label="Copies found and removed", kind=FieldKind.NUMBER, required=True),),
    reasons=("nothing-was-recorded",),
)
LOOK_AFTER = TaskPolicy(
    name="look-after",
    title="A day later: how is the person?",
    roles=(Role.ESCALATION_SPECIALIST, Role.LE_LIAISON),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), (4 * _HOUR, (Role.LE_LIAISON,)), again=8 * _HOUR),
    script=Script(
        say=("We called about somebody's safety yesterday. Can you tell us whether they are safe?",),
        never_say=_NEVER,
        write_down=("The outcome. Where nobody knows, whether the account was used since.",),
    ),
    form=(
        FormField(name="outcome", label="How the person is", kind=FieldKind.CHOICE, required=True,
                  choices=("safe", "with-help", "died", "unknown")),
        FormField(name="found", label="Where help went", kind=FieldKind.CHOICE, required=True,
                  choices=("right-address", "wrong-address", "nobody-went", "unknown")),
        FormField(name="active", label="The account was used since", kind=FieldKind.BOOL, required=True),
    ),
)  # fmt: skip
GIVE_BACK = TaskPolicy(
    name="give-back",
    title="May the limits be lifted? They were never a punishment",
    roles=(Role.ESCALATION_SPECIALIST, Role.DUTY_MANAGER),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), (4 * _HOUR, (Role.DUTY_MANAGER,)), again=8 * _HOUR),
    form=(FormField(name="lift", label="Comments, gifts, viewers and going live", kind=FieldKind.CHOICE, required=True,
                    choices=("now", "later-by-policy")),),
)  # fmt: skip
CARE_FOR_STAFF = TaskPolicy(
    name="care-for-staff",
    title="Look after those who worked on this: offer time, a talk, a way off the rota",
    roles=(Role.WELLBEING, Role.DUTY_MANAGER),
    ladder=climb((0, (Role.WELLBEING,)), (_DAY, (Role.WELLBEING, Role.DUTY_MANAGER)), again=_DAY),
    script=Script(
        say=("You do not have to talk about it. You may, now or later, and it goes nowhere else.",),
        never_say=("Anything that finds its way into how somebody's work is judged.",),
        write_down=("Nothing about anybody. Only that everybody was asked.",),
    ),
    give_up=timedelta(hours=72),
)

TASKS = (ASSESS_TRIAD, LOCATE, CALL_FOR_WELFARE, OTHER_HELP, TELL_PARTNER, HUNT_COPIES, GIVE_BACK, CARE_FOR_STAFF)


async def limit_reach(case: IncidentWorkflow, ratify: Gate) -> None:
    """Less reach at once; a manager ratifies it, or it is taken back."""
    account = str(case.fact("account"))
    await case.act(
        LimitReach(account=account),
        undo=LiftLimits(account=account),
        ratify=ratify,
        showing=lambda state: limits_card(state, ratify),
    )


async def show_lines(case: IncidentWorkflow) -> None:
    """The crisis lines of their country, once, in our own words."""
    account, country, language = (str(case.fact(each)) for each in ("account", "country", "language"))
    minor = is_minor(case.state.facts)
    await case.do(ShowResources(account=account, country=country, language=language, minor=minor))


async def choose_stream(case: IncidentWorkflow, choice: Gate) -> None:
    """The line of contact stays unless somebody chooses otherwise; what was shown is hunted either way."""
    account = str(case.fact("account"))
    await case.when("live")
    cut = await case.devolve(
        CutStream(account=account),
        undo=ResumeStream(account=account),
        choice=choice,
        showing=lambda state: stream_card(state, choice),
    )
    case.task(HUNT_COPIES, {"stream": "cut" if cut else "kept"})


async def assess_triad(case: IncidentWorkflow) -> Danger:
    """A trained person says how near it is. Nobody saying so in time counts as imminent: doubt protects life."""
    match await case.have(ASSESS_TRIAD):
        case WorkDone(result=said, by=by):
            return danger_of(said, case.state.facts, by)
        case WorkCannot() | NoAnswer():
            return Danger(imminent=True, severity=Severity.P0, because=("nobody-assessed",))


async def locate(case: IncidentWorkflow) -> Place:
    """The country that help must go to; where nobody found one, what was declared, else where the account lives."""
    hints = await case.do(FindHints(account=str(case.fact("account"))))
    declared = str(case.fact("country")).upper()
    match await case.have(LOCATE, {"declared": declared, "account_says": hints.residency, "look_at": hints.fields}):
        case WorkDone(result=said, by=by):
            return Place(country=str(said["country"]).upper(), because=(str(said["source"]),), by=by)
        case WorkCannot() | NoAnswer():
            return Place(country=declared or hints.residency, because=("declared" if declared else "account",))


async def send_help(case: IncidentWorkflow, gate: Gate, danger: Danger, place: Place) -> tuple[Outcome, str]:
    """People decide whether a desk is called. Where none can be told, a person looks for somebody who can."""
    case.task(TELL_PARTNER)
    desk, found = await find_desk(case, place.country)
    scope = found.only(WELFARE_FIELDS)
    if not desk.id or not scope.items:
        await case.have(OTHER_HELP, {"country": place.country})
        return Outcome.COMPLETED, "no-desk"
    findings = (*danger.findings, place.finding)
    match await call_desk(case, gate, CALL_FOR_WELFARE, desk, scope, findings):
        case WorkDone():
            return Outcome.PROTECTED, ""
        case Denied(code=code):
            return Outcome.COMPLETED, code
        case WorkCannot() | NoAnswer():
            await case.have(OTHER_HELP, {"country": place.country})
            return Outcome.COMPLETED, "desk-silent"


async def give_back(case: IncidentWorkflow) -> None:
    """A person says when the limits end; nothing is given back by itself."""
    account = str(case.fact("account"))
    match await case.have(GIVE_BACK):
        case WorkDone(result={"lift": "now"}):
            await case.do(LiftLimits(account=account))
            await case.do(ResumeStream(account=account))
