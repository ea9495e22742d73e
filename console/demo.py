"""`holdfast demo`: one emergency data request from a Slack command to its signed review, with a killed worker."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from console.running.places import Places
from console.running.scenes import Played, Scenes
from console.running.story import Story
from console.stack import Stack
from domain.base import Model
from domain.errors import Code, HoldfastError
from domain.incident import Outcome
from workers.settings import Settings

DRILL_FACTOR = 1 / 60  # a minute of the policy's patience plays as a second
_WITHIN = timedelta(seconds=175)  # the demo promises to be over in three minutes
_HESITATION = (0.4, 1.4)  # seconds, of people who read before they press
_FAST = (0.05, 0.3)


class DemoResult(Model):
    """What the demo came to. `effects`: per stand-in, API `requests`, distinct idempotency `keys`, acts `applied`."""

    case: str
    outcome: str
    phases: tuple[str, ...]
    decisions: int
    tasks: int
    worker_kills: int
    interventions: int
    report: str
    effects: dict[str, dict[str, int]]
    audit: dict[str, int]
    refusals: int
    signed_off: bool
    ok: bool


def _result(played: Played, report: Path) -> DemoResult:
    once = all(each["applied"] == each["keys"] for each in played.effects.values())
    clean = played.audit["entries"] > 0 and not played.audit["faults"]
    disclosed = played.outcome == Outcome.DISCLOSED.value
    return DemoResult(
        **played.model_dump(exclude={"markdown"}),
        report=str(report),
        ok=disclosed and once and clean and played.signed_off and played.worker_kills >= 1,
    )


async def play(settings: Settings, story: Story, *, fast: bool) -> DemoResult:
    """Play it on a stack of its own in a temporary home. The report stays, under `settings.home`; a home whose demo
    failed stays too.

    Raises:
        HoldfastError: when a part of the stack failed or something did not happen in time, with where to look.
    """
    home = Path(tempfile.mkdtemp(prefix="holdfast-demo-"))
    own = settings.model_copy(
        update={
            "home": home,
            "store_url": f"sqlite+aiosqlite:///{home / 'holdfast.db'}",
            "namespace": "default",
            "directory_file": None,
            "drill_factor": DRILL_FACTOR,
        }
    )
    story.scene("This is a drill on this machine: invented people and agencies, stand-ins for every outside party.")
    story.say(f"policy minutes play as seconds; state and logs are in {home}")
    try:
        async with asyncio.timeout(_WITHIN.total_seconds()):
            async with Stack(own, Places.free(), say=story.trouble, time_skipping=True) as stack:
                story.say(f"running: the Temporal server, {', '.join(stack.names)}")
                played = await Scenes(stack, story, _FAST if fast else _HESITATION, pause=0.0 if fast else 0.8).play()
    except HoldfastError:
        story.trouble(f"it failed; state and logs are kept in {home}")
        raise
    except TimeoutError:
        seconds = int(_WITHIN.total_seconds())
        raise HoldfastError(Code.FAULT, f"the demo was not over in {seconds} s; its logs are in {home}/logs") from None
    result = _result(played, _keep(settings.home / "demo", played))
    if result.ok:
        shutil.rmtree(home)
    _end(story, result, home)
    return result


def _keep(folder: Path, played: Played) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{played.case}-review.md"
    path.write_text(played.markdown, encoding="utf-8")
    return path


def _end(story: Story, result: DemoResult, home: Path) -> None:
    story.scene("What it came to")
    story.plain(f"  case {result.case}: {result.outcome}; phases {', '.join(result.phases)}")
    story.plain(f"  {result.decisions} decisions, {result.tasks} tasks, {result.interventions} intervention by people")
    story.plain(f"  {result.worker_kills} worker killed by kill -9; what left us, left once:")
    for name, each in result.effects.items():
        story.plain(f"    {name:<9} {each['requests']} requests, {each['keys']} keys, {each['applied']} effects")
    story.plain(f"  ledger: {result.audit['entries']} entries, {result.audit['faults']} faults")
    story.plain(f"  the review, signed off: {result.report}")
    if not result.ok:
        story.plain(f"  NOT as it should be; everything is kept in {home}")
    story.plain("Look around yourself: `holdfast up` runs the same stack and prints where its pages are.")


def demo_command(settings: Settings, *, as_json: bool, fast: bool) -> int:
    """Play it and tell it. With `as_json` the story goes to stderr and stdout is one JSON object. 0 only when ok."""
    result = asyncio.run(play(settings, Story(to_stderr=as_json), fast=fast))
    if as_json:
        sys.stdout.write(result.model_dump_json() + "\n")
        sys.stdout.flush()
    return 0 if result.ok else 1
