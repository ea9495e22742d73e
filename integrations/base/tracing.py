"""Spans without a vendor: whoever opened telemetry put a tracer here, and where nobody did a span costs nothing.

OpenTelemetry's own global can be set once in a process; this one ends with the part that set it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanKind, StatusCode, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.errors import Code, HoldfastError

_TRACER: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
_W3C = TraceContextTextMapPropagator()
TRACEPARENT = "traceparent"


def trace_with(tracer: Tracer | None) -> Tracer | None:
    """Trace what this task and the tasks it starts do from now on; returns the tracer before."""
    before = _TRACER.get()
    _TRACER.set(tracer)
    return before


@contextmanager
def traced(name: str, kind: SpanKind = SpanKind.INTERNAL, **codes: str | int | bool) -> Iterator[Span]:
    """A span around a piece of work, under the current one. `codes` become `holdfast.<name>`; never an id or a text.

    A failure is kept as its code, without message and trace: those may carry what somebody wrote.
    """
    with _span(name, kind, None, (), codes) as span:
        yield span


@contextmanager
def request(name: str, caller: str = "", **codes: str | int | bool) -> Iterator[Span]:
    """The first span of a trace of our own, for something that came in. The caller's trace (a `traceparent`) is
    linked and not continued: whoever calls us for fifty cases in one trace must not make one trace of them."""
    known = get_current_span(parent(caller)).get_span_context()
    links = (Link(known),) if known.is_valid else ()
    with _span(name, SpanKind.SERVER, Context(), links, codes) as span:
        yield span


@contextmanager
def under(caller: str, name: str, **codes: str | int | bool) -> Iterator[Span]:
    """A span that continues a trace of our own, kept as a `traceparent`; of nobody's if there is none."""
    with _span(name, SpanKind.INTERNAL, parent(caller), (), codes) as span:
        yield span


@contextmanager
def _span(
    name: str, kind: SpanKind, context: Context | None, links: tuple[Link, ...], codes: dict[str, str | int | bool]
) -> Iterator[Span]:
    tracer = _TRACER.get()
    if tracer is None:
        yield INVALID_SPAN
        return
    attributes = {f"holdfast.{key}": value for key, value in codes.items()}
    with tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=attributes,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except HoldfastError as error:
            failed(span, error.code.value)
            raise
        except Exception:
            failed(span, Code.FAULT.value)
            raise


def failed(span: Span, code: str) -> None:
    """The span's work ended with this code."""
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", code)


def parent(traceparent: str) -> Context:
    """The context that a `traceparent` names; an empty one for anything else."""
    return _W3C.extract({TRACEPARENT: traceparent}, Context()) if traceparent else Context()


def here() -> str:
    """The current span as a `traceparent`; empty where nothing is traced."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get(TRACEPARENT, "")
