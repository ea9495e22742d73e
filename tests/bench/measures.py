"""What is measured, always ours beside the floor on the same server in the same run."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.acts import Approve, Take
from domain.armed import Track, subject_of
from domain.timeline import Kind
from tests.bench.bare import Plan
from tests.bench.bed import LEGAL, MANAGER, OWNER, Bed, all_of, timed

Row = dict[str, Any]


def spread(samples: list[float]) -> dict[str, float]:
    """p50 and p99 (of fewer than a hundred samples: the worst), in ms."""
    ordered = sorted(samples)
    at = min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))
    return {"p50": round(ordered[len(ordered) // 2], 1), "p99": round(ordered[at], 1), "n": len(ordered)}


async def latencies(bed: Bed, rounds: int, load: str) -> list[Row]:
    """Declare to evidence safe; the first approval answered; the deciding press to the package at the portal."""
    platform, portal = bed.world.sims.platform, bed.world.sims.portal
    ours: dict[str, list[float]] = {"declare to evidence safe": [], "decision answered": [], "press to effect": []}
    floor: dict[str, list[float]] = {name: [] for name in ours}
    for _ in range(rounds):
        began = time.perf_counter()
        case, account = await bed.declare()
        await platform.until(lambda account=account: preserved(bed, account), timeout=120)  # type: ignore[misc]
        ours["declare to evidence safe"].append((time.perf_counter() - began) * 1000)
        await bed.investigated(case, real=True)
        card = await bed.open(case, "release")
        await _quiet(bed, case)
        ours["decision answered"].append(await timed(bed.act(LEGAL, case, Approve(), card)))
        await _quiet(bed, case)
        packages, began = len(portal.packages), time.perf_counter()
        await asyncio.gather(
            bed.act(MANAGER, case, Approve(), card),
            portal.until(lambda packages=packages: len(portal.packages) > packages, timeout=120),  # type: ignore[misc]
        )
        ours["press to effect"].append((time.perf_counter() - began) * 1000)

        account, began = bed.world.fresh_account(), time.perf_counter()
        at = datetime.now(UTC).isoformat()
        plan = Plan(activities=4, updates=3, timers=3, account=account, sends=True, at=at)
        handle = await bed.bare(plan)
        await platform.until(lambda account=account: preserved(bed, account), timeout=120)  # type: ignore[misc]
        floor["declare to evidence safe"].append((time.perf_counter() - began) * 1000)
        await handle.execute_update("press")
        floor["decision answered"].append(await timed(handle.execute_update("press")))
        packages, began = len(portal.packages), time.perf_counter()
        await asyncio.gather(
            handle.execute_update("press"),
            portal.until(lambda packages=packages: len(portal.packages) > packages, timeout=120),  # type: ignore[misc]
        )
        floor["press to effect"].append((time.perf_counter() - began) * 1000)
        await handle.result()
    return [_beside(name, load, spread(ours[name]), spread(floor[name])) for name in ours]


def _beside(name: str, load: str, ours: dict[str, float], floor: dict[str, float]) -> Row:
    return {"what": name, "load": load, "ours": ours, "bare": floor, "ratio": round(ours["p50"] / floor["p50"], 2)}


def preserved(bed: Bed, account: str) -> bool:
    """Whether the platform has this account safe."""
    return any(each.account == account for each in bed.world.sims.platform.state.receipts.values())


async def _quiet(bed: Bed, case: str) -> None:
    """Until nothing of the case is under way, so that one press does not pay for what came before it."""
    handle = bed.plain.get_workflow_handle(case)
    while True:
        found = (await handle.describe()).raw_description
        if not found.pending_activities and not found.HasField("pending_workflow_task"):
            return
        await asyncio.sleep(0.05)


async def throughput(bed: Bed, count: int, at_once: int) -> Row:
    """Whole procedures beside bare workflows of the same totals (the review that each starts is counted too)."""
    first = await bed.refused()
    totals = await bed.totals(first, f"{first}/review")
    without = await bed.totals(first)
    _, ours = await all_of(lambda _: bed.refused(), count, at_once)
    plan = Plan(activities=totals.activities, timers=totals.timers, updates=totals.updates)
    _, floor = await all_of(lambda _: bed.bare_whole(plan), count, at_once)
    lean = Plan(activities=totals.activities - totals.bookkeeping, timers=totals.timers, updates=totals.updates)
    _, leaner = await all_of(lambda _: bed.bare_whole(lean), count, at_once)
    return {
        "procedures": count,
        "at_once": at_once,
        "totals": asdict(totals),
        "without_review": asdict(without),
        "ours_per_s": round(count / ours, 2),
        "bare_per_s": round(count / floor, 2),
        "bare_without_bookkeeping_per_s": round(count / leaner, 2),
        "ratio": round(floor / ours, 2),
        "where": await where_time_goes(bed, first),
    }


async def where_time_goes(bed: Bed, case: str) -> list[Row]:
    """Of one history: by activity, how many, and the mean ms it waited for a worker and ran."""
    history = await bed.plain.get_workflow_handle(case).fetch_history()
    scheduled: dict[int, tuple[str, float]] = {}
    started: dict[int, float] = {}
    spans: dict[str, list[tuple[float, float]]] = {}
    for event in history.events:
        at = event.event_time.ToDatetime(tzinfo=UTC).timestamp() * 1000
        match event.WhichOneof("attributes"):
            case "activity_task_scheduled_event_attributes":
                name = event.activity_task_scheduled_event_attributes.activity_type.name
                scheduled[event.event_id] = (name, at)
            case "activity_task_started_event_attributes":
                started[event.activity_task_started_event_attributes.scheduled_event_id] = at
            case "activity_task_completed_event_attributes":
                number = event.activity_task_completed_event_attributes.scheduled_event_id
                name, since = scheduled[number]
                spans.setdefault(name, []).append((started[number] - since, at - started[number]))
    return [
        {
            "activity": name,
            "count": len(each),
            "waited_ms": round(sum(one for one, _ in each) / len(each), 1),
            "ran_ms": round(sum(two for _, two in each) / len(each), 1),
        }
        for name, each in sorted(spans.items(), key=lambda item: -len(item[1]))
    ]


async def parked(bed: Bed, count: int) -> list[str]:
    """This many open cases in monitoring, all at rest."""
    found, _ = await all_of(lambda _: bed.declare("rehearsed_monitoring"), count, 20)
    await _at_rest(bed, found)
    return [case for case, _ in found]


async def _at_rest(bed: Bed, found: list[tuple[str, str]]) -> None:
    """Until each account is preserved and the last cases have written their books."""
    accounts = {account for _, account in found}
    while accounts - {each.account for each in bed.world.sims.platform.state.receipts.values()}:
        await asyncio.sleep(0.2)
    for case, _ in found[-20:]:
        await _quiet(bed, case)


async def burst(bed: Bed, count: int) -> tuple[Row, list[str]]:
    """So many declarations at once, beside so many bare starts; nobody works meanwhile, so that only intake counts."""
    await bed.ours.kill()
    await bed.floor.kill()
    found, ours = await all_of(lambda _: bed.declare("rehearsed_monitoring"), count, 50)
    _, floor = await all_of(lambda _: bed.bare(Plan(activities=1, updates=1)), count, 50)
    await bed.ours.start()
    await bed.floor.start()
    await _at_rest(bed, found)
    row = {"declares": count, "ours_s": round(ours, 2), "bare_s": round(floor, 2), "ratio": round(ours / floor, 2)}
    return row, [case for case, _ in found]


async def recovery(bed: Bed, cases: list[str]) -> Row:
    """The worker is killed -9 while these cases are open, a new one starts, one act on each: seconds until all move."""
    handles, _ = await all_of(lambda _: bed.bare(Plan(activities=2, updates=1)), len(cases), 20)
    for handle in handles:
        await _quiet(bed, handle.id)
    spans = {}
    for name, child, act in (
        ("ours_s", bed.ours, lambda number: bed.act(OWNER, cases[number], Take())),
        ("bare_s", bed.floor, lambda number: handles[number].execute_update("press")),
    ):
        await child.kill()
        began = time.perf_counter()
        await child.start()
        await all_of(act, len(cases), 50)
        spans[name] = round(time.perf_counter() - began, 1)
    return {"cases": len(cases), **spans, "ratio": round(spans["ours_s"] / spans["bare_s"], 2)}


async def skipped(bed: Bed, count: int, hours: int) -> Row:
    """Silent gates with their clocks moved on: every rung that fired, when it was due and when it fired."""
    late = never = fired = 0
    for _ in range(count):
        case, _ = await bed.declare()
        await bed.investigated(case, real=True)
        await bed.open(case, "release")
        handle = bed.world.client.get_workflow_handle(case)
        await bed.world.travel.later(handle, timedelta(hours=hours))
        await _quiet(bed, case)
        now = await bed.world.travel.now(handle)
        track = Track()
        for number, each in enumerate([one.entry for one in await bed.world.records.ledger.read(case)], 1):
            armed = {one.subject: one.due for one in track.armed}.get(subject_of(each))
            if each.kind is Kind.RUNG and armed is not None:
                fired += 1
                late += each.at - armed > timedelta(seconds=2)
            track = track.after([(number, each)])
        never += sum(1 for one in track.armed if one.due < now - timedelta(seconds=2))
    return {"cases": count, "hours_each": hours, "rungs_fired": fired, "late": late, "never": never}
