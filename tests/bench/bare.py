"""The floor: a bare workflow with as many activities, timers and updates as our procedure, and nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

QUEUE = "bare"


class Plan(BaseModel):
    """`activities` are spread evenly before, between and after `updates`; each wait for an update holds a timer, as
    many as `timers`. `account` makes the first activity preserve it; `sends` makes the last one release a package."""

    activities: int = 1
    timers: int = 0
    updates: int = 0
    account: str = ""
    sends: bool = False
    at: str = "2026-11-22T00:00:00+00:00"


class Work(BaseModel):
    """One activity's input: what to do (`nothing`, `preserve` or `send`), for which account, under which key."""

    what: str
    key: str
    account: str = ""
    at: str = ""


@workflow.defn(name="bare")
class Bare:
    """Activities one after another, a park before each update."""

    @workflow.init
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._pressed = 0

    @workflow.update
    def press(self) -> int:
        self._pressed += 1
        return self._pressed

    @workflow.run
    async def run(self, plan: Plan) -> int:
        done = 0
        for stage in range(plan.updates + 1):
            if stage:
                span = timedelta(days=1) if stage <= plan.timers else None
                await workflow.wait_condition(lambda stage=stage: self._pressed >= stage, timeout=span)  # type: ignore[misc]
            upto = plan.activities * (stage + 1) // (plan.updates + 1)
            for number in range(done, upto):
                await self._work(number)
            done = max(done, upto)
        return done

    async def _work(self, number: int) -> None:
        plan = self._plan
        what = "nothing"
        if plan.account and number == 0:
            what = "preserve"
        if plan.sends and number == plan.activities - 1:
            what = "send"
        await workflow.execute_activity(
            "bare_work",
            Work(what=what, key=f"{workflow.info().workflow_id}/{number}", account=plan.account, at=plan.at),
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(maximum_attempts=5),
        )


class Doing:
    """The same calls to the same stand-ins as our steps make, without anything around them."""

    def __init__(self, platform: Any, portal: Any, mail: Any) -> None:
        self._platform, self._portal, self._mail = platform, portal, mail

    @activity.defn(name="bare_work")
    async def work(self, given: Work) -> bool:
        at = datetime.fromisoformat(given.at) if given.at else None
        if given.what == "preserve":
            await self._platform.preserve(given.account, reason="bench", key=given.key)
        if given.what == "send" and at is not None:
            found = await self._platform.records(given.account, ["email", "created_at"])
            package = await self._portal.deliver(
                given.key, "bench", repr(found).encode(), expires_at=at + timedelta(days=1), key=given.key, at=at
            )
            await self._mail.send("bench@example.org", "bench", package.link, key=given.key, at=at)
        return True


async def connect(address: str) -> Client:
    """A client without our codec, guard or plugin."""
    return await Client.connect(address, data_converter=pydantic_data_converter)


async def main() -> None:
    """A worker as a process of its own, so that it can be measured and killed."""
    from workers.settings import load_settings
    from workers.wiring import open_ports

    settings = load_settings()
    client = await connect(settings.temporal_address)
    async with open_ports(settings) as ports:
        doing = Doing(ports.platform, ports.portal, ports.mail)
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[Bare],
            activities=[doing.work],
            max_concurrent_activities=20,
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        ):
            await asyncio.Event().wait()


if __name__ == "__main__":
    # The sandbox imports this module again under its real name; running it as a script must not define it twice.
    from tests.bench import bare

    asyncio.run(bare.main())
    sys.stdout.flush()
    os._exit(0)
