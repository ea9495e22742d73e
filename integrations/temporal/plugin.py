"""The one place that says how we speak to Temporal, so that client, worker and replayer cannot disagree."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from datetime import timedelta

import temporalio.client
import temporalio.worker
from temporalio.client import Client, ClientConfig
from temporalio.common import HeaderCodecBehavior
from temporalio.plugin import SimplePlugin
from temporalio.runtime import Runtime
from temporalio.worker import ReplayerConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from domain.errors import Code, HoldfastError
from integrations.base.keyring import KeyRing
from integrations.temporal.converter import sealed_data_converter
from integrations.temporal.guard import Guard
from integrations.temporal.lazy import Unconnected
from integrations.temporal.wire import PLAIN, Wire

PASSED_THROUGH = (
    "domain",  # pure models: one class identity inside and outside, and no re-import for every run
    "activities",  # step inputs and results are declared there; workflows only name the steps
    "workflows",  # constants and classes: to import them anew cost each run five times its replay (docs/adr/0027)
    "pydantic",  # builds classes at import; re-importing it costs tens of milliseconds for every run
    "pydantic_core",  # compiled, imported lazily by pydantic
    "annotated_types",  # pydantic compares constraint classes by identity
    "typing_extensions",  # pydantic compares its special forms by identity
    "cryptography",  # compiled; decisions' signatures are verified in workflow code, which is deterministic
)

Interceptor = temporalio.client.Interceptor | temporalio.worker.Interceptor

_PAUSE = 0.05  # seconds between attempts; a starting server answers after some tenths of a second


def _runner(existing: WorkflowRunner | None) -> WorkflowRunner:
    """The sandboxed runner with our modules passed through; any other runner is the caller's choice and stays."""
    if existing is None:
        return SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        )
    if isinstance(existing, SandboxedWorkflowRunner):
        return dataclasses.replace(
            existing, restrictions=existing.restrictions.with_passthrough_modules(*PASSED_THROUGH)
        )
    return existing


class HoldfastPlugin(SimplePlugin):
    """Sealing, refusals as values, sealed headers and the sandbox list. Made by `holdfast_plugin`."""

    def __init__(self, ring: KeyRing, namespace: str, interceptors: Sequence[Interceptor]) -> None:
        super().__init__(
            "holdfast",
            data_converter=sealed_data_converter(ring),
            interceptors=[Guard(), *interceptors],
            workflow_runner=_runner,
        )
        self._namespace = namespace

    def configure_client(self, config: ClientConfig) -> ClientConfig:
        config = super().configure_client(config)
        config["header_codec_behavior"] = HeaderCodecBehavior.CODEC
        return config

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        config = super().configure_replayer(config)
        config["header_codec_behavior"] = HeaderCodecBehavior.CODEC
        # The namespace is part of what is sealed: under the SDK's "ReplayNamespace" nothing would open.
        config["namespace"] = self._namespace
        return config


def holdfast_plugin(
    ring: KeyRing, namespace: str = "default", interceptors: Sequence[Interceptor] = ()
) -> HoldfastPlugin:
    """The plugin for `Client.connect(plugins=[…])` (workers of that client have it too) and `Replayer(plugins=[…])`.

    Give interceptors (tracing) here and not to the client: here they stand behind the guard, which removes unsealed
    headers; before it, one such header on a signal would freeze a case.
    """
    return HoldfastPlugin(ring, namespace, interceptors)


async def connect(
    address: str,
    namespace: str,
    ring: KeyRing,
    *,
    within: timedelta = timedelta(seconds=10),
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
    wire: Wire = PLAIN,
) -> Client:
    """A client with the plugin, retried while the server starts.

    Raises:
        HoldfastError: `unreachable` when there is no healthy server at `address` before `within` has passed.
    """
    deadline = time.monotonic() + within.total_seconds()
    while True:
        try:
            return await asyncio.wait_for(
                Client.connect(
                    address,
                    namespace=namespace,
                    plugins=[holdfast_plugin(ring, namespace, interceptors)],
                    runtime=runtime,
                    **wire.options(),
                ),
                max(deadline - time.monotonic(), _PAUSE),
            )
        except (RuntimeError, TimeoutError) as error:  # the SDK raises RuntimeError for every failed connection
            if time.monotonic() + _PAUSE >= deadline:
                raise HoldfastError(Code.UNREACHABLE, "HOLDFAST_TEMPORAL_ADDRESS") from error
        await asyncio.sleep(_PAUSE)


async def connect_lazily(
    address: str,
    namespace: str,
    ring: KeyRing,
    *,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
    wire: Wire = PLAIN,
) -> Client:
    """A client that connects at its first call and again after each failure; for the desk, which must come up first.

    Without a server its calls raise RPCError, UNAVAILABLE.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        plugins=[holdfast_plugin(ring, namespace, interceptors)],
        interceptors=[Unconnected()],
        runtime=runtime,
        lazy=True,
        **wire.options(),
    )
