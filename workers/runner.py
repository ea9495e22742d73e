"""Runs workers: one per queue, each with exactly the steps of its role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from activities.step import SOP_QUEUE, STEPS
from workers.catalogue import Catalogue
from workers.wiring import ROLES, Ports, steps_of

# How many activities one process runs at once, by role; small, because priority orders only what waits at the server.
_SLOTS = 20
# After a crash the next decision must not wait ten seconds for a worker that is gone.
_STICKY = timedelta(seconds=1)


def build_worker(
    client: Client,
    role: str,
    ports: Ports,
    catalogue: Catalogue,
    *,
    cached: int = 1000,
    slots: int = _SLOTS,
    sticky: timedelta = _STICKY,
) -> Worker:
    """A worker of one role. Only `sop` runs workflows."""
    return Worker(
        client,
        task_queue=role,
        activities=steps_of(role, ports, client, catalogue.procedures),
        workflows=list(catalogue.workflows) if role == SOP_QUEUE else [],
        max_cached_workflows=cached if role == SOP_QUEUE else 0,
        max_concurrent_activities=slots,
        sticky_queue_schedule_to_start_timeout=sticky,
        # Told to go, it finishes what it has: no try of a step takes longer than this.
        graceful_shutdown_timeout=max(each.PATIENCE.per_try for each in STEPS.values()),
    )


@asynccontextmanager
async def running(
    client: Client,
    ports: Ports,
    catalogue: Catalogue,
    roles: Sequence[str] = ROLES,
    *,
    cached: int = 1000,
    sticky: timedelta = _STICKY,
) -> AsyncIterator[None]:
    """Workers for these roles in this process, until the context ends."""
    async with AsyncExitStack() as stack:
        workers = [build_worker(client, role, ports, catalogue, cached=cached, sticky=sticky) for role in roles]
        for worker in workers:
            await stack.enter_async_context(worker)
        yield
        # All at once: one that waits for its last step must not leave the others taking new work.
        await asyncio.gather(*(worker.shutdown() for worker in workers))


async def run_until(
    stop: asyncio.Event, client: Client, ports: Ports, catalogue: Catalogue, roles: Sequence[str]
) -> None:
    """Work until told to stop; what runs is finished or handed back."""
    async with running(client, ports, catalogue, roles):
        await stop.wait()
