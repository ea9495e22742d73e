"""What is wrong, given what was read: a pure function from facts to findings, without memory and without a clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.armed import Armed, Track
from domain.base import Model
from domain.executions import Described, Execution, Queue, RunStatus
from domain.findings import Area, Finding, FindingCode, blind
from domain.state import Status
from domain.timeline import Kind, Projection

_POLL = timedelta(seconds=75)  # a worker asks again after 60 s at most; the rest is for a slow server
_CLOCK = "clock"
REWRITTEN = "rewritten"  # the fault of a ledger that does not continue what was read before
_ENDED = {
    RunStatus.TERMINATED: FindingCode.TERMINATED,
    RunStatus.FAILED: FindingCode.FAILED,
    RunStatus.TIMED_OUT: FindingCode.TIMED_OUT,
    RunStatus.CANCELLED: FindingCode.CANCELLED,
    RunStatus.COMPLETED: FindingCode.ENDED,
    RunStatus.PAUSED: FindingCode.PAUSED,
    RunStatus.UNKNOWN: FindingCode.OTHER_STATUS,
}
# In such a case nothing can fire: that it did not is no news.
_HALTS = frozenset({*_ENDED.values(), FindingCode.GONE, FindingCode.STUCK})
_LISTED = frozenset({"gate", "task", "intervention"})  # what the list of cases names while it is open
_MISSED = frozenset({FindingCode.MISSED_RUNG, FindingCode.MISSED_CLOCK, FindingCode.MISSED_WAIT})


class Rules(Model):
    """When patience ends. `grace` is for everything that should happen by itself; the others say for what."""

    grace: timedelta = timedelta(seconds=90)
    silence: timedelta = timedelta(hours=1)  # in a case in which nothing is due; people may be at work elsewhere
    tries: int = 6  # only our own ledger is tried more often, and it should not need it
    step: timedelta = timedelta(minutes=5)  # no step of ours may take longer than a minute without a sign of life
    task_tries: int = 3  # a workflow task that failed twice fails for a reason
    checkpoint: timedelta = timedelta(minutes=5)  # one is made every minute


class CaseFacts(Model):
    """An open case: how it is listed, what its ledger arms, and its latest run. `fault` is the code of why its ledger
    cannot be read, `lost` are terminated runs of the same chain: a reset leaves one behind."""

    projection: Projection
    track: Track = Track()
    fault: str = ""
    execution: Described | None = None
    lost: tuple[str, ...] = ()


class Stray(Model):
    """A run of ours that belongs to no open case; `listed` is its case where the ledger knows one, closed then."""

    execution: Execution
    listed: Projection | None = None


class Facts(Model):
    """Everything that one look saw, as of `at`; `checkpoint` is None where none was ever made.

    An area in `faults` could not be read; what is of it here is void.
    """

    at: datetime
    faults: dict[Area, str] = {}
    cases: tuple[CaseFacts, ...] = ()
    strays: tuple[Stray, ...] = ()
    queues: tuple[Queue, ...] = ()
    inbox: tuple[tuple[str, datetime], ...] = ()
    checkpoint: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether the look saw everything that it is there to see."""
        return not {Area.RECORDS, Area.TEMPORAL} & set(self.faults)


def findings(facts: Facts, rules: Rules) -> tuple[Finding, ...]:
    """Everything that is wrong, gravest first; each id once."""
    return tuple(sorted(_unique(facts, rules), key=lambda each: (each.severity, each.subject, each.id)))


def _unique(facts: Facts, rules: Rules) -> list[Finding]:
    found: dict[str, Finding] = {}
    for each in _all(facts, rules):
        found.setdefault(each.id, each)
    halted = {each.subject for each in found.values() if each.code in _HALTS}
    nobody_works = any((each.code, each.part) == (FindingCode.NO_POLLER, "workflows") for each in found.values())

    def explained(each: Finding) -> bool:
        missed = each.code in _MISSED and each.subject in halted
        return missed or (nobody_works and each.code is FindingCode.NOT_WORKED_ON)

    return [each.model_copy(update={"explained": explained(each)}) for each in found.values()]


def _all(facts: Facts, rules: Rules) -> Iterator[Finding]:
    for area, code in facts.faults.items():
        yield blind(area, code, rules.grace)
    grave = min((each.projection.severity for each in facts.cases if not each.projection.drill), default=2)
    records, temporal = Area.RECORDS not in facts.faults, Area.TEMPORAL not in facts.faults
    if temporal:
        yield from _idle_queues(facts, rules, min(grave, 2))
    if records:
        yield from _kept(facts, rules, min(grave, 2))
        for case in facts.cases:
            yield from _ledger(case, facts.at, rules)
    if temporal:
        for each in facts.strays:
            yield from _stray(each, facts.at, rules, known=records)
    if records and temporal:
        for case in facts.cases:
            # A run that ended is a finding only where the ledger, read after it, has no closing entry.
            if not case.track.closed:
                yield from _run(case, facts.at, rules)
        opened = {each.projection.case for each in facts.cases}
        for case in facts.cases:
            yield from _silent(case, facts.at, rules, opened)


# -- the ledger -----------------------------------------------------------------------------------------------


def _ledger(case: CaseFacts, at: datetime, rules: Rules) -> Iterator[Finding]:
    track = case.track
    if case.fault == REWRITTEN:
        yield _about(case, FindingCode.REWRITTEN)
    elif case.fault or track.erased:
        yield _about(case, FindingCode.UNREADABLE_CASE, detail=case.fault or "erased")
    elif track.sequence == 0:
        yield _about(case, FindingCode.NO_ENTRIES)
    for each in track.armed:
        if _waits(each, case.projection) and not track.closed and each.due + rules.grace < at:
            yield _about(case, _missed(each), part=each.subject, occurrence=each.due.isoformat(), at=each.due)


def _waits(armed: Armed, listed: Projection) -> bool:
    """What was decided a moment ago calls nobody, though its last word in the ledger may have to wait for an undo."""
    if armed.kind not in _LISTED:
        return True
    return armed.subject in (*listed.open_gates, *listed.open_tasks, *listed.open_interventions)


def _missed(armed: Armed) -> FindingCode:
    if armed.kind == _CLOCK:
        return FindingCode.MISSED_CLOCK
    return FindingCode.MISSED_WAIT if armed.kind == Kind.FOLLOW_UP.value else FindingCode.MISSED_RUNG


def _silent(case: CaseFacts, at: datetime, rules: Rules, opened: set[str]) -> Iterator[Finding]:
    """A case in which nothing is due wakes nobody. A review waits like that for the end of its case."""
    track, run = case.track, case.execution
    if not track.dated or track.armed or track.closed or track.last_at is None or case.fault:
        return
    waits_for_its_case = case.projection.case.rpartition("/")[0] in opened
    works = run is None or run.status is not RunStatus.RUNNING or bool(run.steps)
    if not waits_for_its_case and not works and track.last_at + rules.silence < at:
        yield _about(case, FindingCode.NOTHING_DUE, occurrence=str(track.sequence), at=track.last_at)


def _kept(facts: Facts, rules: Rules, severity: int) -> Iterator[Finding]:
    """What waits where nothing of Temporal's would notice."""
    for key, since in facts.inbox:
        if since + rules.grace < facts.at:
            yield Finding(
                code=FindingCode.INBOX, subject=key, occurrence=since.isoformat(), severity=min(severity, 1), at=since
            )
    newest = facts.checkpoint
    if newest is not None and newest + rules.checkpoint < facts.at:
        yield Finding(code=FindingCode.NO_CHECKPOINT, severity=severity, at=newest)


# -- Temporal -------------------------------------------------------------------------------------------------


def _run(case: CaseFacts, at: datetime, rules: Rules) -> Iterator[Finding]:
    run = case.execution
    if run is None:
        yield _about(case, FindingCode.GONE)
        return
    if run.status in _ENDED:
        yield _about(case, _ENDED[run.status], occurrence=run.run)
        return
    if run.reset or case.lost:
        # The chain and not the run: continuing as new does not bring back what was forgotten.
        yield _about(case, FindingCode.RESET, occurrence=(*case.lost, run.run)[0])
    late = run.task_since is not None and run.task_since + rules.grace < at
    if run.problems or run.task_attempt >= rules.task_tries or (late and run.task_attempt > 1):
        detail = ", ".join(run.problems) or f"try {run.task_attempt}"
        yield _about(case, FindingCode.STUCK, occurrence=run.run, at=run.task_since, detail=detail)
    elif late:
        yield _about(case, FindingCode.NOT_WORKED_ON, occurrence=run.run, at=run.task_since)
    for step in run.steps:
        if step.attempt >= rules.tries or step.stirred_at + rules.step < at:
            detail = f"try {step.attempt}, last sign of life {step.stirred_at:%H:%M:%S} UTC"
            yield _about(case, FindingCode.STUCK_STEP, part=step.name, detail=detail)


def _stray(stray: Stray, at: datetime, rules: Rules, *, known: bool) -> Iterator[Finding]:
    run, listed = stray.execution, stray.listed
    severity, drill = (listed.severity, listed.drill) if listed else (1, False)
    common = {"subject": run.id, "occurrence": run.run, "severity": severity, "drill": drill}
    if run.problems:
        yield Finding.model_validate({**common, "code": FindingCode.STUCK, "detail": ", ".join(run.problems)})
    if not known:
        return
    if listed is None and run.started_at + rules.grace < at:
        yield Finding.model_validate({**common, "code": FindingCode.UNKNOWN_RUN, "part": run.kind})
    if listed is not None and listed.status == Status.CLOSED.value:
        yield Finding.model_validate({**common, "code": FindingCode.RUNS_ON, "settles": rules.grace})


def _idle_queues(facts: Facts, rules: Rules, severity: int) -> Iterator[Finding]:
    for queue in facts.queues:
        if queue.polled_at is not None and queue.polled_at + max(rules.grace, _POLL) >= facts.at:
            continue
        # A server that was just started has forgotten who asked.
        settles = rules.grace if queue.polled_at is None else timedelta(0)
        yield Finding(
            code=FindingCode.NO_POLLER, subject=queue.name, part=queue.work.value, severity=severity, settles=settles
        )


def _about(
    case: CaseFacts,
    code: FindingCode,
    *,
    part: str = "",
    occurrence: str = "",
    at: datetime | None = None,
    detail: str = "",
) -> Finding:
    listed = case.projection
    return Finding(
        code=code,
        subject=listed.case,
        part=part,
        occurrence=occurrence,
        severity=listed.severity,
        drill=listed.drill,
        at=at,
        detail=detail,
    )
