"""Records histories into `tests/flows/histories`: `python -m tests.flows.record NAME`, with a name of `MORE` for a new
kind of case. Without a name it records all of the emergency procedure anew under a new ring: never do that to make a
failing replay pass, that is what patches are for."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from domain.acts import Approve, Done
from domain.evidence import EvidenceKind
from domain.people import Role
from domain.timeline import Kind
from integrations.base.keyring import KeyRing, new_ring, save_ring
from integrations.temporal.server import EmbeddedServer
from tests.flows.scenarios import SCENARIOS, Scenario
from tests.flows.selfharm import SCENARIOS as SELF_HARM
from tests.procedures import containment
from tests.world import Case, World, open_simulators, open_world

STORED = Path(__file__).parent / "histories"


async def keep(case: Case, name: str) -> None:
    history = await case.handle.fetch_history()
    body = {"workflow_id": case.id, "history": history.to_json_dict()}
    (STORED / f"{name}.json").write_text(json.dumps(body, separators=(",", ":")))
    print(name, len(history.events), "events")


async def played(world: World, name: str) -> Case:
    case = await SCENARIOS[name].open(world)
    await SCENARIOS[name].play(case)
    await case.result()
    return case


async def reviewed(case: Case) -> Case:
    review, world = case.review, case.world
    await case.noted(Kind.REVIEW, "started")
    facilitator = await world.someone(Role.POLICY)
    await review.act(Role.LEGAL, "choose-privilege", Done(result={"kind": "ordinary"}))
    await review.act(facilitator, "facilitate", Done())
    collected = await world.desk.keep(facilitator, review.id, EvidenceKind.ARTEFACT, "SYNTHETIC")
    await review.act(facilitator, "collect-actions", Done(result={"owners": ("engineer",)}, artefact=collected))
    await review.act(Role.ENGINEER, "action-engineer", Done())
    await review.act(Role.DUTY_MANAGER, "sign-off", Done())
    await review.result()
    return review


async def record(world: World) -> None:
    case = await played(world, "approve")
    await keep(case, "approve-closed")
    await keep(await reviewed(case), "review-closed")
    parked = await world.declare()
    await keep_at(parked, "call-back", "approve-parked-at-call-back")
    await parked.verified()
    await parked.act(Role.LEGAL, "release", Approve())
    await keep_at(parked, "release", "approve-parked-at-release")
    for name, stored in (
        ("protect when unconfirmed", "protect-closed"),
        ("deny then refuse", "refuse-closed"),
        ("silence to the end", "silence-closed"),
        ("vendor down then by hand", "intervention-closed"),
        ("stand down", "stand-down-closed"),
        ("raw cancel", "raw-cancel-closed"),
    ):
        await keep(await played(world, name), stored)


async def keep_at(case: Case, name: str, stored: str) -> None:
    await case.open(name)
    await keep(case, stored)


MORE: dict[str, Scenario] = {"self-harm-closed": SELF_HARM["the stream is cut"]}
"""Histories that were added one by one, under the ring that is there."""


async def record_one(world: World, name: str) -> None:
    case = await MORE[name].open(world)
    await MORE[name].play(case)
    await case.result()
    await keep(case, name)


def ring_there() -> KeyRing:
    body = json.loads((STORED / "ring.synthetic").read_text())
    return KeyRing(body["active"], {name: bytes.fromhex(key) for name, key in body["keys"].items()})


def ring_anew() -> KeyRing:
    ring: KeyRing = new_ring()
    body = {"active": ring.active, "keys": {name: key.hex() for name, key in ring.keys.items()}}
    (STORED / "ring.synthetic").write_text(json.dumps(body))
    return ring


async def main(names: list[str]) -> None:
    home = Path(tempfile.mkdtemp())
    STORED.mkdir(exist_ok=True)
    save_ring(home / "home" / "keys" / "codec.json", ring_there() if names else ring_anew())
    async with (
        EmbeddedServer(home / "temporal", time_skipping=True) as server,
        open_simulators() as sims,
        open_world(home / "home", server, sims, extra=[containment]) as world,
    ):
        for name in names:
            await record_one(world, name)
        if not names:
            await record(world)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
