"""`make soak`: mixed cases while everything is killed in turn. A seed makes the same plan of cases and kills again."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.flows.scenarios import Scenario
from tests.soak.checks import faults_of, world_faults
from tests.soak.parts import Scene, open_scene
from tests.soak.plays import TODAY
from tests.world import Case

_WITHIN = 900.0  # seconds after which a case counts as stuck


@dataclass
class Tally:
    """What happened so far."""

    declared: int = 0
    ended: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--cases", type=int, default=200, help="how many cases are played at least")
    parser.add_argument("--minutes", type=float, default=0, help="go on for at least so long")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--at-once", type=int, default=8, help="cases in flight")
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between two kills, on average")
    parser.add_argument("--keep", type=Path, default=None, help="keep logs and state in this directory")
    return parser.parse_args()


async def _killing(scene: Scene, chance: random.Random, pause: float, tally: Tally) -> None:
    """One after another, over and over, each back before the next falls."""
    while True:
        for name, part in scene.parts.items():
            await asyncio.sleep(chance.uniform(0.5, 1.5) * pause)
            await part.kill()
            tally.kills[name] += 1
            await asyncio.sleep(chance.uniform(0.0, 0.8))
            await part.start()


async def _play(scene: Scene, scenario: Scenario, tally: Tally) -> None:
    began = time.monotonic()
    case: Case | None = None
    try:
        async with asyncio.timeout(_WITHIN):
            case = await scenario.open(scene.world)
            tally.declared += 1
            await scenario.play(case)
            await case.until(lambda state: state.status.value == "closed" and not state.pending, within=_WITHIN)
        tally.faults += await faults_of(case, scenario)
    except Exception as error:  # a case that fails must not end the soak: it is what the soak looks for
        where = "".join(traceback.format_exception_only(error)).strip()[:300]
        tally.faults.append(f"{case.id if case else '?'} {scenario.name}: {where}")
        return
    tally.ended += 1
    tally.slowest = max(tally.slowest, time.monotonic() - began)


async def _soak(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    chance, tally = random.Random(options.seed), Tally()
    until = time.monotonic() + options.minutes * 60
    async with open_scene(directory) as scene:
        killer = asyncio.create_task(_killing(scene, random.Random(options.seed + 1), options.pause, tally))
        known = [each for _, each in sorted(TODAY.items())]
        slots, running, played = asyncio.Semaphore(options.at_once), set(), 0
        while played < options.cases or time.monotonic() < until:
            await slots.acquire()
            scenario = chance.choice(known)
            task = asyncio.create_task(_play(scene, scenario, tally))
            running.add(task)
            task.add_done_callback(lambda each: (running.discard(each), slots.release()))
            played += 1
            if played % 20 == 0:
                _say(f"{played} cases begun, {tally.ended} ended, {sum(tally.kills.values())} kills, {tally.faults}")
            if killer.done():
                await killer  # a part that does not come back is a fault of its own
        await asyncio.gather(*running)
        killer.cancel()
        for part in scene.parts.values():
            await part.kill()
            await part.start()
        tally.faults += await world_faults(scene)
    return {
        "seed": options.seed,
        "cases": tally.declared,
        "ended": tally.ended,
        "lost_stuck_or_wrong": tally.declared - tally.ended,
        "kills": dict(tally.kills),
        "slowest_case_s": round(tally.slowest, 1),
        "faults": tally.faults,
        "ok": not tally.faults,
    }


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def main() -> None:
    options = _options()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as thrown_away:
        directory = options.keep or Path(thrown_away)
        directory.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(_soak(options, directory))
    found["seconds"] = round(time.monotonic() - began)
    print(json.dumps(found, indent=2), flush=True)
    os._exit(0 if found["ok"] else 1)  # the SDK may crash the interpreter at exit


if __name__ == "__main__":
    main()
