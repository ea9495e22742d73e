"""Records the histories in `tests/flows/histories`: `python -m tests.flows.record NAME` for one of `MORE`, `--add` for
what today's patches do otherwise. Run it when a new kind of case is added, never to make a failing replay pass: that is
what patches are for. `review-closed` is of a review of the first version and cannot be recorded any more."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from domain.acts import Approve, Cannot, Done, Move, Take
from domain.incident import Rehearsal
from domain.people import Role
from domain.timeline import Kind
from integrations.base.keyring import KeyRing, new_ring, save_ring
from integrations.temporal.server import EmbeddedServer
from tests.flows.reviews import action, choose, closed_case, held, looked_back, now, signer
from tests.flows.scenarios import SCENARIOS, Scenario
from tests.flows.selfharm import SCENARIOS as SELF_HARM
from tests.procedures import containment, timed
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
    """A full review to its end: an opinion, two actions side by side, one of them moved, both looks back."""
    review = case.review
    await case.noted(Kind.REVIEW, "started")
    await choose(review)
    await held(review, action(days=10), action("policy-lead", 4, "train"), factors=("tooling",))
    await review.act(Role.LEGAL, "opinion-legal", Done(result={"factors": ("tooling",)}))
    due = (await now(review)).actions[0].due
    await review.act(Role.ENGINEER, "action-1-", Move(to=due + timedelta(days=9), code="vendor-is-late"))
    await review.act(await signer(case.world), "/move", Done(result={"answer": "agree"}))
    await review.later(days=4, hours=2)
    await review.act(Role.POLICY, "action-2", Done())
    await review.act(Role.ENGINEER, "action-1-", Done())
    await review.act(await signer(case.world), "sign-off", Done())
    await looked_back(review)
    await review.result()
    return review


async def cared_for(case: Case) -> Case:
    care = case.wellbeing
    people = (await care.open("offer-a-talk")).card["about"]["people"]
    await care.act(Role.WELLBEING, "offer-a-talk", Done(result={"offered": people}))
    await care.later(days=14, hours=1)
    await care.result()
    return care


async def record_reviews(world: World) -> None:
    """What came with the full review."""
    case = await closed_case(world, grave=True)
    await keep(await cared_for(case), "wellbeing-closed")
    await keep(await reviewed(case), "full-review-closed")
    await keep(await played(world, "stand down"), "stand-down-reviewed-closed")


async def record(world: World) -> None:
    case = await played(world, "approve")
    await keep(case, "approve-closed")
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
    await keep(case, "approve-anew-closed")
    continued = await SCENARIOS["approve"].open(world, Rehearsal(every_verb=True))
    await SCENARIOS["approve"].play(continued)
    await continued.result()
    await keep(continued, "approve-continued-anew-closed")
    await keep(await decided_alone(world), "protect-alone-anew-closed")


async def decided_alone(world: World) -> Case:
    """Counsel decides alone at the third rung, and is ratified."""
    case = await world.declare()
    assessor = await world.someone(Role.ESCALATION_SPECIALIST)
    await case.act(assessor, "", Take())
    await case.act(Role.LE_SPECIALIST, "call-back", Cannot(code="nobody-answered"))
    await case.act(assessor, "assess-emergency", Done(result={"real": True}))
    await case.open("protect")
    for _ in range(2):
        await case.later(minutes=5, seconds=1)
    await case.until(lambda state: state.gates["notify/protect/1"].rungs >= 3)
    await case.act(Role.LEGAL, "protect/1", Approve())
    await case.act(assessor, "call-desk", Done(result={"taken": True}, artefact=await case.record()))
    await case.act(Role.DUTY_MANAGER, "+ratify", Approve())
    await case.result()
    return case


async def keep_at(case: Case, name: str, stored: str) -> None:
    await case.open(name)
    await keep(case, stored)


MORE: dict[str, Scenario] = {
    "self-harm-closed": SELF_HARM["the stream is cut"],
    # Since acts are signals, and whoever needs a receipt shares a write.
    "approve-signalled-closed": SCENARIOS["approve"],
    "silence-signalled-closed": SCENARIOS["silence to the end"],
    "self-harm-signalled-closed": SELF_HARM["the stream is cut"],
}
"""Histories that were added one by one, under the ring that is there."""


async def record_one(world: World, name: str) -> None:
    case = await MORE[name].open(world)
    await MORE[name].play(case)
    await case.result()
    await keep(case, name)


def stored_ring() -> KeyRing:
    """The ring of the histories that are kept: what is added later must open with it too."""
    body = json.loads((STORED / "ring.synthetic").read_text())
    return KeyRing(body["active"], {name: bytes.fromhex(key) for name, key in body["keys"].items()})


def fresh_ring() -> KeyRing:
    ring = new_ring()
    body = {"active": ring.active, "keys": {name: key.hex() for name, key in ring.keys.items()}}
    (STORED / "ring.synthetic").write_text(json.dumps(body))
    return ring


async def main(words: list[str]) -> None:
    """`--add` records only what today's patches do otherwise, under the ring that is there; names, just these."""
    home, adding = Path(tempfile.mkdtemp()), words == ["--add"]
    STORED.mkdir(exist_ok=True)
    save_ring(home / "home" / "keys" / "codec.json", stored_ring() if words else fresh_ring())
    async with (
        EmbeddedServer(home / "temporal", time_skipping=True) as server,
        open_simulators() as sims,
        open_world(home / "home", server, sims, extra=[containment, timed]) as world,
    ):
        for name in [] if adding else words:
            await record_one(world, name)
        if not words:
            await record(world)
        if adding or not words:
            await record_patched(world)
            await record_reviews(world)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
