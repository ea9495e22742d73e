"""The Slack front door: real commands over a real WebSocket before a real desk, and the floor beside it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from domain.outside import Summons
from integrations.simulator.faults import Fault
from integrations.simulator.slack import CommandResult, SlackSimulator
from integrations.slack.cards import RETRY
from integrations.slack.room import open_room
from integrations.slack.running import Reach, open_slack_app
from integrations.slack.words import room_name
from tests.bench.bare import Plan
from tests.bench.bed import Bed, all_of
from tests.bench.measures import preserved, spread
from tests.slack.conftest import APP_TOKEN, BOT_TOKEN, DESK_URL, INCIDENTS, workspace
from tests.world import ANSWERS

Row = dict[str, Any]
DARA, ENGINEER = "U0ESC01", "U0ENG01"


@asynccontextmanager
async def open_front_door(bed: Bed) -> AsyncIterator[SlackSimulator]:
    """The stand-in, and the app connected to it."""
    directory = await bed.world.ports.directory.current()
    async with (
        workspace(directory) as slack,
        open_slack_app(
            bed.world.desk,
            procedures=dict(bed.world.catalogue.procedures),
            api_url=slack.api_url,
            bot_token=BOT_TOKEN,
            reach=Reach(app_token=APP_TOKEN),
            desk_url=DESK_URL,
        ),
    ):
        await slack.connected()
        yield slack


async def through_slack(bed: Bed, rounds: int, at_once: int) -> Row:
    """Acknowledgement, command to evidence safe, press to effect, and `at_once` commands in one moment."""
    async with open_front_door(bed) as slack:
        await _one(bed, slack)  # warms up
        acknowledged, safe, floor = [], [], []
        for _ in range(rounds):
            acked, preserved = await _one(bed, slack)
            acknowledged.append(acked)
            safe.append(preserved)
            floor.append(await _bare(bed))
        pressed = [await _press(bed, slack) for _ in range(rounds)]
        crowd = await _crowd(bed, slack, at_once)
    return {
        "acknowledgement_ms": spread(acknowledged),
        "command_to_evidence_safe_ms": spread(safe),
        "the_same_bare_ms": spread(floor),
        "press_to_effect_ms": spread(pressed),
        **crowd,
    }


async def _say(slack: SlackSimulator, account: str, kind: str = "edr") -> CommandResult:
    words = f"{account} {ANSWERS['requester_email']} US missing-person SYNTHETIC" if kind == "edr" else account
    return await slack.command(DARA, INCIDENTS, "/incident", f"{kind} {words}")


def _case(said: CommandResult) -> str:
    found = re.search(r"[A-Z]{3}-\w{5}-\w{5}", said.text)
    return found.group() if found is not None and ("is open" in said.text or "received" in said.text) else ""


async def _one(bed: Bed, slack: SlackSimulator) -> tuple[float, float]:
    """Milliseconds until the answer was there, and until the account was preserved."""
    account, began = bed.world.fresh_account(), time.perf_counter()
    platform = bed.world.sims.platform
    safe = asyncio.create_task(platform.until(lambda: preserved(bed, account), timeout=120))
    said = await _say(slack, account)
    acknowledged = (time.perf_counter() - began) * 1000
    assert _case(said), said.text or said.error
    await safe
    return acknowledged, (time.perf_counter() - began) * 1000


async def _bare(bed: Bed) -> float:
    account, began = bed.world.fresh_account(), time.perf_counter()
    await bed.bare(Plan(activities=1, account=account))
    await bed.world.sims.platform.until(lambda: preserved(bed, account), timeout=120)
    return (time.perf_counter() - began) * 1000


async def _press(bed: Bed, slack: SlackSimulator) -> float:
    """A step that failed is tried again by a button: milliseconds from the press to the preserved account."""
    platform, account = bed.world.sims.platform, bed.world.fresh_account()
    platform.faults.add(Fault(match=f"/v1/accounts/{account}/preserve", kind="status", value=409, times=1))
    case = _case(await _say(slack, account))
    failed = await bed.open(case, "snapshot_account")
    directory = await bed.world.ports.directory.current()
    people = tuple(each for each in directory.people if each.slack == ENGINEER)
    card = Summons(
        case=case,
        subject=failed.key,
        kind="intervention",
        title="SYNTHETIC",
        rung=1,
        severity=0,
        people=people,
        digest=failed.digest,
    )
    async with open_room(slack.api_url, BOT_TOKEN, DESK_URL, pace=0) as room:
        await room.summon(card, key=case)
    ts = slack.messages(room_name(case))[-1].ts
    began = time.perf_counter()
    await asyncio.gather(
        slack.click(ENGINEER, room_name(case), ts, RETRY),
        platform.until(lambda: preserved(bed, account), timeout=120),
    )
    return (time.perf_counter() - began) * 1000


async def _crowd(bed: Bed, slack: SlackSimulator, count: int) -> Row:
    """So many commands in one moment, beside so many bare starts; nobody works meanwhile: only intake counts."""
    await bed.ours.kill()
    await bed.floor.kill()
    accounts = [bed.world.fresh_account() for _ in range(count)]

    async def one(number: int) -> tuple[CommandResult, float]:
        began = time.perf_counter()
        said = await _say(slack, accounts[number], "mon")
        return said, (time.perf_counter() - began) * 1000

    answers, ours = await all_of(one, count, count)
    _, floor = await all_of(lambda _: bed.bare(Plan(activities=1, updates=1)), count, count)
    await bed.ours.start()
    await bed.floor.start()
    durable = [account for account, (said, _) in zip(accounts, answers, strict=True) if _case(said)]
    return {
        "commands_at_once": count,
        "acknowledged_in_time": sum(1 for said, _ in answers if said.ok),
        "accepted_durably": len(durable),
        "acknowledgement_of_those_ms": spread([taken for said, taken in answers if said.ok]),
        "accepted_durably_per_s": round(len(durable) / ours, 1),
        "bare_starts_per_s": round(count / floor, 1),
    }
