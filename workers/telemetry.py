"""Opens telemetry for a process as the settings say: nowhere, or to one collector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.errors import Code, HoldfastError
from domain.observing import Observer
from integrations.base.tracing import trace_with
from workers.settings import PREFIX, Settings

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from temporalio.runtime import Runtime

    from integrations.temporal.plugin import Interceptor


@dataclass(frozen=True)
class Telemetry:
    """What a process gives to its parts. All of it is empty where no endpoint is set: no exporter, no network."""

    observer: Observer | None = None
    interceptors: tuple[Interceptor, ...] = ()
    runtime: Runtime | None = None
    meter: Meter | None = None
    flush: Callable[[], None] = lambda: None


OFF = Telemetry()


@asynccontextmanager
async def open_telemetry(
    settings: Settings, service: str, *, every: timedelta | None = None
) -> AsyncIterator[Telemetry]:
    """Telemetry of a process called `service` (`holdfast-desk`, `holdfast-worker-sop`) while the context is open.

    Raises:
        HoldfastError: `broken-configuration` for headers that are none.
    """
    if settings.otlp_endpoint is None:
        yield OFF
        return
    # Imported here: half a second that a process without telemetry does not pay.
    from integrations.telemetry.export import open_exporting
    from integrations.telemetry.metrics import Counting
    from integrations.temporal.tracing import CaseTracing, StepWatch

    headers = otlp_headers(settings)
    more = {} if every is None else {"every": every}
    async with open_exporting(settings.otlp_endpoint, headers, service, **more) as exporting:
        counting = Counting(exporting.meter)
        before = trace_with(exporting.tracer)
        try:
            yield Telemetry(
                observer=counting,
                interceptors=(CaseTracing(exporting.tracer), StepWatch(counting.tried)),
                runtime=exporting.runtime,
                meter=exporting.meter,
                flush=exporting.flush,
            )
        finally:
            trace_with(before)


def otlp_headers(settings: Settings) -> Mapping[str, str]:
    """The collector's headers: `name=value`, divided by commas.

    Raises:
        HoldfastError: `broken-configuration`; the value is not said.
    """
    if settings.otlp_headers is None:
        return {}
    found = {}
    for each in filter(None, (part.strip() for part in settings.otlp_headers.get_secret_value().split(","))):
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise HoldfastError(Code.BROKEN_CONFIGURATION, f"{PREFIX}OTLP_HEADERS must be name=value,name=value")
        found[name.strip().lower()] = value.strip()
    return found
