"""Makes the namespace what Holdfast needs, on whatever Temporal server it is: embedded, our own, somebody else's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from console.cli.exits import Told
from domain.errors import Code
from integrations.temporal.server import RETENTION, SEARCH_ATTRIBUTES
from workers.wire import wire_of

if TYPE_CHECKING:
    from workers.settings import Settings

_RPC = timedelta(seconds=5)
_PAUSE = 0.2  # seconds; each service of a server reads the list of namespaces every few seconds
_AWAY = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED)
# A namespace that was just registered is unknown to the rest of the server for some seconds.
_NOT_YET = (*_AWAY, RPCStatusCode.NOT_FOUND)


async def prepare_namespace(settings: Settings, *, within: timedelta, required: bool) -> str:
    """Namespace, retention and search attributes, where they are missing. Returns what came of it.

    Raises:
        HoldfastError: `unreachable` or `not-allowed`, if it is `required` and did not come about `within` this time.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            await _prepared(settings, patient=required)
    except (TimeoutError, RuntimeError):  # RuntimeError: the SDK's word for every connection that failed
        said, code = f"not reached at {settings.temporal_address}; run setup again when Temporal runs", Code.UNREACHABLE
    except RPCError as error:
        said, code = f"not changed: Temporal answers {error.status.name}; ask whoever runs it", Code.NOT_ALLOWED
    else:
        return f"closed cases are kept for {RETENTION.days} days; search attributes are there"
    if required:
        raise Told(code, f"The namespace {settings.namespace!r} was {said}.")
    return said


async def _prepared(settings: Settings, *, patient: bool) -> None:
    wire, name = wire_of(settings), settings.namespace
    while True:
        try:
            client = await Client.connect(settings.temporal_address, namespace=name, **wire.options())
            break
        except RuntimeError:
            if not patient:
                raise
            await asyncio.sleep(_PAUSE)
    while not await _there(client, name):  # noqa: ASYNC110 - it is a server that we wait for
        await asyncio.sleep(_PAUSE)
    while missing := await _missing(client, name):
        await _add(client, name, missing)
        await asyncio.sleep(_PAUSE)


async def _there(client: Client, name: str) -> bool:
    """Whether the namespace is there with our retention; asks for it if it is not."""
    keep, service = Duration(seconds=int(RETENTION.total_seconds())), client.workflow_service
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=name), timeout=_RPC)
        if found.config.workflow_execution_retention_ttl != keep:
            config = NamespaceConfig(workflow_execution_retention_ttl=keep)
            await service.update_namespace(UpdateNamespaceRequest(namespace=name, config=config), timeout=_RPC)
    except RPCError as error:
        if error.status in _AWAY:
            return False
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        fresh = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=keep)
        try:
            await service.register_namespace(fresh, timeout=_RPC)
        except RPCError as refused:
            if refused.status not in (*_AWAY, RPCStatusCode.ALREADY_EXISTS):
                raise
        return False
    return True


async def _missing(client: Client, name: str) -> set[str]:
    while True:
        try:
            listed = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=name), timeout=_RPC
            )
        except RPCError as error:
            if error.status not in _NOT_YET:
                raise
            await asyncio.sleep(_PAUSE)
        else:
            return SEARCH_ATTRIBUTES.keys() - set(listed.custom_attributes)


async def _add(client: Client, name: str, missing: set[str]) -> None:
    kinds = {each: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{SEARCH_ATTRIBUTES[each].upper()}") for each in missing}
    wanted = AddSearchAttributesRequest(namespace=name, search_attributes=kinds)
    try:
        await client.operator_service.add_search_attributes(wanted, timeout=_RPC)
    except RPCError as error:
        if error.status not in (*_NOT_YET, RPCStatusCode.ALREADY_EXISTS):
            raise
