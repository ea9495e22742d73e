"""A collector on loopback that speaks OTLP over HTTP, keeps what it is sent, and can be told to hang."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span


def plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind else None


def labels(found: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(found)
    return {each.key: plain(each.value) for each in pairs}


@dataclass(frozen=True)
class Point:
    """One point of one metric. `value` is a number, or of a histogram the count."""

    labels: dict[str, Any]
    value: float
    total: float = 0.0


@dataclass
class Collector:
    url: str = ""
    hang: bool = False
    asked: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    metrics: dict[str, Metric] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.read()
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.hang:
            await self._released.wait()
        if request.headers.get("Content-Encoding") == "gzip" and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        self.raw.append(body)
        if request.path == "/v1/traces":
            self._traces(ExportTraceServiceRequest.FromString(body))
            answer: bytes = ExportTraceServiceResponse().SerializeToString()
        else:
            self._metrics(ExportMetricsServiceRequest.FromString(body))
            answer = ExportMetricsServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    def _traces(self, sent: ExportTraceServiceRequest) -> None:
        for each in sent.resource_spans:
            self.resources.append(labels(each.resource.attributes))
            self.spans += [span for scope in each.scope_spans for span in scope.spans]

    def _metrics(self, sent: ExportMetricsServiceRequest) -> None:
        for each in sent.resource_metrics:
            self.resources.append(labels(each.resource.attributes))
            for scope in each.scope_metrics:
                for metric in scope.metrics:
                    self.metrics[metric.name] = metric

    def points(self, metric: str, **wanted: Any) -> list[Point]:
        """The latest points of a metric whose labels (without `holdfast.`) have these values."""
        found = list(points_of(self.metrics[metric])) if metric in self.metrics else []
        full = {f"holdfast.{label}": value for label, value in wanted.items()}
        return [each for each in found if full.items() <= each.labels.items()]

    def value(self, metric: str, **wanted: Any) -> float:
        """Their sum."""
        return sum(each.value for each in self.points(metric, **wanted))

    def named(self, name: str) -> list[Span]:
        return [each for each in self.spans if each.name == name]

    def release(self) -> None:
        self.hang = False
        self._released.set()


def points_of(metric: Metric) -> Iterator[Point]:
    kind = metric.WhichOneof("data")
    assert kind is not None
    for each in getattr(metric, kind).data_points:
        if kind == "histogram":
            yield Point(labels(each.attributes), each.count, each.sum)
        else:
            yield Point(labels(each.attributes), each.as_int or each.as_double)


@asynccontextmanager
async def open_collector() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/traces", collector.take)
    app.router.add_post("/v1/metrics", collector.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        collector.release()
        await runner.cleanup()
