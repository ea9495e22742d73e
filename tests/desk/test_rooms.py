"""What the desk answers about rooms of chat: who may be in one, and where its words are kept."""

from __future__ import annotations

from console.rooms import RoomRecords
from domain.evidence import EvidenceKind
from domain.people import Role
from domain.timeline import Kind
from tests.world import World


def records(world: World) -> RoomRecords:
    ports = world.ports
    return RoomRecords(
        desk=world.desk, directory=ports.directory, cases=ports.cases, ledger=ports.ledger, vault=ports.vault
    )


async def test_a_room_is_for_those_who_may_see_its_case(world: World) -> None:
    case = await world.declare()
    directory = await world.ports.directory.current()
    slack = {each.id: each.slack for each in directory.people}
    wellbeing = await world.someone(Role.WELLBEING)
    assert await records(world).may_see(case.id, slack[await world.someone(Role.LEGAL)])
    assert not await records(world).may_see(case.id, slack[wellbeing] or "U0NOBODY")
    assert not await records(world).may_see(case.id, "U0STRANGER")
    assert await records(world).slack_of("leg-fay") == "U0LEG01"
    assert await records(world).slack_of("nobody") == ""


async def test_what_was_said_is_sealed_and_noted_once(world: World) -> None:
    case = await world.declare()
    await case.noted(Kind.DECLARED)
    words = b'{"text": "SYNTHETIC"}\n'
    for _ in range(2):
        await records(world).seal(case.id, words)
    [entry] = [each for each in await case.timeline() if each.kind is Kind.SEALED]
    [ref] = entry.evidence
    assert ref.kind is EvidenceKind.TRANSCRIPT
    assert entry.detail == {"lines": 1}
    assert await world.desk.document(await world.someone(Role.LEGAL), case.id, ref) == words
    assert (await records(world).case(case.id)) is not None
