"""`make bench`: figures, never assertions. Sizes are options, so that a laptop can take a small look first."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import measures, slacked
from tests.bench.bed import Bed, open_bed
from tests.bench.report import machine, page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="samples of each latency")
    parser.add_argument("--procedures", type=int, default=60, help="whole procedures for the throughput")
    parser.add_argument("--busy", type=int, default=500, help="open cases for the latencies under load")
    parser.add_argument("--burst", type=int, default=1000, help="declarations at once")
    parser.add_argument("--recover", type=int, default=1000, help="open cases when the worker is killed")
    parser.add_argument("--crowd", type=int, default=5000, help="open cases for memory, disk and P0 latency")
    parser.add_argument("--skip", type=int, default=10, help="silent cases whose clocks are moved on")
    parser.add_argument("--commands", type=int, default=200, help="Slack commands at once; 0 leaves Slack out")
    parser.add_argument("--only-slack", action="store_true", help="the Slack lines alone")
    parser.add_argument("--to", type=Path, default=None, help="write the page here")
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": machine(), "latencies": []}
    with tempfile.TemporaryDirectory() as directory:
        async with open_bed(Path(directory)) as bed:
            await measures.latencies(bed, 2, "warming up")
            if options.commands:
                found["slack"] = await slacked.through_slack(bed, options.rounds, options.commands)
                _say("slack", found["slack"])
            if options.only_slack:
                return found
            found["latencies"] += await measures.latencies(bed, options.rounds, "idle")
            _say("latencies, idle", found["latencies"])
            found["throughput"] = await measures.throughput(bed, options.procedures, 10)
            _say("throughput", found["throughput"])
            found["skipped"] = await measures.skipped(bed, options.skip, 6)
            _say("skipped", found["skipped"])
            await _crowds(bed, options, found)
    return found


async def _crowds(bed: Bed, options: argparse.Namespace, found: dict[str, Any]) -> None:
    before = {**bed.memory(), **bed.databases()}
    cases = await measures.parked(bed, options.busy)
    found["latencies"] += await measures.latencies(bed, options.rounds, f"{options.busy} open cases")
    _say("latencies, busy", found["latencies"][-3:])
    found["burst"], declared = await measures.burst(bed, options.burst)
    _say("burst", found["burst"])
    cases += declared
    cases += await measures.parked(bed, max(options.recover - len(cases), 0))
    found["recovery"] = await measures.recovery(bed, cases[: options.recover])
    _say("recovery", found["recovery"])
    cases += await measures.parked(bed, max(options.crowd - len(cases), 0))
    crowd = len(cases)
    after = {**bed.memory(), **bed.databases()}
    found["latencies"] += await measures.latencies(bed, options.rounds, f"crowd of {crowd} open cases")
    grown = {name: after[name] - before[name] for name in ("temporal", "store")}
    found["open_cases"] = {
        "open": crowd,
        "megabytes_before": {name: before[name] for name in ("our worker", "server")},
        "megabytes_after": {name: after[name] for name in ("our worker", "server")},
        "temporal_bytes_per_case": grown["temporal"] // crowd,
        "store_bytes_per_case": grown["store"] // crowd,
    }
    _say("open cases", found["open_cases"])


def _say(what: str, value: object) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}: {json.dumps(value)}", file=sys.stderr, flush=True)


def main() -> None:
    options = _options()
    found = asyncio.run(_run(options))
    command = " ".join(["python -m tests.bench", *sys.argv[1:]])
    text = page(found, command, f"{datetime.now(UTC):%Y-%m-%d}")
    if options.to is not None:
        options.to.write_text(text)
    print(text, flush=True)
    os._exit(0)  # the SDK may crash the interpreter at exit


if __name__ == "__main__":
    main()
