"""Plays a history with the code at hand, and sees what the SDK does not: which code ran, and what it decided."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.converter import WorkflowSerializationContext
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from activities.books import KeepBooks
from domain.copies import unpacked
from domain.fingerprint import decisive, key_of
from integrations.base.keyring import KeyRing
from integrations.temporal.converter import sealed_data_converter
from integrations.temporal.plugin import holdfast_plugin

PACKAGES = ("workflows", "domain")  # what runs inside a case; steps run outside and are not replayed
_MOST = 400  # characters of a fault; the SDK's own texts are longer and repeat themselves


@dataclass
class Played:
    """What one history showed. `fault` is why it does not replay, `differs` where it decides otherwise than it once
    did (both empty if all is well); `decided` is `domain.fingerprint.decisive` of its end; `ran` are keys of
    `domain.fingerprint.functions_of`; `patches` the named branches that it asked for, with the answers."""

    case: str
    kind: str
    events: int
    fault: str = ""
    differs: str = ""
    decided: str = ""
    ran: frozenset[str] = frozenset()
    patches: dict[str, bool] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.fault and not self.differs


class _Watch(Interceptor):
    """Keeps the case's object, and the copies of its state as it hands them to the ledger."""

    def __init__(self) -> None:
        self.instance: Any = None
        self.copies: list[str] = []

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        watch = self

        class Outbound(WorkflowOutboundInterceptor):
            def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
                if input.activity == KeepBooks.NAME:
                    watch.copies.append(input.args[0].copy_of_state)
                return super().start_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
                watch.instance = workflow.instance()
                watch.instance.watched = True
                return await super().execute_workflow(input)

        return Inbound


async def play(
    history: WorkflowHistory, workflows: Sequence[type], ring: KeyRing, root: Path, namespace: str = "default"
) -> Played:
    """Replay one history in the sandbox, as a worker would. Never raises for what is wrong with a history."""
    kind = history.events[0].workflow_execution_started_event_attributes.workflow_type.name
    played = Played(history.workflow_id, kind, len(history.events))
    watch, codes = _Watch(), set[CodeType]()
    with _traced(codes) as executor:
        replayer = Replayer(
            workflows=list(workflows),
            plugins=[holdfast_plugin(ring, namespace, [watch])],
            workflow_task_executor=executor,
        )
        try:
            result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        except (RuntimeError, ValueError) as error:  # no such procedure, or a history that is none
            played.fault = _said(error)
        else:
            played.fault = _said(result.replay_failure) if result.replay_failure else ""
    played.ran = frozenset(_keys(codes, root))
    if watch.instance is not None and hasattr(watch.instance, "state"):
        played.decided = decisive(watch.instance.state)
        played.patches = dict(watch.instance._patches)
        if not played.fault:
            played.differs = await _difference(history, ring, namespace, watch.copies)
    return played


@contextmanager
def _traced(codes: set[CodeType]) -> Iterator[ThreadPoolExecutor]:
    """A thread for workflow code that notes every function entered in it. Answering None keeps lines untraced: which
    functions ran is all that is asked, and it costs little."""

    def note(frame: FrameType, _: str, __: Any) -> None:
        codes.add(frame.f_code)

    executor = ThreadPoolExecutor(max_workers=1, initializer=lambda: sys.settrace(note))
    try:
        yield executor
    finally:
        executor.shutdown()


def _keys(codes: set[CodeType], root: Path) -> Iterator[str]:
    """A function that ran stands for itself and for its module's constants, which it may have read."""
    inside = tuple(str(root / package) + "/" for package in PACKAGES)
    for code in codes:
        if code.co_filename.startswith(inside) and code.co_name != "<module>":
            path = Path(code.co_filename).relative_to(root).as_posix()
            yield path
            yield key_of(path, code.co_qualname)


async def _difference(history: WorkflowHistory, ring: KeyRing, namespace: str, copies: Sequence[str]) -> str:
    """Where what this code would write into the books is not what was written: commands alike, decisions not."""
    converter = sealed_data_converter(ring).with_context(
        WorkflowSerializationContext(namespace=namespace, workflow_id=history.workflow_id)
    )
    number = 0
    for event in history.events:
        scheduled = event.activity_task_scheduled_event_attributes
        if scheduled.activity_type.name != KeepBooks.NAME:
            continue
        [written] = await converter.decode(scheduled.input.payloads, [KeepBooks])
        again = copies[number] if number < len(copies) else ""
        number += 1
        if not isinstance(written, KeepBooks) or not written.copy_of_state or not again:
            continue  # from before copies were kept: its end alone tells
        if decisive(unpacked(written.copy_of_state)) != decisive(unpacked(again)):
            return f"decides otherwise before event {event.event_id}"
    return ""


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:_MOST] or type(error).__name__
