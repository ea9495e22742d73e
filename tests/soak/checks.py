"""What must hold after any number of kills: nothing lost, doubled, stuck or missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.armed import Track, due_of, subject_of
from domain.timeline import Entry, Kind
from tests.flows.scenarios import Scenario, effects_of
from tests.soak.parts import Scene
from tests.world import Case

LATE = timedelta(seconds=90)  # the auditor's own grace: a worker that is dead for a moment is no missed call


async def faults_of(case: Case, scenario: Scenario) -> list[str]:
    """Everything that is wrong with one ended case, in words."""
    state = await case.state()
    said = [each.entry for each in await case.world.records.ledger.read(case.id)]
    faults = []
    if (state.outcome, state.outcome_code) != (scenario.outcome.value, scenario.code):
        faults.append(f"{case.id} {scenario.name}: ended {state.outcome} {state.outcome_code}")
    seen = effects_of(case)
    # How many letters there are hangs on the minute of a decision; that none left twice is asked of the relay itself.
    seen["letters"] = sorted(set(seen["letters"]))
    if seen != scenario.effects:
        faults.append(f"{case.id} {scenario.name}: the world saw {seen}")
    return faults + [f"{case.id} {scenario.name}: {each}" for each in missed(said)]


def missed(entries: list[Entry]) -> list[str]:
    """Calls, waits and clocks that were armed and never fired, or fired later than the grace."""
    track, found = Track(), []
    for number, entry in enumerate(entries, 1):
        armed = {each.subject: each for each in track.armed}.get(subject_of(entry))
        fires = entry.kind in (Kind.RUNG, Kind.CLOCK) or due_of(entry) is not None
        if armed is not None and fires and entry.at > armed.due + LATE:
            found.append(f"{entry.kind.value} {entry.subject} was due {armed.due:%H:%M:%S}, came {entry.at:%H:%M:%S}")
        track = track.after([(number, entry)])
    if not track.closed:
        found.append("never closed")
    return found


async def world_faults(scene: Scene) -> list[str]:
    """What is wrong with the deployment as a whole."""
    faults = []
    for name in ("platform", "portal", "pager", "mail"):
        stats: dict[str, Any] = dict(getattr(scene.sims, name).stats())
        if stats["applied"] != stats["keys"]:
            faults.append(f"{name}: {stats['applied']} effects under {stats['keys']} keys")
    audit = await scene.world.desk.audit("aud-pia")
    faults += [f"ledger: {each.case}#{each.sequence} {each.fault}" for each in audit.faults]
    stuck = [each.id async for each in scene.plain.list_workflows("TemporalReportedProblems IS NOT NULL")]
    faults += [f"{each}: Temporal reports problems" for each in stuck]
    return faults
