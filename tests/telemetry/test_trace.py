"""From the command in Slack to the last step of the case, over days and continued runs, it is one trace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from domain.base import Model
from domain.errors import Code, HoldfastError
from integrations.base.client import Remote
from integrations.base.keyring import load_ring
from integrations.base.tracing import trace_with, traced
from integrations.temporal.codec import SEALED
from integrations.temporal.plugin import holdfast_plugin
from integrations.temporal.tracing import trace_of as trace_id_of
from tests.telemetry.collector import labels
from tests.telemetry.conftest import Recorded
from tests.telemetry.evening import TRACEPARENT
from tests.world import Case


def trace_of(recorded: Recorded) -> list[Span]:
    """The trace that the command began."""
    [first] = recorded.collector.named("slack /incident")
    return [each for each in recorded.collector.spans if each.trace_id == first.trace_id]


def named(spans: list[Span], start: str) -> list[Span]:
    return [each for each in spans if each.name.startswith(start)]


def test_every_span_of_the_trace_hangs_on_the_command(recorded: Recorded) -> None:
    spans = trace_of(recorded)
    by_id = {each.span_id: each for each in spans}
    [root] = [each for each in spans if not each.parent_span_id]
    assert root.name == "slack /incident"
    orphans = [each.name for each in spans if each is not root and each.parent_span_id not in by_id]
    assert orphans == []


def test_it_reaches_the_last_step_over_every_run_of_the_case_and_of_its_review(recorded: Recorded) -> None:
    spans = trace_of(recorded)
    assert len(named(spans, "RunWorkflow:sop.emergency_data_request")) == 3
    assert len(named(spans, "RunWorkflow:review")) == 3
    ended = {each.name for each in named(spans, "CompleteWorkflow:")}  # whose last task timed out ends a second time
    assert ended == {"CompleteWorkflow:sop.emergency_data_request", "CompleteWorkflow:review"}
    for step in ("snapshot_account", "check_agency", "gather_scope", "deliver", "start_review", "draft_review", "page"):
        tries = named(spans, f"RunActivity:{step}")
        assert tries, step
        asked = {each.span_id for each in named(spans, f"StartActivity:{step}")}
        assert {each.parent_span_id for each in tries} <= asked
    begun, ended = min(each.start_time_unix_nano for each in spans), named(spans, "CompleteWorkflow:sop")
    assert ended[0].start_time_unix_nano - begun > 0


def test_each_try_of_a_step_is_a_span_with_its_number_and_its_failure(recorded: Recorded) -> None:
    tries = [labels(each.attributes) for each in named(trace_of(recorded), "RunActivity:snapshot_account")]
    told = [(each["holdfast.attempt"], each.get("error.type")) for each in tries]
    assert sorted(told, key=str) == [(1, "transient"), (1, None), (2, "permanent")]
    assert {each["holdfast.queue"] for each in tries} == {"enforcement"}


def test_a_declaration_that_waited_in_the_inbox_goes_on_in_its_own_trace(recorded: Recorded) -> None:
    [kept] = [each for each in recorded.collector.named("declare") if "kept" in labels(each.attributes).values()]
    [started] = recorded.collector.named("declare from the inbox")
    assert (started.trace_id, started.parent_span_id) == (kept.trace_id, kept.span_id)
    assert [each for each in recorded.collector.named("RunActivity:page") if each.trace_id == kept.trace_id], (
        "the case itself goes on in it"
    )


async def test_the_trace_of_a_case_is_found_by_whoever_has_the_keys(recorded: Recorded) -> None:
    client, case = recorded.world.client, recorded.evening.case
    for each in (case, f"{case}/review"):
        assert await trace_id_of(client, each) == trace_of(recorded)[0].trace_id.hex()
    with pytest.raises(HoldfastError) as caught:
        await trace_id_of(client, "EDR-AAAAA-AAAAA")
    assert caught.value.code is Code.UNKNOWN_CASE


async def test_strange_headers_stop_no_case(recorded: Recorded) -> None:
    state = await Case(recorded.world, recorded.evening.left_open).state()
    assert state.refusals == 7
    mine = await trace_id_of(recorded.world.client, recorded.evening.left_open)
    told = [each for each in recorded.collector.named("HandleSignal:envelope") if each.trace_id.hex() == mine]
    assert [labels(each.attributes) for each in told if "holdfast.act" not in labels(each.attributes)] == [{}] * 7


async def test_every_step_of_every_run_is_in_the_trace(recorded: Recorded) -> None:
    scheduled: Counter[str] = Counter()
    decided = 0
    for history in await _histories(recorded):
        for event in history.events:
            if event.HasField("activity_task_scheduled_event_attributes"):
                scheduled[event.activity_task_scheduled_event_attributes.activity_type.name] += 1
            decided += event.workflow_execution_signaled_event_attributes.signal_name == "envelope"
    spans = trace_of(recorded)
    told = Counter(each.name.partition(":")[2] for each in named(spans, "StartActivity:"))
    # Not equal: a workflow task that had to be tried again says its last commands again.
    assert scheduled - told == Counter()
    assert len(named(spans, "HandleSignal:envelope")) == decided > 0


async def test_a_replay_tells_nothing_again(recorded: Recorded) -> None:
    telling, world = recorded.telemetry, recorded.world
    await asyncio.to_thread(telling.flush)
    before = Counter(each.name for each in trace_of(recorded))
    ring = load_ring(world.settings.codec_ring)
    plugin = holdfast_plugin(ring, interceptors=telling.interceptors)
    replayer = Replayer(workflows=list(world.catalogue.workflows), plugins=[plugin])
    histories = await _histories(recorded)
    assert len(histories) == 6
    for history in histories:
        await replayer.replay_workflow(history)
    await asyncio.to_thread(telling.flush)
    assert Counter(each.name for each in trace_of(recorded)) == before


def test_a_decision_is_a_span_of_the_case_linked_to_the_request_in_which_it_was_made(recorded: Recorded) -> None:
    [asked] = recorded.collector.named("POST /v1/act")
    assert asked.trace_id != trace_of(recorded)[0].trace_id
    # The caller's own trace is linked, not continued: fifty cases of one caller must not become one trace.
    assert asked.links[0].trace_id.hex() == TRACEPARENT.split("-")[1]
    assert asked.trace_id.hex() != TRACEPARENT.split("-")[1]
    linked = [
        each
        for each in named(trace_of(recorded), "HandleSignal:envelope")
        if any(link.trace_id == asked.trace_id for link in each.links)
    ]
    assert [labels(each.attributes)["holdfast.act"] for each in linked] == ["approve"]


def test_what_a_case_would_refuse_is_said_in_the_request_and_never_sent(recorded: Recorded) -> None:
    refused = [labels(each.attributes) for each in recorded.collector.named("act")]
    assert [each["error.type"] for each in refused if "error.type" in each] == ["stale", "already-closed"]
    taken = [labels(each.attributes) for each in named(trace_of(recorded), "HandleSignal:envelope")]
    assert all(each["holdfast.status"] for each in taken)


def test_looking_at_a_case_leaves_nothing_in_its_trace(recorded: Recorded) -> None:
    assert not named(trace_of(recorded), "HandleQuery")
    assert not named(trace_of(recorded), "QueryWorkflow")


def test_outside_systems_are_asked_within_the_trace(recorded: Recorded) -> None:
    spans = trace_of(recorded)
    for name in ("platform preserve", "platform records", "portal deliver", "pager page"):
        assert named(spans, name), name


async def test_outside_systems_hear_nothing_of_the_trace() -> None:
    heard: list[httpx.Request] = []

    def answer(asked: httpx.Request) -> httpx.Response:
        heard.append(asked)
        return httpx.Response(500)

    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    before = trace_with(provider.get_tracer("test"))
    try:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            with traced("around"), pytest.raises(HoldfastError):
                await Remote("portal", "http://portal.example.org", http).ask("state", ("v1",), Model)
    finally:
        trace_with(before)
    inner, outer = kept.get_finished_spans()
    assert (inner.name, outer.name) == ("portal state", "around")
    assert inner.attributes is not None
    assert inner.attributes["http.response.status_code"] == 500
    sent = str(heard[0].headers.raw)
    assert "trace" not in sent
    assert format(outer.context.trace_id, "032x") not in sent


async def test_the_context_travels_sealed(recorded: Recorded) -> None:
    history = await recorded.world.client.get_workflow_handle(recorded.evening.case).fetch_history()
    headers = [header for event in history.events for header in _headers(event)]
    carried = [fields for fields in headers if "_tracer-data" in fields]
    assert len(carried) > 5
    for fields in headers:
        for payload in fields.values():
            assert payload.metadata["encoding"] == SEALED
    assert trace_of(recorded)[0].trace_id.hex() not in str(history.to_json())


async def _histories(recorded: Recorded) -> list[WorkflowHistory]:
    """The history of every run of the case and of its review."""
    found = []
    for case in (recorded.evening.case, f"{recorded.evening.case}/review"):
        run = None
        while run != "":
            history = await recorded.world.client.get_workflow_handle(case, run_id=run).fetch_history()
            found.append(history)
            run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


def _headers(event: object) -> Iterator[dict[str, object]]:
    """The header fields of an event, whatever kind it is."""
    for _, attributes in event.ListFields():  # type: ignore[attr-defined]
        found = getattr(attributes, "header", None)
        if found is not None and found.fields:
            yield dict(found.fields)
