"""Rehearsed clocks: the facts of the case say which clock runs from when, and how it ends. Exists to exercise clocks.

Contain. The clock that the intake names is started, from as many minutes ago as it says. Investigate. Somebody does
the duty, or says that it is not owed. Review. The case closes when no duty is owed.
"""

from __future__ import annotations

from datetime import date, timedelta

from temporalio import workflow

from workflows.kit.incident import IncidentWorkflow
from workflows.parts.ladders import FAILED_STEPS, OWNER, STAND_DOWN, climb

with workflow.unsafe.imports_passed_through():
    from domain.clock_rules import (
        ClockRule,
        Counsel,
        Read,
        Span,
        Standing,
        TriggerKind,
        Unit,
    )
    from domain.incident import IncidentReport, OpenIncident, Outcome
    from domain.outcomes import WorkCannot, WorkDone
    from domain.people import Role
    from domain.policy import FieldKind, FormField, Procedure, TaskPolicy
    from domain.state import Phase

LAW = ClockRule(
    id="TEST-LAW",
    duty="Tell a synthetic authority",
    trigger=TriggerKind.AWARENESS,
    jurisdiction="XX",
    authority="Synthetic authority",
    source="Synthetic law, section 1",
    reviewed=date(2026, 11, 22),
    read=Read.SOURCE,
    span=Span(count=100, unit=Unit.MINUTES),
    target=timedelta(minutes=40),
    counsel=Counsel(standing=Standing.CONFIRMED, on=date(2026, 11, 20), by=Role.GENERAL_COUNSEL),
)
WORDS = LAW.model_copy(
    update={"id": "TEST-WORDS", "span": None, "words": "without undue delay", "target": timedelta(minutes=60),
            "counsel": Counsel()}
)  # fmt: skip
DAYS = LAW.model_copy(
    update={"id": "TEST-DAYS", "target": None,
            "span": Span(count=2, unit=Unit.BUSINESS_DAYS, country="US", zone="America/New_York")}
)  # fmt: skip
NOWHERE = DAYS.model_copy(
    update={"id": "TEST-NOWHERE", "span": Span(count=2, unit=Unit.BUSINESS_DAYS, country="QQ"),
            "target": timedelta(minutes=40)}
)  # fmt: skip
NOT_YET = LAW.model_copy(update={"id": "TEST-NOT-YET", "counsel": Counsel(standing=Standing.NOT_IN_FORCE)})
OURS = LAW.model_copy(
    update={"id": "TEST-OURS", "span": None, "target": timedelta(minutes=5), "counsel": Counsel(),
            "met_by": ("owner",)}
)  # fmt: skip
RULES = {each.id: each for each in (LAW, WORDS, DAYS, NOWHERE, NOT_YET, OURS)}
DUTY = TaskPolicy(
    name="duty",
    title="Do what the clock asks for",
    roles=(Role.ESCALATION_SPECIALIST,),
    ladder=climb((0, (Role.ESCALATION_SPECIALIST,)), again=24 * 60),
    reasons=("not-owed", "left-open", "replaced"),
)
POLICY = Procedure(
    slug="rehearsed_clocks",
    prefix="CLK",
    title="Rehearsed clocks",
    version=1,
    intake=(
        FormField(name="account", label="Account", kind=FieldKind.ACCOUNT),
        FormField(name="rule", label="Clock", kind=FieldKind.CHOICE, choices=tuple(RULES)),
        FormField(name="ago", label="Minutes since the trigger", kind=FieldKind.NUMBER),
    ),
    gates=(),
    tasks=(DUTY,),
    owner=OWNER,
    interventions=FAILED_STEPS,
    stand_down=STAND_DOWN,
    clocks=tuple(RULES.values()),
    amend_roles=(Role.ESCALATION_SPECIALIST,),
)


@workflow.defn(name="sop.rehearsed_clocks")
class RehearsedClocks(IncidentWorkflow):
    @workflow.run
    async def run(self, incident: OpenIncident) -> IncidentReport:
        return await self.follow(self.procedure)

    async def procedure(self) -> IncidentReport:
        rule = RULES.get(str(self.fact("rule")))
        async with self.phase(Phase.CONTAIN):
            self.own()
            if rule is None:
                self.no_clock("nobody-affected")
            else:
                ago = self.fact("ago")
                since = timedelta(minutes=ago if isinstance(ago, int) else 0)
                self.clock(rule, trigger_at=self.incident.declared_at - since, discovered_at=self.incident.declared_at)
            await self.brief("running")
        async with self.phase(Phase.INVESTIGATE):
            done = await self.have(DUTY)
            if rule is not None:
                match done:
                    case WorkDone():
                        self.met(rule, done.artefact)
                    case WorkCannot(code="not-owed" as code):
                        self.stop_clock(rule, code)
                    case WorkCannot(code="replaced"):
                        self.supersede(rule, WORDS)
        async with self.phase(Phase.REVIEW):
            return await self.close(Outcome.COMPLETED)
