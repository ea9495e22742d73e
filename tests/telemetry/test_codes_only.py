"""What leaves us says what happened and to nobody whom: every name, label and value of the evening is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from activities.step import STEPS
from domain.effects import Effect
from domain.errors import Code
from domain.gates import Family
from domain.incident import Outcome
from domain.people import Role
from domain.state import Phase, Status
from integrations.telemetry.export import CodesOnly
from integrations.telemetry.names import LABELS, METRICS, SPANS, TEMPORAL_LABELS
from tests.telemetry.collector import labels, points_of
from tests.telemetry.conftest import HEADER, Recorded
from workers.catalogue import Catalogue
from workers.wiring import ROLES

SYNTHETIC = {"ncii-48h", "test.broken", "broken"}  # what these tests themselves add


def vocabulary(catalogue: Catalogue) -> set[str]:
    """Every code that may stand as a value: from the code and from the procedures, from nowhere else."""
    words = {each.value for kind in (Code, Family, Outcome, Role, Phase, Status, Effect) for each in kind}
    words |= set(STEPS) | set(ROLES) | set(catalogue.procedures) | {"review"} | SYNTHETIC
    for each in catalogue.procedures.values():
        words |= {gate.name for gate in (*each.gates, each.stand_down)}
        words |= {f"ratify-{gate.name}" for gate in each.gates}
        tasks = [*each.tasks, *(follow.task for follow in each.follow_ups)]
        review = each.review
        if review is not None:
            tasks += [review.privilege, review.facilitate, review.collect, review.act, review.sign_off]
            tasks += review.full.tasks if review.full is not None else ()
            words |= {f"{kind}-{role.value}" for kind in ("opinion", "action-1") for role in Role}
        words |= {task.name for task in tasks} | {reason for task in tasks for reason in task.reasons}
    words |= {clock.id.lower() for each in catalogue.procedures.values() for clock in each.clocks}
    words |= {"internal", "met", "wellbeing", "look"}
    words |= {"p0", "p1", "p2", "p3", "gate", "task", "intervention", "owner", "refusal", "cancel", "room", "clock"}
    words |= {"done", "given-up", "goes-on", "cancelled", "case", "desk", "question", "new", "known", "kept"}
    words |= {"approve", "approve-less", "ask-first", "deny", "withdraw", "cannot", "retry", "by-hand", "skip", "take"}
    words |= {"amend", "ask-to-stand-down", "note", "platform", "portal", "pager"}
    words |= {"account", "preserve", "act", "holds", "fields", "records", "deliver", "state", "recall", "page"}
    words |= {"offer", "allow", "withdraw", "events"}
    words |= {"armed", "warned", "breached", "statutory", "unconfirmed", "GET", "POST"}
    return words


@dataclass(frozen=True)
class Said:
    """One value that left us, and where it stood."""

    where: str
    label: str
    value: Any


def everything(recorded: Recorded) -> Iterator[Said]:
    for span in recorded.collector.spans:
        yield from (Said(span.name, name, value) for name, value in labels(span.attributes).items())
        assert not span.events, span.name
        assert not span.status.message, span.name
        assert not any(link.attributes for link in span.links), span.name
    for name, metric in recorded.collector.metrics.items():
        for point in points_of(metric):
            yield from (Said(name, label, value) for label, value in point.labels.items())


def test_every_label_is_listed_and_every_value_is_a_code_of_a_vocabulary(recorded: Recorded) -> None:
    words = vocabulary(recorded.world.catalogue)
    said = list(everything(recorded))
    assert len(said) > 1000
    ours = [each for each in said if not each.where.startswith("temporal_")]
    assert {each.label for each in ours} <= set(LABELS)
    unknown = {
        (each.label, each.value)
        for each in ours
        if isinstance(each.value, str) and each.value not in words and each.label != "http.route"
    }
    assert not unknown, sorted(unknown)
    assert {each.value for each in ours if each.label == "http.route"} <= routes()


def routes() -> set[str]:
    from console.web.api import api

    return {route.path for route in api().routes} | {"(unknown)"}  # type: ignore[attr-defined]


def test_the_figures_of_temporals_sdk_name_queues_and_types_and_no_case(recorded: Recorded) -> None:
    theirs = [each for each in everything(recorded) if each.where.startswith("temporal_")]
    assert {each.label for each in theirs} <= {*TEMPORAL_LABELS, "eager"}
    types = {f"sop.{slug}" for slug in recorded.world.catalogue.procedures} | {"review", "wellbeing", "test.broken"}
    for each in theirs:
        match each.label:
            case "workflow_type":
                assert each.value in types
            case "activity_type":
                assert each.value in STEPS
            case "task_queue":
                assert each.value in {*ROLES, "broken"}


_STANDS_FOR = {
    "TYPE": "[a-z0-9._-]+",
    "STEP": "[a-z_]+",
    "NAME": "[a-z_]+",
    "METHOD": "(GET|POST)",
    "/route": r"(/\S*|\(unknown\))",
    "SYSTEM": "(platform|portal|pager)",
    "VERB": "[a-z_]+",
}


def listed(name: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"TYPE|STEP|NAME|METHOD|/route|SYSTEM|VERB", lambda found: _STANDS_FOR[found[0]], name))


def test_every_name_of_a_span_is_one_that_is_listed_and_every_listed_one_occurs(recorded: Recorded) -> None:
    # Tests ask a run for its state; nothing of ours does (docs/adr/0026).
    names = {each.name for each in recorded.collector.spans} - {"QueryWorkflow:state"}
    assert [name for name in names if not any(listed(each).fullmatch(name) for each in SPANS)] == []
    unseen = {each for each in SPANS if not any(listed(each).fullmatch(name) for name in names)}
    assert unseen <= {
        "slack form",
        "slack press",
        "slack home",
        "slack triage",
    }  # other ways to say the same, played in tests/slack


def test_nothing_identifying_is_anywhere_in_what_was_sent(recorded: Recorded) -> None:
    sent = b"".join(recorded.collector.raw)
    assert len(sent) > 100_000
    found = [each for each in recorded.evening.secrets if each.encode() in sent]
    assert found == []
    assert HEADER.encode() not in sent


def test_what_is_said_of_the_process_is_its_name_and_nothing_of_the_machine(recorded: Recorded) -> None:
    allowed = {"service.name", "service.namespace", "service.instance.id", "service_name"}
    sdk = {name for each in recorded.collector.resources for name in each} - allowed
    assert {name for name in sdk if not name.startswith("telemetry.sdk.")} == set()


def test_every_request_carries_the_collectors_header(recorded: Recorded) -> None:
    assert recorded.collector.headers
    assert {each.get("authorization") for each in recorded.collector.headers} == {f"Bearer {HEADER}"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temporalWorkflowID", "EDR-AAAAA-BBBBB"),
        ("holdfast.step", "EDR-AAAAA-BBBBB"),
        ("holdfast.step", "a walker has not come home"),
        ("holdfast.step", "desk@example.org"),
        ("holdfast.person", "leg-fay"),
    ],
)
def test_what_is_not_listed_or_is_no_code_is_dropped_at_the_exit(name: str, value: str) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(CodesOnly(kept)))
    tracer = provider.get_tracer("test")
    span = tracer.start_span("act", attributes={name: value, "holdfast.act": "deny"})
    span.add_event("said", {"text": value})
    span.record_exception(RuntimeError(value))
    span.set_status(StatusCode.ERROR, value)
    span.end()
    [sent] = kept.get_finished_spans()
    assert sent.attributes == {"holdfast.act": "deny"}
    assert (sent.events, sent.status.description) == ((), None)
    assert value not in sent.to_json()


def test_every_metric_of_the_catalogue_was_sent_with_its_unit_and_only_its_labels(recorded: Recorded) -> None:
    for each in METRICS:
        sent = recorded.collector.metrics.get(each.name)
        assert sent is not None, each.name
        assert (sent.unit, sent.description) == (each.unit, each.about)
        wanted = {f"holdfast.{label}" for label in each.labels}
        assert {label for point in points_of(sent) for label in point.labels} <= wanted, each.name
