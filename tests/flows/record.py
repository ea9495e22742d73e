"""Records the histories in `tests/flows/histories`: `python -m tests.flows.record`. Run it when a new kind of case is
added, never to make a failing replay pass: that is what patches are for."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from domain.acts import Approve, Done
from domain.evidence import EvidenceKind
from domain.incident import Rehearsal
from domain.people import Role
from domain.timeline import Kind
from integrations.base.keyring import KeyRing, new_ring, save_ring
from integrations.temporal.server import EmbeddedServer
from tests.flows.scenarios import SCENARIOS
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


async def record_patched(world: World) -> None:
    """The same ways once more, as cases go that begin under today's patches: beside the older ones, not in their
    place."""
    case = await played(world, "approve")
    await keep(case, "approve-exported-closed")
    await keep(await reviewed(case), "review-exported-closed")
    scenario = SCENARIOS["deny then refuse"]
    continued = await scenario.open(world, Rehearsal(turnover_after=(3,)))
    await scenario.play(continued)
    await continued.result()
    await keep(continued, "refuse-continued-closed")


async def keep_at(case: Case, name: str, stored: str) -> None:
    await case.open(name)
    await keep(case, stored)


async def main(words: list[str]) -> None:
    """`--add` records only what today's patches do otherwise, under the ring that is there."""
    home, adding = Path(tempfile.mkdtemp()), words == ["--add"]
    STORED.mkdir(exist_ok=True)
    ring: KeyRing = load_ring_of_tests() if adding else new_ring()
    save_ring(home / "home" / "keys" / "codec.json", ring)
    body = {"active": ring.active, "keys": {name: key.hex() for name, key in ring.keys.items()}}
    (STORED / "ring.synthetic").write_text(json.dumps(body))
    async with (
        EmbeddedServer(home / "temporal", time_skipping=True) as server,
        open_simulators() as sims,
        open_world(home / "home", server, sims, extra=[containment]) as world,
    ):
        if not adding:
            await record(world)
        await record_patched(world)


def load_ring_of_tests() -> KeyRing:
    body = json.loads((STORED / "ring.synthetic").read_text())
    return KeyRing(body["active"], {name: bytes.fromhex(key) for name, key in body["keys"].items()})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
