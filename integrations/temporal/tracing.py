"""One trace for a case: from the desk through every run of its workflow to the last try of its last step.

The SDK's interceptor does the work; what is changed here is what a stranger's header, or a query, may do to a case.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import temporalio.client
from opentelemetry.trace import SpanKind, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.converter import PayloadConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError, is_cancelled_exception
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from domain.acts import Recorded, Signed, Statement
from domain.errors import Code, HoldfastError
from domain.observing import Attempt, name_of
from domain.receive import answered
from domain.refusal import Refused
from integrations.base.tracing import failed
from integrations.temporal.codec import SealingCodec

Observe = Callable[[Attempt], None]

_KNOWN = frozenset(code.value for code in Code)
_CARRIED = ("traceparent", "tracestate")
_PLAIN = PayloadConverter.default


class _TraceHeader(PayloadConverter):
    """The header as W3C trace context and nothing else.

    Whoever can reach Temporal can put any sealed payload of a case into a header. The SDK's reader would raise on
    one that is no mapping, and an exception in workflow code is a stuck case; here such a header is no header.
    """

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        return _PLAIN.to_payloads(values)

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        return [_carrier(payload) for payload in payloads]


def _carrier(payload: Payload) -> dict[str, list[str] | str] | None:
    if payload.metadata.get("encoding") != b"json/plain":
        return None
    try:
        found = json.loads(payload.data)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {name: found[name] for name in _CARRIED if isinstance(found.get(name), str)} or None


_HEADER, _W3C = _TraceHeader(), TraceContextTextMapPropagator()  # no baggage: it could carry anything


class _Inbound(TracingWorkflowInboundInterceptor):
    """Uses parts of temporalio 1.35 that are not public; the dependency is pinned to that minor version."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:
        super().__init__(next)
        self.payload_converter = _HEADER
        self.text_map_propagator = _W3C

    async def handle_query(self, input: HandleQueryInput) -> Any:
        """Every look at a case is a query. They belong to the looker's trace and not to the case's."""
        return await self.next.handle_query(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        try:
            self.next.handle_update_validator(input)
        except ApplicationError as error:
            # Raised outside: inside, the SDK would take it for the end of the case and say so with a span.
            with self._top_level_workflow_context(success_is_complete=False):
                self._span_of(f"RefuseUpdate:{input.update}", input, {"error.type": error.type or ""})
            raise

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        with self._top_level_workflow_context(success_is_complete=False):
            answer = await self.next.handle_update_handler(input)
            self._span_of(f"HandleUpdate:{input.update}", input, _said(input.args, answer))
            return answer

    async def handle_signal(self, input: HandleSignalInput) -> None:
        with self._top_level_workflow_context(success_is_complete=False):
            await self.next.handle_signal(input)
            self._span_of(f"HandleSignal:{input.signal}", input, _said(input.args, _answer_to(input)))

    def _span_of(self, name: str, input: HandleUpdateInput | HandleSignalInput, codes: dict[str, str]) -> None:
        """A span in the case's trace, linked to the trace of the request in which the person spoke."""
        header = input.headers.get(self.header_key)
        self._completed_span(
            name,
            link_context_carrier=_carrier(header) if header is not None else None,
            additional_attributes=codes,
            kind=SpanKind.SERVER,
        )


def _answer_to(input: HandleSignalInput) -> object:
    """A signal has no answer of its own: the case's state has it."""
    ask = workflow.get_query_handler("state") if input.signal == "envelope" else None
    if ask is None or not isinstance(input.args[0], Signed):
        return None
    try:
        said = Statement.model_validate_json(input.args[0].body)
    except ValueError:
        return None
    return answered(ask(), said)


def _said(args: Sequence[Any], answer: object) -> dict[str, str]:
    """What was decided, in codes; of what was refused only why, because its text is anybody's."""
    if isinstance(answer, Refused):
        return {"error.type": answer.code.value}
    if not isinstance(answer, Recorded):
        return {}
    said = json.loads(args[0].body)  # it was accepted, so it is ours
    return {
        "holdfast.act": str(said["act"]["kind"]),
        "holdfast.subject": name_of(answer.subject),
        "holdfast.status": answer.status,
    }


class CaseTracing(TracingInterceptor):
    """The SDK's tracing with trace context only, never baggage, and headers that cannot hurt a case."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(tracer)
        self.payload_converter = _HEADER
        self.text_map_propagator = _W3C

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(input)  # it registers what spans are made with
        return _Inbound


async def trace_of(client: Client, case: str) -> str:
    """The id of a case's trace (32 hexadecimal digits), empty if it has none: it stands sealed in the case's history.

    Raises:
        HoldfastError: `unknown-case`, `unreachable`.
    """
    try:
        async for event in client.get_workflow_handle(case).fetch_history_events(page_size=1):
            fields = event.workflow_execution_started_event_attributes.header.fields
            header = fields.get("_tracer-data")
            found = await _opened(client, case, header) if header is not None else None
            return str(found.get("traceparent", "")).split("-")[1] if found else ""
    except RPCError as error:
        missing = error.status is RPCStatusCode.NOT_FOUND
        raise HoldfastError(Code.UNKNOWN_CASE if missing else Code.UNREACHABLE) from None
    return ""


async def _opened(client: Client, case: str, header: Payload) -> dict[str, list[str] | str] | None:
    codec = client.data_converter.payload_codec
    if isinstance(codec, SealingCodec):
        bound = codec.with_context(WorkflowSerializationContext(namespace=client.namespace, workflow_id=case))
        [header] = await bound.decode([header])
    return _carrier(header)


class StepWatch(temporalio.client.Interceptor, Interceptor):
    """Tells of every try of every step: on its span, and to whoever counts.

    A client interceptor too, only so that it keeps its place behind the tracing: see `Guard`.
    """

    def __init__(self, observe: Observe) -> None:
        self._observe = observe

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Watched(next, self._observe)


class _Watched(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, observe: Observe) -> None:
        super().__init__(next)
        self._observe = observe

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info, begun, outcome = activity.info(), time.perf_counter(), "done"
        try:
            return await super().execute_activity(input)
        except BaseException as error:
            outcome = _code_of(error)
            raise
        finally:
            place = getattr(input.args[0], "place", None) if input.args else None
            tried = Attempt(
                step=info.activity_type,
                queue=info.task_queue,
                number=info.attempt,
                outcome=outcome,
                seconds=time.perf_counter() - begun,
                drill=getattr(place, "drill", False) is True,
            )
            _on_span(tried)
            self._observe(tried)


def _on_span(tried: Attempt) -> None:
    span = get_current_span()
    span.set_attributes(
        {
            "holdfast.step": tried.step,
            "holdfast.queue": tried.queue,
            "holdfast.attempt": tried.number,
            "holdfast.drill": tried.drill,
        }
    )
    if tried.outcome != "done":
        failed(span, tried.outcome)


def _code_of(error: BaseException) -> str:
    if is_cancelled_exception(error):
        return "cancelled"
    code = error.type if isinstance(error, ApplicationError) else None
    return code if code in _KNOWN else Code.FAULT.value
