"""Counts what the ledger says happened, and how steps went: an `Observer` over OpenTelemetry's instruments."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.metrics import Counter, Histogram, Meter

from domain.observing import Attempt, name_of
from domain.timeline import Entry, Kind, Projection
from integrations.telemetry.names import METRICS, Instrument, fit_value

Labels = dict[str, str | int | bool]
_OTHER = "other"


class Counting:
    """`domain.observing.Observer`, and the counts of steps.

    Entries are counted when they are in the ledger, and only those that the append really wrote: a retried append
    counts nothing twice. A process that dies between the two loses the counts of that one append.
    """

    def __init__(self, meter: Meter) -> None:
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for each in METRICS:
            if each.kind is Instrument.COUNTER:
                self._counters[each.name] = meter.create_counter(each.name, each.unit, each.about)
            elif each.kind is Instrument.HISTOGRAM:
                self._histograms[each.name] = meter.create_histogram(
                    each.name, each.unit, each.about, explicit_bucket_boundaries_advisory=each.buckets
                )

    # -- what the ledger says -----------------------------------------------------------------------------

    def appended(self, entries: Sequence[Entry], about: Projection | None, seconds: float) -> None:
        self._measure("holdfast.ledger.append.duration", seconds, {"outcome": "done"})
        case = labels_of(about)
        for entry in entries:
            self._count("holdfast.ledger.entries", {"drill": case["drill"]})
            self._entry(entry, case)

    def not_appended(self, code: str, seconds: float) -> None:
        self._measure("holdfast.ledger.append.duration", seconds, {"outcome": code})

    def _entry(self, entry: Entry, case: Labels) -> None:
        name, seconds = name_of(entry.subject), entry.detail.get("seconds")
        family = str(entry.detail.get("family", ""))
        match entry.kind.value:
            case Kind.DECLARED.value:
                self._count("holdfast.cases.opened", case)
            case Kind.CLOSED.value:
                self._count("holdfast.cases.closed", {**case, "outcome": entry.code})
            case Kind.TURNOVER.value:
                self._count("holdfast.turnovers", case)
            case Kind.GATE_OPENED.value:
                self._count("holdfast.gates.opened", {**case, "gate": entry.code, "family": family})
            case Kind.GATE_DECIDED.value:
                labels = {**case, "gate": name, "family": family, "outcome": entry.code}
                self._count("holdfast.gates.decided", labels)
                self._measure("holdfast.gate.duration", seconds, labels)
            case Kind.DECISION.value if family:
                role = str(entry.detail.get("role", ""))
                labels = {**case, "gate": name, "family": family, "role": role, "act": entry.code}
                self._measure("holdfast.decision.latency", seconds, labels)
            case Kind.SILENCE.value if entry.code == "task":
                self._count("holdfast.tasks.ended", {**case, "task": name, "outcome": "given-up"})
            case Kind.SILENCE.value:
                self._count("holdfast.gates.silent", {**case, "gate": name})
            case Kind.TASK_OPENED.value:
                self._count("holdfast.tasks.opened", {**case, "task": entry.code})
            case Kind.QUESTION.value:
                self._count("holdfast.tasks.opened", {**case, "task": "question"})
            case Kind.TASK_ENDED.value:
                task = "question" if "/question/" in entry.subject else name
                self._count("holdfast.tasks.ended", {**case, "task": task, "outcome": entry.code})
                self._measure("holdfast.task.duration", seconds, {**case, "task": task})
            case _:
                self._trouble(entry, name, case)

    def _trouble(self, entry: Entry, name: str, case: Labels) -> None:
        seconds = entry.detail.get("seconds")
        match entry.kind.value:
            case Kind.STEP_FAILED.value:
                self._count("holdfast.steps.failed", {**case, "step": name, "code": entry.code})
            case Kind.INTERVENTION_OPENED.value:
                self._count("holdfast.interventions.opened", {**case, "step": name, "code": entry.code})
            case Kind.INTERVENTION_ENDED.value:
                self._count("holdfast.interventions.ended", {**case, "step": name, "outcome": entry.code})
                self._measure("holdfast.intervention.duration", seconds, {**case, "step": name})
            case Kind.PAGED.value:
                self._count("holdfast.pages", {**case, "kind": entry.code})
            case Kind.UNPAGED.value:
                kind = "room" if entry.subject == "room" else entry.code
                self._count("holdfast.unpaged", {**case, "kind": kind})
            case Kind.RUNG.value:
                self._count("holdfast.rungs.called", {**case, "kind": entry.code})
            case Kind.REFUSAL.value:
                where = "desk" if entry.id.startswith("desk:") else "case"
                self._count("holdfast.refusals", {**case, "code": entry.code, "where": where})
            case "clock":
                self._count("holdfast.clock.changes", {**case, "state": entry.code, **clock_labels(entry)})

    # -- what workers say ---------------------------------------------------------------------------------

    def tried(self, attempt: Attempt) -> None:
        """One try of a step ended."""
        labels: Labels = {"step": attempt.step, "queue": attempt.queue, "drill": attempt.drill}
        self._measure("holdfast.step.duration", attempt.seconds, {**labels, "outcome": attempt.outcome})
        if attempt.number > 1:
            self._count("holdfast.step.retries", labels)

    def _count(self, name: str, labels: Labels) -> None:
        self._counters[name].add(1, attributes(labels))

    def _measure(self, name: str, value: object, labels: Labels) -> None:
        """Entries of older versions do not say how long it took: those are counted, not measured."""
        if isinstance(value, int | float):
            self._histograms[name].record(value, attributes(labels))


def attributes(labels: Labels) -> Labels:
    """Labels as they leave us: by their full names, and a value that is no code as `other`."""
    found = {f"holdfast.{name}": fit_value(value) for name, value in labels.items() if value != ""}
    return {name: _OTHER if value is None else value for name, value in found.items()}


def labels_of(about: Projection | None) -> Labels:
    """The labels of a case. Nothing is known of a case before its first entry; then it counts as real."""
    if about is None:
        return {"procedure": "", "severity": "", "drill": False}
    return {"procedure": about.slug, "severity": f"p{about.severity}", "drill": about.drill}


def clock_labels(entry: Entry) -> Labels:
    """What a clock's entry says of its clock."""
    said = {"clock": "clock", "basis": "kind", "counsel": "counsel"}
    # The register writes US-EDR; what leaves us is in small letters.
    return {label: str(entry.detail.get(name, "")).lower() for label, name in said.items()}
