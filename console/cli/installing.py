"""`holdfast setup`: everything that must exist before the first start, made once and never overwritten."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from importlib.resources import files
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
from workers.keys import make_keys

if TYPE_CHECKING:
    from workers.settings import Settings

_WITHIN = 5.0  # seconds for a server that should be there
_RPC = timedelta(seconds=5)


async def install(settings: Settings) -> list[tuple[str, str]]:
    """Make what is missing; returns (what, what came of it).

    Raises:
        HoldfastError: `broken-configuration` if home cannot be written or the named directory file is not there.
    """
    if settings.directory_file is not None and not settings.directory_path.is_file():
        raise Told(Code.BROKEN_CONFIGURATION, "HOLDFAST_DIRECTORY_FILE names no file; nothing was made.")
    try:
        return [*_keys(settings), _directory(settings), await _namespace(settings)]
    except OSError as error:
        raise Told(
            Code.BROKEN_CONFIGURATION, f"HOLDFAST_HOME cannot be written: {error.strerror}; choose another directory."
        ) from None


def _keys(settings: Settings) -> list[tuple[str, str]]:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = make_keys(settings)
    every = (
        settings.codec_ring,
        settings.store_ring,
        settings.outside_key,
        settings.desk_key,
        settings.desk_public_key,
        settings.notary_key,
        settings.notary_public_key,
    )
    return [(f"key {path.name}", "made" if path.name in made else "kept") for path in every]


def _directory(settings: Settings) -> tuple[str, str]:
    path = settings.directory_path
    if path.exists():
        return "directory", f"kept: {path}"
    example = files("integrations.directory").joinpath("example.yaml").read_bytes()
    with path.open("xb") as file:
        file.write(example)
    path.chmod(0o600)
    return "directory", f"made from the synthetic example: {path}; replace every entry before real use"


async def _namespace(settings: Settings) -> tuple[str, str]:
    what = f"namespace {settings.namespace}"
    try:
        async with asyncio.timeout(_WITHIN):
            client = await Client.connect(settings.temporal_address, namespace=settings.namespace)
            await _prepared(client, settings.namespace)
    except (RuntimeError, TimeoutError):
        return what, f"not reached at {settings.temporal_address}; run setup again when Temporal runs"
    except RPCError as error:
        if error.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED):
            return what, f"not reached at {settings.temporal_address}; run setup again when Temporal runs"
        return what, f"not changed: Temporal answers {error.status.name}; ask whoever runs it"
    return what, f"closed cases are kept for {RETENTION.days} days; search attributes are there"


async def _prepared(client: Client, namespace: str) -> None:
    keep = Duration(seconds=int(RETENTION.total_seconds()))
    service = client.workflow_service
    try:
        await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace), timeout=_RPC)
        config = NamespaceConfig(workflow_execution_retention_ttl=keep)
        await service.update_namespace(UpdateNamespaceRequest(namespace=namespace, config=config), timeout=_RPC)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        fresh = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=keep)
        await service.register_namespace(fresh, timeout=_RPC)
        return  # its search attributes can be added once the cluster knows it: run setup again
    operator = client.operator_service
    listed = await operator.list_search_attributes(ListSearchAttributesRequest(namespace=namespace), timeout=_RPC)
    missing = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in SEARCH_ATTRIBUTES.items()
        if name not in listed.custom_attributes
    }
    if missing:
        wanted = AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        await operator.add_search_attributes(wanted, timeout=_RPC)
