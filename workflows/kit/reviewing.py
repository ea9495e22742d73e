"""The verbs of a review: assess, draft, meet, have actions done side by side and chased, sign off, look back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.kit.chasing import Chasing

with workflow.unsafe.imports_passed_through():
    from activities.books import Page
    from activities.review import (
        ActionState,
        AssessReview,
        Draft,
        DraftReview,
        LookForRecurrence,
        Opinion,
        Plan,
        PlanReview,
        Recurrence,
        StartWellbeing,
    )
    from domain.codes import Depth, Factor, Trigger
    from domain.errors import Code
    from domain.evidence import ref_of
    from domain.incident import IncidentReport, OpenIncident
    from domain.outcomes import WorkDone
    from domain.people import Role
    from domain.policy import FullReview, ReviewPolicy
    from domain.reports import due_of
    from domain.review import Action, Fired, actions_of, factors_of
    from domain.state import Status
    from domain.timeline import Kind

_SILENT = frozenset({Role.AUDITOR, Role.WELLBEING})  # who reads and who looks after people has no opinion to give


class Reviewing(Chasing):
    """What the review's procedure is written in. What it remembers is read again from the journal in every run."""

    @workflow.init
    def __init__(self, incident: OpenIncident) -> None:
        super().__init__(incident)
        self.privileged = True
        self._fired: dict[Trigger, Fired] = {}
        self._took_part: tuple[Role, ...] = ()
        self._plan: Plan | None = None
        self._agreed: tuple[str, ...] = ()
        self._opinions: dict[Role, str] = {}
        self._actions: dict[str, Action] = {}
        self._drafts: list[Draft] = []
        self._recurrences: list[Recurrence] = []
        self._met = False

    @property
    def policy_of_review(self) -> ReviewPolicy:
        if self.policy.review is None:
            raise ApplicationError("this procedure has no review", type=Code.INVALID.value)
        return self.policy.review

    @property
    def more(self) -> FullReview:
        if self.policy_of_review.full is None:
            raise ApplicationError("this review is of the first version", type=Code.INVALID.value)
        return self.policy_of_review.full

    @property
    def depth(self) -> Depth:
        return Depth.FULL if self._fired else Depth.SHORT

    # -- the facts ----------------------------------------------------------------------------------------

    async def plan(self) -> None:
        """Fix the due dates, in business days, once."""
        more = self.more
        step = PlanReview(
            since=self.incident.declared_at,
            draft_days=more.draft_days,
            owned_days=more.owned_days,
            calendar=more.calendar,
        )
        self._plan = await self.do(step)

    async def assess(self) -> None:
        """Read the triggers from the record, and who decided. A review only ever becomes deeper."""
        found = await self.do(
            AssessReview(of=self.incident.parent, severity=self.state.severity, repeat_within=self.more.repeat_within)
        )
        self.state = self.state.with_involved("decider", *found.deciders)
        self._fired |= {each.trigger: each for each in found.fired}
        self._took_part = found.roles
        self._say_depth()

    def _say_depth(self) -> None:
        names = ",".join(each.value for each in Trigger if each in self._fired)
        self._say(f"depth/{names or 'none'}", f"depth-{self.depth.value}", triggers=names)

    def _say(self, name: str, code: str, **detail: str | int | bool) -> None:
        """A timeline entry of the review, once, however often the run begins anew."""
        key = f"said/{name}"
        if self._journalled(key) is None:
            self._journal(key, {})
            self._note(Kind.REVIEW, code=code, detail=detail)

    async def draft(self, version: str) -> None:
        """One more version of the report; the one before stays as it was, and the new one says what came since."""
        policy, over = self.policy, self._journalled("case-over")
        drafted = await self.do(
            DraftReview(
                of=self.incident.parent,
                version=version,
                privileged=self.privileged,
                title=policy.title,
                severity=self.state.severity,
                depth=self.depth,
                fired=tuple(self._fired[each] for each in Trigger if each in self._fired),
                draft_due=self._plan.draft_due if self._plan else None,
                owned_due=self._plan.owned_due if self._plan else None,
                opinions=tuple(self._opinion(role, key) for role, key in self._opinions.items() if self._given(key)),
                agreed=self._agreed,
                done=tuple(self._standing(key, action) for key, action in self._actions.items()),
                earlier=tuple(self._drafts),
                outcome=IncidentReport.model_validate(over).outcome.value if over is not None else "",
                recurrences=tuple(self._recurrences),
            )
        )
        self._drafts.append(drafted)
        number = len(self._drafts)
        if self._journalled(f"said/draft/{number}") is None:
            self._journal(f"said/draft/{number}", {})
            detail: dict[str, str | int | bool] = {
                "version": number,
                "entries": drafted.entries,
                "added": drafted.added,
                "agrees": drafted.agrees,
            }
            kept = tuple(each for each in (drafted.report, drafted.html, drafted.pdf) if each is not None)
            self._note(Kind.REVIEW, code="drafted" if number == 1 else "amended", detail=detail, evidence=kept)

    # -- people's part ------------------------------------------------------------------------------------

    async def look_after_people(self) -> None:
        """Begin the wellbeing check beside the review; what comes of it is never in here."""
        ladder = self.more.wellbeing.ladder
        given = OpenIncident(
            case=f"{self.incident.parent}/wellbeing",
            slug="wellbeing",
            procedure=self.policy.model_copy(update={"interventions": ladder, "owner": ladder}),
            trusted=self.incident.trusted,
            declared_by="",
            declared_at=workflow.now(),
            severity=self.state.severity,
            drill=self.state.drill,
            parent=self.incident.parent,
            rehearsal=self.incident.rehearsal,
        )
        await self.do(StartWellbeing(given=given))

    async def choose_privilege(self) -> None:
        """An ordinary review is chosen; anything else, silence above all, is one directed by counsel."""
        chosen = await self.have(self.policy_of_review.privilege)
        self.privileged = not (isinstance(chosen, WorkDone) and chosen.result["kind"] == "ordinary")
        self._say("privilege", self.kind)

    @property
    def kind(self) -> str:
        return "counsel-directed" if self.privileged else "ordinary"

    async def meet(self) -> None:
        """Once: opinions by role, a facilitator who did not decide, a meeting, and its actions opened together."""
        if self._met:
            return
        self._met = True
        policy, more = self.policy_of_review, self.more
        for role in self._took_part:
            if role not in _SILENT:
                asked = more.opinion.model_copy(update={"name": f"opinion-{role.value}", "roles": (role,)})
                ladder = asked.ladder.model_copy(
                    update={"rungs": tuple(each.model_copy(update={"page": (role,)}) for each in asked.ladder.rungs)}
                )
                self.task(asked.model_copy(update={"ladder": ladder}))
                self._opinions[role] = f"{self.state.phase.value}/{asked.name}/1"
        due = self._plan.owned_due if self._plan else workflow.now()
        self.watch("actions-not-owned", due, lambda: self._journalled("said/owned") is not None)
        await self.have(policy.facilitate)
        while not isinstance(held := await self.have(policy.collect), WorkDone):
            continue  # a meeting that could not be held is asked for again
        self._agreed = factors_of(held.result)
        for each in self._agreed:
            self._say(f"factor/{each}", "factor", factor=each)
        self._open_actions(actions_of(held.result, self._met_at(policy.collect.name)))
        self._say("owned", "actions-owned", actions=len(self._actions))

    def _met_at(self, name: str) -> datetime:
        ended = [each.ended_at for each in self.state.tasks.values() if each.task.name == name and each.ended_at]
        return max(ended)

    def _open_actions(self, actions: tuple[Action, ...]) -> None:
        for each in actions:
            key = self.open_due(self.policy_of_review.act, each.name, each.owner, each.due, each.about())
            self._actions[key] = each

    async def actions_over(self) -> None:
        """Until every action is done or cannot be done."""
        await self._boundary()
        await self._wait(lambda: not any(self.state.tasks[key].open for key in self._actions))

    def _given(self, key: str) -> bool:
        return self.state.tasks[key].status is Status.DONE

    def _opinion(self, role: Role, key: str) -> Opinion:
        record = self.state.tasks[key]
        words = ref_of(str(record.result.get("words", ""))) or record.artefact
        return Opinion(role=role, factors=factors_of(record.result), words=words)

    def _standing(self, key: str, action: Action) -> ActionState:
        record = self.state.tasks[key]
        due = due_of(record) or action.due
        late = record.open and workflow.now() >= due
        return ActionState(
            action=action,
            status="overdue" if late else record.status.value,
            due=due,
            moved=due != action.due,
            code=record.code,
        )

    # -- sign-off and looking back ------------------------------------------------------------------------

    async def sign_short(self) -> None:
        """The facts and one signature, or the wish for a full review after all."""
        while not isinstance(said := await self.have(self.more.short), WorkDone):
            continue
        if said.result.get("verdict") == "hold-full-review":
            self._fired[Trigger.ASKED_FOR] = Fired(trigger=Trigger.ASKED_FOR)
            self._say_depth()
        else:
            self._say("signed", "signed-off", depth=self.depth.value)

    async def sign_off(self) -> None:
        """Somebody who neither facilitated nor decided signs; `not ready` asks again."""
        while not isinstance(await self.have(self.policy_of_review.sign_off), WorkDone):
            continue
        self._say("signed", "signed-off", depth=self.depth.value)

    async def look_back(self) -> None:
        """Some time after the sign-off: did it happen again? All looks are armed at once: none moves another."""
        armed = [(after, self._armed(after)) for after in self.more.look_back]
        for after, key in armed:
            await self._boundary()
            if self._journalled(key) is None:
                await self._wait(lambda: False, self.state.deadlines[key])
                self._note(Kind.FOLLOW_UP, key, code="recurrence")
                self._journal(key, {})
            await self._look(after)

    def _armed(self, after: timedelta) -> str:
        key = self._key(f"recurrence-{after.days}")
        if key not in self.state.deadlines:
            due = self._in(after, key)
            self._note(Kind.FOLLOW_UP, key, code="armed", detail={"next_due": due.isoformat()})
        return key

    async def _look(self, after: timedelta) -> None:
        coded = {
            *self._agreed,
            *(f for key in self._opinions.values() for f in factors_of(self.state.tasks[key].result)),
        }
        found = await self.do(
            LookForRecurrence(
                of=self.incident.parent,
                since=self.incident.declared_at,
                after_days=after.days,
                factors=tuple(each for each in Factor if each.value in coded),
            )
        )
        self._recurrences.append(found)
        code = "recurred" if found.found else "did-not-recur"
        detail: dict[str, Any] = {"cases": found.subject_cases, "factors": ",".join(found.factors)}
        name = f"recurrence/{len(self._recurrences)}"
        if self._journalled(f"said/{name}") is None and found.found:
            self._tell(f"{self.incident.parent} happened again", code)
        self._say(name, code, days=after.days, **detail)

    def _tell(self, title: str, code: str) -> None:
        roles, count = self.policy_of_review.sign_off.roles, len(self._recurrences)
        severity = int(self.state.severity)
        self._call(
            Page(subject="", kind="recurrence", title=title, roles=roles, rung=count, severity=severity, code=code)
        )
