"""Keeps a message that nobody sealed from crashing a handler: wrong argument counts, unexpected refusals, headers.

A plain exception in workflow code is a stuck case, so all three are answered before any other code runs.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import temporalio.client
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from domain.errors import SENTENCES, Code
from domain.refusal import Refused
from integrations.temporal.codec import REFUSED


def fitted(handler: Callable[..., Any] | None, args: Sequence[Any]) -> Sequence[Any]:
    """The arguments as they are, or, if the handler could not be called with them, a refusal for each parameter."""
    if handler is None:  # a dynamic handler takes whatever comes
        return args
    signature = inspect.signature(handler)
    try:
        signature.bind(*args)
    except TypeError:
        needed = [p for p in signature.parameters.values() if p.default is p.empty]
        return [Refused(code=Code.UNREADABLE) for _ in needed]
    return args


def reject_unexpected(function: Callable[..., Any], args: Sequence[Any]) -> None:
    """Raise a non-retryable ApplicationError (type: the code) for a `Refused` that no annotation asked for."""
    if not any(isinstance(arg, Refused) for arg in args):
        return
    hints = typing.get_type_hints(function)
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    for name, arg in zip(names, args, strict=False):
        hint = hints.get(name)
        if isinstance(arg, Refused) and hint is not Refused and Refused not in typing.get_args(hint):
            raise ApplicationError(SENTENCES[arg.code], type=arg.code.value, non_retryable=True)


def accepted(headers: Mapping[str, Payload]) -> Mapping[str, Payload]:
    """The headers without refused ones: interceptors read them with converters that know no refusal and raise."""
    return {name: payload for name, payload in headers.items() if payload.metadata.get("encoding") != REFUSED}


class _WorkflowGuard(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        reject_unexpected(input.run_fn, input.args)
        input.headers = accepted(input.headers)
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:
        input.args = fitted(workflow.get_signal_handler(input.signal), input.args)
        input.headers = accepted(input.headers)
        await super().handle_signal(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:
        input.headers = accepted(input.headers)
        return await super().handle_query(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        input.args = fitted(workflow.get_update_handler(input.update), input.args)
        input.headers = accepted(input.headers)
        super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        input.args = fitted(workflow.get_update_handler(input.update), input.args)
        input.headers = accepted(input.headers)  # again: without a validator, and on replay, that one does not run
        return await super().handle_update_handler(input)


class _ActivityGuard(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        reject_unexpected(input.fn, input.args)
        input.headers = accepted(input.headers)
        return await super().execute_activity(input)


class Guard(temporalio.client.Interceptor, Interceptor):
    """Handlers are always callable, and nothing runs on a refusal it did not ask for.

    It acts in workers only; it is a client interceptor too because the SDK puts those before all others.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _ActivityGuard(super().intercept_activity(next))

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        return _WorkflowGuard
