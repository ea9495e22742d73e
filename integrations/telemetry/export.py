"""The way out: OTLP over HTTP to one collector, codes only, and never in anybody's way.

What a collector does not take in time is dropped. A case never waits for it, and a process ends without it.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import requests
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, Status, Tracer
from temporalio.runtime import LoggingConfig, OpenTelemetryConfig, Runtime, TelemetryConfig, TelemetryFilter

from integrations.telemetry.names import LABELS, fit_name, fit_value

_EVERY = timedelta(seconds=15)  # how often figures leave: dashboards look no more often
_SEND_WITHIN = 3.0  # seconds for one batch, repeats included; then it is dropped
_LEAVE_WITHIN = 2.0  # seconds that the end of a process may wait for the last batch
_SCOPE = "holdfast"
# As the SDK's default, but for its complaints about the collector: ours are written once, by the exporters below.
_CORE_LOGS = LoggingConfig(filter=f"{TelemetryFilter('WARN', 'ERROR').formatted()},temporalio_common::telemetry=ERROR")


class CodesOnly(SpanExporter):
    """Lets through of each span its name, times, place in the trace and the listed attributes whose values are codes.

    Libraries put workflow ids, messages of errors and stack traces on spans. None of that leaves us.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_bare(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _bare(span: ReadableSpan) -> ReadableSpan:
    listed = {name: fit_value(value) for name, value in (span.attributes or {}).items() if name in LABELS}
    route = (span.attributes or {}).get("http.route")
    if isinstance(route, str) and "http.route" in listed and fit_name(f"GET {route}") != "hidden":
        listed["http.route"] = route
    method = (span.attributes or {}).get("http.request.method")
    if isinstance(method, str) and fit_value(method.lower()) is not None:
        listed["http.request.method"] = method
    return ReadableSpan(
        name=fit_name(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in listed.items() if value is not None},
        links=[Link(each.context) for each in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


@dataclass(frozen=True)
class Exporting:
    """What was opened. `runtime` is the Temporal SDK's, which sends its own figures; `flush` waits for the last."""

    tracer: Tracer
    meter: Meter
    runtime: Runtime
    flush: Callable[[], None]


@asynccontextmanager
async def open_exporting(
    endpoint: str, headers: Mapping[str, str], service: str, *, every: timedelta = _EVERY
) -> AsyncIterator[Exporting]:
    """Send to the collector at `endpoint` (its base, such as `http://collector:4318`) while the context is open.

    Nothing is sent at once, and nothing here fails because a collector does: batches are sent by threads of their
    own. The end waits two seconds for the last batch.
    """
    base = endpoint.rstrip("/")
    # No host, no user, no command line: what the SDK would find out about this machine is nobody's business.
    about = {"service.name": service, "service.namespace": _SCOPE, "service.instance.id": secrets.token_hex(8)}
    resource = Resource(about)
    session = _direct_session()
    traces = BatchSpanProcessor(
        CodesOnly(OTLPSpanExporter(f"{base}/v1/traces", headers=headers, timeout=_SEND_WITHIN, session=session)),
        schedule_delay_millis=min(every.total_seconds(), 5) * 1000,
    )
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(traces)
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(f"{base}/v1/metrics", headers=dict(headers), timeout=_SEND_WITHIN, session=session),
        export_interval_millis=every.total_seconds() * 1000,
    )
    meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    runtime = Runtime(
        telemetry=TelemetryConfig(
            metrics=OpenTelemetryConfig(
                url=f"{base}/v1/metrics",
                headers=dict(headers),
                http=True,
                metric_periodicity=every,
                durations_as_seconds=True,
            ),
            logging=_CORE_LOGS,
            global_tags={"service_name": service},
            attach_service_name=False,
        )
    )

    def flush() -> None:
        provider.force_flush()
        meters.force_flush()

    def end() -> None:
        provider.shutdown()
        meters.shutdown(timeout_millis=_LEAVE_WITHIN * 1000)

    try:
        yield Exporting(provider.get_tracer(_SCOPE), meters.get_meter(_SCOPE), runtime, flush)
    finally:
        await _in_time(end)


def _direct_session() -> requests.Session:
    """Proxies and passwords that the environment names for other things are not used."""
    session = requests.Session()
    session.trust_env = False
    return session


async def _in_time(work: Callable[[], None]) -> None:
    """Do it in a thread that nobody waits for longer than for the last batch."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        work()
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, daemon=True).start()
    with suppress(TimeoutError):  # a collector that hangs keeps no process from ending
        await asyncio.wait_for(done.wait(), _LEAVE_WITHIN)
