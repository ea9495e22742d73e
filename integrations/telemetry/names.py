"""Every metric, span and label that leaves us, as data: instruments, page, dashboards and tests are made from it.

A label takes codes only. What is not listed here is dropped at the exit, whoever put it on a span.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# Every value of a label looks so: a code, never an id of a case (capitals) and never a text (spaces).
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

LABELS: dict[str, str] = {
    "holdfast.procedure": "slug of the procedure, `review` for a review",
    "holdfast.severity": "`p0` to `p3`",
    "holdfast.phase": "phase of the case",
    "holdfast.drill": "true for a drill; no real figure may count it",
    "holdfast.gate": "name of the gate, from the procedure's file",
    "holdfast.family": "family of the gate",
    "holdfast.task": "name of the task, from the procedure's file",
    "holdfast.step": "name of the step",
    "holdfast.queue": "task queue of the step",
    "holdfast.role": "role in which somebody decided, never who",
    "holdfast.act": "kind of act: `approve`, `deny`, `done`, …",
    "holdfast.outcome": "how it ended: a status, an outcome or an error's code",
    "holdfast.code": "an error's code",
    "holdfast.where": "`case` or `desk`: who refused",
    "holdfast.kind": "what waits: gate, task, intervention, owner or clock",
    "holdfast.name": "name of the gate, task or step that waits",
    "holdfast.unpaged": "true if nobody could be reached for it",
    "holdfast.clock": "id of the clock, from the catalogue of clocks",
    "holdfast.state": "state of the clock, or the code of the failure",
    "holdfast.basis": "`statutory` or `internal`",
    "holdfast.counsel": "whether counsel confirmed the clock",
    "holdfast.subject": "name of the gate, task or step that was decided on",
    "holdfast.status": "status of what was decided on, afterwards",
    "holdfast.attempt": "number of the try",
    "holdfast.system": "outside system: `platform`, `portal`, `pager`",
    "holdfast.verb": "what the outside system was asked for",
    "error.type": "code of the failure",
    "http.request.method": "method of the request",
    "http.response.status_code": "status of the answer",
    "http.route": "address as a template, without the ids in it",
}
"""Label or attribute, and which codes it takes."""

SPANS: dict[str, str] = {
    "slack /incident": "a command from Slack: the first span of its trace",
    "slack form": "a form sent from Slack",
    "slack press": "a press on a card in Slack",
    "slack home": "a Home tab that was opened in Slack",
    "slack triage": "the words of somebody unknown in Slack, on their way to triage",
    "METHOD /route": "a request to the desk's pages or interface: the first span of its trace",
    "declare": "a declaration at the desk; it begins the case",
    "declare from the inbox": "the start of a case that waited for Temporal; it continues the declaration's trace",
    "act": "an act of a person at the desk; linked from the case's trace",
    "StartWorkflow:TYPE": "Temporal was asked to start the case, or its review",
    "RunWorkflow:TYPE": "a run of the case begins; without length, because a run may take days",
    "CompleteWorkflow:TYPE": "a run of the case ended; without length",
    "StartActivity:STEP": "the case asked for a step; without length",
    "RunActivity:STEP": "one try of the step, with its true length",
    "HandleSignal:envelope": "an act of a person as the case took or refused it; linked to the request in which they "
    "spoke",
    "HandleSignal:NAME": "another signal to the case",
    "SignalExternalWorkflow:NAME": "the case told its review that it closed",
    "SignalWorkflow:envelope": "the desk sends an act to the case",
    "SYSTEM VERB": "one exchange with an outside system; nothing of the trace is sent to it",
}
"""Name of a span, capitals standing for a code, and what it is."""

_SPAN_NAMES = re.compile(
    r"slack /incident|slack (form|press|home|triage)|declare( from the inbox)?|act"
    r"|(GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|OTHER) (/[a-z0-9_{}:/.-]*|\(unknown\))"
    r"|[A-Z][A-Za-z]+:[a-z0-9._-]+"
    r"|[a-z]+ [a-z_-]+"
)


def fit_name(name: str) -> str:
    """A span's name as it may leave us."""
    return name if _SPAN_NAMES.fullmatch(name) else "hidden"


def fit_value(value: object) -> str | int | bool | None:
    """A label's value as it may leave us; None for what is no code."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str) and CODE.fullmatch(value):
        return value
    return None


class Instrument(StrEnum):
    """What OpenTelemetry makes of it."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True)
class Metric:
    """One metric: its name, unit (UCUM), what it says, and its labels without `holdfast.`."""

    name: str
    kind: Instrument
    unit: str
    about: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = ()


# People take minutes to days, machines take milliseconds to a minute.
_PEOPLE = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200, 604800)
_MACHINES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_CASE = ("procedure", "severity", "drill")
_COUNTER, _HISTOGRAM, _GAUGE = Instrument.COUNTER, Instrument.HISTOGRAM, Instrument.GAUGE

METRICS: tuple[Metric, ...] = (
    Metric("holdfast.cases.opened", _COUNTER, "{case}", "Cases declared", _CASE),
    Metric("holdfast.cases.closed", _COUNTER, "{case}", "Cases closed", (*_CASE, "outcome")),
    Metric("holdfast.turnovers", _COUNTER, "{run}", "Times a case continued as new", _CASE),
    Metric("holdfast.gates.opened", _COUNTER, "{gate}", "Gates opened", (*_CASE, "gate", "family")),
    Metric("holdfast.gates.decided", _COUNTER, "{gate}", "Gates decided", (*_CASE, "gate", "family", "outcome")),
    Metric("holdfast.gates.silent", _COUNTER, "{gate}", "Gates whose last rung stayed silent", (*_CASE, "gate")),
    Metric(
        "holdfast.gate.duration",
        _HISTOGRAM,
        "s",
        "From opening a gate to its decision",
        (*_CASE, "gate", "family", "outcome"),
        _PEOPLE,
    ),
    Metric(
        "holdfast.decision.latency",
        _HISTOGRAM,
        "s",
        "From opening a gate to each vote on it",
        (*_CASE, "gate", "family", "role", "act"),
        _PEOPLE,
    ),
    Metric("holdfast.tasks.opened", _COUNTER, "{task}", "Tasks opened", (*_CASE, "task")),
    Metric(
        "holdfast.tasks.ended", _COUNTER, "{task}", "Tasks done, impossible or given up", (*_CASE, "task", "outcome")
    ),
    Metric("holdfast.task.duration", _HISTOGRAM, "s", "From opening a task to its end", (*_CASE, "task"), _PEOPLE),
    Metric("holdfast.steps.failed", _COUNTER, "{step}", "Steps whose tries are exhausted", (*_CASE, "step", "code")),
    Metric(
        "holdfast.interventions.opened",
        _COUNTER,
        "{intervention}",
        "Failed steps put before people",
        (*_CASE, "step", "code"),
    ),
    Metric(
        "holdfast.interventions.ended",
        _COUNTER,
        "{intervention}",
        "Interventions that people ended",
        (*_CASE, "step", "outcome"),
    ),
    Metric(
        "holdfast.intervention.duration",
        _HISTOGRAM,
        "s",
        "From opening an intervention to its end",
        (*_CASE, "step"),
        _PEOPLE,
    ),
    Metric("holdfast.pages", _COUNTER, "{page}", "Calls that reached somebody", (*_CASE, "kind")),
    Metric("holdfast.unpaged", _COUNTER, "{page}", "Calls that reached nobody", (*_CASE, "kind")),
    Metric("holdfast.rungs.called", _COUNTER, "{rung}", "Rungs of ladders called", (*_CASE, "kind")),
    Metric("holdfast.refusals", _COUNTER, "{refusal}", "Acts and messages refused", (*_CASE, "code", "where")),
    Metric(
        "holdfast.clock.changes",
        _COUNTER,
        "{change}",
        "Clocks armed, warned, met, breached, tolled",
        (*_CASE, "clock", "state", "basis", "counsel"),
    ),
    Metric(
        "holdfast.step.duration",
        _HISTOGRAM,
        "s",
        "One try of a step",
        ("step", "queue", "outcome", "drill"),
        _MACHINES,
    ),
    Metric("holdfast.step.retries", _COUNTER, "{try}", "Tries of a step after the first", ("step", "queue", "drill")),
    Metric("holdfast.ledger.append.duration", _HISTOGRAM, "s", "One append to the ledger", ("outcome",), _MACHINES),
    Metric("holdfast.ledger.entries", _COUNTER, "{entry}", "Entries written to the ledger", ("drill",)),
    Metric("holdfast.cases.open", _GAUGE, "{case}", "Cases that are open now", (*_CASE, "phase")),
    Metric(
        "holdfast.waiting.open",
        _GAUGE,
        "{item}",
        "What waits for people now",
        (*_CASE, "kind", "name", "unpaged"),
    ),
    Metric("holdfast.waiting.age", _GAUGE, "s", "Age of the oldest that waits", (*_CASE, "kind", "name", "unpaged")),
    Metric(
        "holdfast.clock.remaining",
        _GAUGE,
        "s",
        "Time left to the nearest clock; negative after its end",
        (*_CASE, "clock", "state", "basis", "counsel"),
    ),
    Metric("holdfast.watch.age", _GAUGE, "s", "Age of what the gauges say", ()),
    Metric("holdfast.watch.unreadable", _GAUGE, "{case}", "Open cases whose record cannot be read", ()),
)
"""All metrics of our own. Temporal's are listed in `TEMPORAL`."""

TEMPORAL: dict[str, str] = {
    "temporal_workflow_task_schedule_to_start_latency": "wait of a case for a free `sop` worker",
    "temporal_activity_schedule_to_start_latency": "wait of a step for a free worker of its queue",
    "temporal_workflow_task_execution_failed": "workflow tasks that failed: a case may be stuck",
    "temporal_workflow_endtoend_latency": "length of a run of a case",
    "temporal_worker_task_slots_available": "free slots of a worker",
    "temporal_worker_task_slots_used": "used slots of a worker",
    "temporal_num_pollers": "pollers of a queue; none means that nobody works",
    "temporal_sticky_cache_size": "cases in the cache of a worker",
    "temporal_request_failure": "calls to Temporal that failed",
    "temporal_request_latency": "time of a call to Temporal",
}
"""The metrics of Temporal's SDK that the dashboards use; it exports more. Labels: queue, workflow and step types."""

TEMPORAL_LABELS = (
    "activity_type",
    "failure_reason",
    "namespace",
    "operation",
    "poller_type",
    "service_name",
    "status_code",
    "task_queue",
    "worker_type",
    "workflow_type",
)
"""Every label that Temporal's SDK puts on its metrics. None of them names a case."""
