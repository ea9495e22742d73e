"""The one way into a running case: every act, however it travels, passes through `receive`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain import acts, handing
from domain.acknowledging import acknowledged
from domain.base import Model
from domain.canonical import digest
from domain.effects import Leave, ways_out
from domain.errors import Code
from domain.escalating import escalated, told
from domain.gates import Ladder, Rung
from domain.observing import lasted
from domain.policy import Procedure, TaskPolicy, check_form
from domain.reassessing import reassess
from domain.receive_clocks import on_clock
from domain.refusal import Refused
from domain.reports import chosen, move_asked, reported
from domain.signing import open_statement
from domain.state import OWNER, Choice, GateRecord, InterventionRecord, State, Status, TaskRecord
from domain.timeline import Kind
from domain.voting import alone_roles, cast, settle, withdrawn

# Whether a step's result type accepts this form; the kit knows the step, the domain does not.
Fits = Callable[[str, dict[str, object]], bool]
Answer = acts.Recorded | Refused
_REFUSED = 20  # refusals that a case remembers
REPEATED = "already-recorded"  # the status in the answer to an act that counted before


class Foreseen(Model):
    """What a case would answer to a statement now, whether its speaker would decide alone, and the family of the
    gate that it is about ("" for anything else)."""

    answer: Answer
    alone: bool
    family: str = ""


def receive(
    state: State,
    procedure: Procedure,
    trusted: tuple[acts.PublicKey, ...],
    envelope: acts.Signed | Refused,
    now: datetime,
    fits: Fits,
) -> tuple[State, Answer]:
    """The state after one envelope, and the answer for its sender. A refusal leaves the state as it was.

    The same statement id twice changes nothing and is answered as recorded.
    """
    if isinstance(envelope, Refused):
        return state, envelope
    said = open_statement(envelope, trusted)
    if isinstance(said, Refused):
        return state, said
    return _heard(state, procedure, said, envelope, now, fits)


def foresee(state: State, procedure: Procedure, said: acts.Statement, now: datetime, fits: Fits) -> Foreseen:
    """What `receive` would answer to this statement, once it is signed."""
    unsigned = acts.Signed(body="", key_id="", signature="")
    _, answer = _heard(state, procedure, said, unsigned, now, fits)
    gate = state.gates.get(said.subject)
    alone = gate is not None and bool(alone_roles(gate.gate, gate.rungs) & set(said.authority.roles))
    return Foreseen(answer=answer, alone=alone, family=gate.gate.family.value if gate is not None else "")


def answered(state: State, said: acts.Statement) -> Answer | None:
    """What the case has said to this statement, as far as this state knows."""
    if said.id in state.seen:
        return acts.Recorded(id=said.id, subject=said.subject, status=_status_of(state, said.subject))
    return state.refused.get(said.id)


def with_refusal(
    state: State, trusted: tuple[acts.PublicKey, ...], envelope: acts.Signed | Refused, answer: Refused
) -> State:
    """The state that remembers what it refused, for whoever waits for the answer: of the last few, and only of
    statements that the desk signed."""
    said = envelope if isinstance(envelope, Refused) else open_statement(envelope, trusted)
    if isinstance(said, Refused):
        return state
    others = [(key, each) for key, each in state.refused.items() if key != said.id]
    return state.with_(refused=dict([*others, (said.id, answer)][-_REFUSED:]))


def _heard(
    state: State, procedure: Procedure, said: acts.Statement, signed: acts.Signed, now: datetime, fits: Fits
) -> tuple[State, Answer]:
    if said.case != state.case:
        return state, Refused(code=Code.OTHER_CASE)
    if said.id in state.seen:
        return state, acts.Recorded(id=said.id, subject=said.subject, status=REPEATED)
    if state.status is Status.CLOSED:
        return state, Refused(code=Code.ALREADY_CLOSED)
    changed = _apply(state, procedure, said, signed, now, fits)
    if isinstance(changed, Refused):
        return state, changed
    heard = changed.with_(seen=(*changed.seen, said.id))
    return heard, acts.Recorded(id=said.id, subject=said.subject, status=_status_of(heard, said.subject))


def _status_of(state: State, subject: str) -> str:
    if (clock := state.clocks.get(subject)) is not None:
        return clock.status.value
    found = (state.gates, state.tasks, state.interventions, state.hand_overs)
    record = next((records[subject] for records in found if subject in records), None)
    return (record.status if record is not None else state.status).value


def _apply(
    state: State,
    procedure: Procedure,
    said: acts.Statement,
    signed: acts.Signed,
    now: datetime,
    fits: Fits,
) -> State | Refused:
    if isinstance(said.act, acts.Acknowledge):
        return acknowledged(state, said, now)
    if isinstance(said.act, acts.Escalate):
        return escalated(state, said, now)
    if said.subject == "":
        return _on_case(state, procedure, said, now)
    if (gate := state.gates.get(said.subject)) is not None:
        return _on_gate(state, gate, said, signed, now)
    if (task := state.tasks.get(said.subject)) is not None:
        return _on_task(state, task, said, now)
    if (intervention := state.interventions.get(said.subject)) is not None:
        return _on_intervention(state, intervention, said, now, fits)
    if (hand_over := state.hand_overs.get(said.subject)) is not None:
        return handing.answer(state, procedure, hand_over, said, now)
    if (clock := state.clocks.get(said.subject)) is not None:
        return on_clock(state, clock, said, now)
    return Refused(code=Code.NO_SUCH_SUBJECT)


def _on_case(state: State, procedure: Procedure, said: acts.Statement, now: datetime) -> State | Refused:
    match said.act:
        case acts.Take():
            able = {role for rung in procedure.owner.rungs for role in rung.page}
            if not able & set(said.authority.roles):
                return Refused(code=Code.NOT_SEATED)
            if state.owner is None:
                return Refused(code=Code.NOT_OPEN)
            owner = state.owner.model_copy(update={"person": said.person, "status": Status.DONE, "ended_at": now})
            return state.with_(owner=owner).noted(now, Kind.OWNER, OWNER, who=said.person, code="taken")
        case acts.Amend(facts=facts, code=code):
            if not set(procedure.amend_roles) & set(said.authority.roles):
                return Refused(code=Code.NOT_SEATED)
            named = {field.name: field for field in procedure.intake if not field.identifying}
            wrong = [name for name in facts if name not in named] or [
                name for name, value in facts.items() if named[name].problem(value)
            ]
            if wrong or not facts:
                return Refused(code=Code.INVALID, detail=", ".join(sorted(wrong)))
            changed = state.with_(facts={**state.facts, **facts})
            fields = ",".join(sorted(facts))
            return changed.noted(now, Kind.AMENDED, who=said.person, code=code, detail={"fields": fields})
        case acts.HandOver() as act:
            return handing.offer(state, procedure, said, act, now)
        case acts.Reassess():
            return reassess(state, said, said.act, now)
        case acts.AskToStandDown(code=code):
            able = {role for seat in procedure.stand_down.seats for role in seat.roles}
            if not able & set(said.authority.roles):
                return Refused(code=Code.NOT_SEATED)
            if state.stand_down_asked:
                return Refused(code=Code.NOT_OPEN, detail="standing down is being decided already")
            asked = state.with_(stand_down_asked=code or "asked")
            return asked.noted(now, Kind.STANDING_DOWN, who=said.person, code="asked")
        case acts.Report():
            return reported(state, said, said.act, now)
        case acts.Update():
            return told(state, said, said.act, now)
        case acts.Note(text=text):
            return state.noted(now, Kind.NOTE, who=said.person, evidence=(text,))
        case _:
            return Refused(code=Code.NOT_ALLOWED)


def _on_gate(
    state: State, gate: GateRecord, said: acts.Statement, signed: acts.Signed, now: datetime
) -> State | Refused:
    if not gate.open:
        return Refused(code=Code.NOT_OPEN)
    excluded = state.excluded(gate.gate.excludes)
    if isinstance(said.act, acts.Withdraw):
        result = withdrawn(gate, said.person)
    elif isinstance(said.act, acts.AskFirst):
        # Asking is deciding about the decision: it takes a seat like any other verdict.
        probe = said.model_copy(update={"act": acts.Approve()})
        asked = cast(gate, probe, signed, excluded)
        if isinstance(asked, Refused):
            return asked
        question = _question(gate, said, said.act, now)
        result = gate.model_copy(update={"questions": (*gate.questions, question.key)})
        state = state.with_task(question)
        state = state.noted(
            now,
            Kind.QUESTION,
            gate.key,
            who=said.person,
            code=said.act.of.value,
            detail={"question": question.key, "minutes": said.act.minutes},
            evidence=(said.act.question,),
        )
    else:
        result = cast(gate, said, signed, excluded)
    if isinstance(result, Refused):
        return result
    code = said.act.code if isinstance(said.act, acts.Deny | acts.Approve) else ""
    decided = state.with_gate(settle(result.model_copy(update=result.hears(said.person)), now))
    # In which role, and how long it took: what figures need, so that nobody has to be looked up for them.
    sits = [role for seat in gate.gate.seats for role in seat.roles if role in said.authority.roles]
    role = {"role": sits[0].value} if sits else {}
    reason = {"reason": code} if code else {}
    detail = {"family": gate.gate.family.value, **role, **lasted(gate.opened_at, now), **reason}
    return decided.noted(now, Kind.DECISION, gate.key, who=said.person, code=said.act.kind, detail=detail)


def _question(gate: GateRecord, said: acts.Statement, asked: acts.AskFirst, now: datetime) -> TaskRecord:
    """The question as a task of whoever can answer it. The gate goes on climbing meanwhile."""
    span = timedelta(minutes=asked.minutes)
    return TaskRecord(
        key=f"{gate.key}/question/{len(gate.questions) + 1}",
        nonce=digest(said.id),
        opened_at=now,
        question=asked.question,
        task=TaskPolicy(
            name="question",
            title="Answer a question about a decision that waits",
            roles=(asked.of,),
            ladder=Ladder(
                rungs=(Rung(after=timedelta(0), page=(asked.of,)),), again=span, next_person=gate.ladder.next_person
            ),
            artefact=True,
            give_up=span,
        ),
    )


def _on_task(state: State, task: TaskRecord, said: acts.Statement, now: datetime) -> State | Refused:
    if not task.open:
        return Refused(code=Code.NOT_OPEN)
    if not set(task.task.roles) & set(said.authority.roles):
        return Refused(code=Code.NOT_SEATED)
    if {said.person, said.authority.delegate_of} & set(state.excluded(task.task.excludes)):
        return Refused(code=Code.EXCLUDED)
    if said.nonce != task.nonce or said.digest != task.digest:
        return Refused(code=Code.STALE)
    match said.act:
        case acts.Move():
            return move_asked(state, task, said, said.act, now)
        case acts.Done(result=result, artefact=artefact):
            problems = check_form(task.task.form, dict(result))
            if problems:
                return Refused(code=Code.INVALID, detail=problems[0])
            if task.task.artefact and artefact is None:
                return Refused(code=Code.ARTEFACT_REQUIRED)
            changes: dict[str, Any] = {"status": Status.DONE, "result": result, "artefact": artefact}
            evidence = (artefact,) if artefact else ()
            code = ""
        case acts.Cannot(code=code):
            if code not in task.task.reasons:
                return Refused(code=Code.REASON_REQUIRED, detail=", ".join(task.task.reasons))
            changes, evidence = {"status": Status.CANNOT, "code": code}, ()
        case _:
            return Refused(code=Code.NOT_ALLOWED)
    ended = task.model_copy(update={**changes, "doer": said.person, "ended_at": now})
    state = state.with_task(ended)
    if task.task.records_as:
        state = state.with_involved(task.task.records_as, said.person, said.authority.delegate_of)
    return state.noted(
        now,
        Kind.TASK_ENDED,
        task.key,
        who=said.person,
        code=code or ended.status.value,
        detail={**lasted(task.opened_at, now), **chosen(task.task.form, ended.result)},
        evidence=evidence,
    )


def _on_intervention(
    state: State, record: InterventionRecord, said: acts.Statement, now: datetime, fits: Fits
) -> State | Refused:
    if not record.open:
        return Refused(code=Code.NOT_OPEN)
    able = {role for rung in record.ladder.rungs for role in rung.page}
    if not able & set(said.authority.roles):
        return Refused(code=Code.NOT_SEATED)
    if {said.person, said.authority.delegate_of} & set(record.excluded):
        return Refused(code=Code.EXCLUDED)
    if said.nonce != record.nonce or said.digest != record.digest:
        return Refused(code=Code.STALE)
    ways = ways_out(record.effect, record.remedies)
    leave = ways.get(said.act.kind, Leave.NEVER)
    if leave is Leave.NEVER:
        return Refused(code=Code.NOT_ALLOWED)
    match said.act:
        case acts.ByHand(result=result, artefact=artefact):
            if artefact is None:
                return Refused(code=Code.ARTEFACT_REQUIRED)
            if not fits(record.step, result):
                return Refused(code=Code.INVALID, detail="the result does not fit the step's form")
            choice = Choice(person=said.person, kind="by-hand", result=result, artefact=artefact)
        case acts.Skip(code=code):
            choice = Choice(person=said.person, kind="skip", code=code)
        case _:
            choice = Choice(person=said.person, kind="retry")
    others = tuple(each for each in record.choices if each.person != said.person)
    # Each may bring a record of their own; what must be the same is what they say was done.
    agree = [each for each in others if (each.kind, each.result) == (choice.kind, choice.result)]
    chosen = record.model_copy(update={"choices": (*others, choice), **record.hears(said.person)})
    if leave is Leave.ALLOWED or agree:
        ends = {"retry": Status.RETRY, "by-hand": Status.BY_HAND, "skip": Status.SKIPPED}
        chosen = chosen.model_copy(
            update={
                "status": ends[choice.kind],
                "ended_at": now,
                "result": choice.result,
                "artefact": choice.artefact,
            }
        )
    kind = Kind.DECISION if chosen.open else Kind.INTERVENTION_ENDED
    evidence = (choice.artefact,) if choice.artefact else ()
    detail = lasted(record.opened_at, now)
    return state.with_intervention(chosen).noted(
        now, kind, record.key, who=said.person, code=choice.kind, detail=detail, evidence=evidence
    )
