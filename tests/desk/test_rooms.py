"""What the desk answers about rooms of chat: who may be in one, and where its words are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from console.rooms import RoomRecords
from domain.acts import Reassess
from domain.evidence import EvidenceKind
from domain.people import Role
from domain.severity import Severity
from domain.timeline import Kind
from domain.updates import CADENCE, News
from tests.world import World


def records(world: World, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> RoomRecords:
    ports = world.ports
    return RoomRecords(
        desk=world.desk,
        directory=ports.directory,
        cases=ports.cases,
        ledger=ports.ledger,
        vault=ports.vault,
        updates=world.records.updates,
        now=now,
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


async def test_a_room_hears_what_is_new_at_the_cadence_of_its_severity_and_nothing_twice(world: World) -> None:
    case = await world.declare()
    await case.verified()
    await case.open("release")
    shown = await world.records.cases.get(case.id)
    assert shown is not None
    assert shown.declared_at is not None
    ahead = CADENCE[Severity(shown.severity)]
    early, late = shown.declared_at + ahead - timedelta(seconds=1), shown.declared_at + ahead
    assert await records(world, lambda: early).news(shown) is None
    told = await records(world, lambda: late).news(shown)
    assert told is not None
    assert News.ASKED in {each.news for each in told.lines}
    assert len({(each.news, each.code, each.subject) for each in told.lines}) == len(told.lines)
    for secret in (case.account, "walker", "@", "les-", "leg-"):
        assert secret not in told.model_dump_json()
    await records(world, lambda: late).told(told)

    # Severity is said anew: nothing before its cadence, one update after it, in the words of codes alone.
    await case.act(Role.DUTY_MANAGER, "", Reassess(imminence=0, harm=3, credibility=2, code="SYNTHETIC"))
    await case.noted(Kind.SEVERITY)
    assert await records(world, lambda: late + ahead - timedelta(seconds=1)).news(shown) is None
    again = await records(world, lambda: late + ahead).news(shown)
    assert again is not None
    assert News.SEVERITY in {each.news for each in again.lines}
    assert "SYNTHETIC" not in again.model_dump_json()
    await records(world, lambda: late + ahead).told(again)
    assert await records(world, lambda: late + timedelta(days=9)).news(shown) is None


async def test_a_review_is_told_of_by_its_own_dates(world: World) -> None:
    case = await world.declare()
    await case.noted(Kind.DECLARED)
    shown = await world.records.cases.get(case.id)
    assert shown is not None
    review = shown.model_copy(update={"case": f"{case.id}/review"})
    assert await records(world, lambda: datetime.now(UTC) + timedelta(days=9)).news(review) is None
