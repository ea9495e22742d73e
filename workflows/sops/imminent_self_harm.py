"""Imminent self-harm: somebody on the platform may be about to harm themselves.

Contain. Everything at once, and nothing waits for anything: the account is preserved in silence; comments and gifts
are limited, recommendation stops and no new viewer comes in, which a manager ratifies; the crisis lines of their
country are shown. Nobody is punished: the account stays theirs. If they are live, the stream is not cut by rule.
The line of contact stays open while help is on its way, unless the act is graphic or under way. The duty manager
chooses; after three minutes of silence a responder may. A stream is never cut without a person. What one person
chose is ratified by another, and turned round if it was wrong. Copies of what was shown are hunted by hash.

Investigate. Two people at once: one says whether a plan, a time or a place is named, the other where help must go,
by the quickest means. Any one of the three is imminent; nobody answering is, too.

Notify. If it is imminent, our crisis partner is asked to reach out, and two people decide whether we call the
public-safety desk of the place: location, contact and last seen, never what they wrote, never their family. After
ten minutes counsel or an executive may decide alone, and is ratified. Silence keeps calling. A day later we ask how
the person is. If it is not imminent, the crisis lines were shown, and that is enough.

Review. It begins by itself. A person says when the limits end. Those who worked on it are looked after. A death, a
minor, a stream that ran long before anybody chose, or help sent to a wrong address is marked for the review.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts import crisis
from workflows.parts.crisis import assess_triad, choose_stream, give_back, limit_reach, locate, send_help, show_lines
from workflows.parts.ladders import FAILED_STEPS, HAND_OVER, OWNER, REVIEW, STAND_DOWN, climb
from workflows.parts.protection import PROTECT

with workflow.unsafe.imports_passed_through():
    from activities.platform import SnapshotAccount
    from domain.fitness import Fitness
    from domain.gates import Family, Gate, Seat
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.people import Role
    from domain.policy import FieldKind, FollowUp, FormField, Procedure
    from domain.selfharm import AGES, NAMED, SIGNS, review_triggers
    from domain.state import Phase

LEADS = Seat(name="lead", roles=(Role.DUTY_MANAGER, Role.INCIDENT_COMMANDER))
KEEP_LIMITS = Gate(
    name="keep-limits",
    family=Family.CONTAIN,
    title="Comments, gifts and new viewers were stopped. Keep it so?",
    press="Keep it so",
    seats=(LEADS,),
    ladder=climb((0, (Role.DUTY_MANAGER,)), (20, (Role.INCIDENT_COMMANDER,))),
    reasons=("not-needed", "wrong-account"),
    ratify_within=timedelta(minutes=60),
)
CUT_STREAM = Gate(
    name="cut-stream",
    family=Family.DEVOLVE,
    title="They are live: cut the stream, or keep the line of contact?",
    press="Cut the stream",
    seats=(Seat(name="chooser", roles=(Role.DUTY_MANAGER, Role.ESCALATION_SPECIALIST)),),
    ladder=climb((0, (Role.DUTY_MANAGER,)), (3, (Role.ESCALATION_SPECIALIST, Role.DUTY_MANAGER)), again=3),
    because=("act-under-way", "graphic", "urged-on-by-viewers"),
    reasons=("keeps-contact", "help-on-the-way", "nothing-graphic"),
    ratify=(LEADS,),
    ratify_within=timedelta(minutes=60),
)
WELFARE = PROTECT.model_copy(
    update={
        "name": "welfare",
        "title": "Ask a public-safety desk to look after this person?",
        "reasons": ("help-is-there", "no-danger", "call-would-endanger"),
    }
)
AFTER_A_DAY = FollowUp(name="day", after=timedelta(hours=24), task=crisis.LOOK_AFTER)

INTAKE = (
    FormField(name="account", label="Account id on the platform", kind=FieldKind.ACCOUNT, required=True),
    FormField(name="live", label="They are live now", kind=FieldKind.BOOL),
    FormField(name="minutes_live", label="For how many minutes", kind=FieldKind.NUMBER),
    FormField(name="named", label="What is named or at hand", kind=FieldKind.LIST, choices=NAMED),
    FormField(name="signs", label="What it looks like", kind=FieldKind.CHOICE, choices=SIGNS),
    FormField(name="age", label="How old they seem", kind=FieldKind.CHOICE, choices=AGES),
    FormField(name="urged_on", label="Somebody urges them on", kind=FieldKind.BOOL),
    FormField(name="country", label="Country where they are, two letters", kind=FieldKind.CODE),
    FormField(name="language", label="Their language, two letters", kind=FieldKind.CODE),
    FormField(name="minutes_inactive", label="Minutes since they were last active", kind=FieldKind.NUMBER),
    FormField(name="companions", label="Who is with them", kind=FieldKind.CHOICE,
              choices=("alone", "with-others", "unknown")),
    FormField(name="context", label="Part of something", kind=FieldKind.CHOICE,
              choices=("none", "challenge", "game", "pact", "unknown")),
    FormField(name="reporter", label="Who told us", kind=FieldKind.CHOICE,
              choices=("user", "friend", "family", "school", "crisis-partner", "authority", "classifier")),
    FormField(name="reporter_contact", label="How to reach who told us", identifying=True),
    FormField(name="whereabouts", label="Anything that says where they are", identifying=True),
    FormField(name="history", label="What is known of earlier crises", identifying=True),
    FormField(name="narrative", label="What is happening", identifying=True),
)  # fmt: skip
POLICY = Procedure(
    slug="imminent_self_harm",
    prefix="ISH",
    title="Imminent self-harm",
    version=1,
    intake=INTAKE,
    gates=(KEEP_LIMITS, CUT_STREAM, WELFARE),
    tasks=crisis.TASKS,
    owner=OWNER,
    hand_over=HAND_OVER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    follow_ups=(AFTER_A_DAY,),
    review=REVIEW,
    severity_rule="self-harm",
    fitness=Fitness(trained=True),
)


@workflow.defn(name="sop.imminent_self_harm")
class ImminentSelfHarm(IncidentWorkflow):
    """The procedure as it runs."""

    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        async with self.phase(Phase.CONTAIN):
            self.own()
            self.beside("keep", self.do(SnapshotAccount(account=str(self.fact("account")), reason="self-harm")))
            self.beside("reach", limit_reach(self, KEEP_LIMITS))
            self.beside("lines", show_lines(self))
            self.beside("stream", choose_stream(self, CUT_STREAM))
        async with self.phase(Phase.INVESTIGATE):
            danger, place = await self.both(assess_triad(self), locate(self))
            self.rate(danger.severity)
        outcome, code = Outcome.COMPLETED, "resources-shown"
        if danger.imminent:
            async with self.phase(Phase.NOTIFY):
                outcome, code = await send_help(self, WELFARE, danger, place)
                await self.follow_up(AFTER_A_DAY)
        async with self.phase(Phase.REVIEW):
            self.task(crisis.CARE_FOR_STAFF)
            await give_back(self)
            self.mark(*review_triggers(self.state))
            return await self.close(outcome, code)
