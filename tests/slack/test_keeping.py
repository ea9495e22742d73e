"""Rooms follow their cases: who may look is in, who may not is out, and a closed case's room is sealed and put away."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from domain.clock_lines import ClockLine, FaceLine
from domain.clocks import ClockStatus, Face
from domain.errors import Code, HoldfastError
from domain.people import Directory
from domain.timeline import Projection
from domain.updates import Line, News, RoomUpdate
from integrations.simulator.slack import SlackSimulator
from integrations.simulator.slack.model import BOT_USER
from integrations.slack.calls import open_client
from integrations.slack.keeping import RoomKeeper
from integrations.slack.room import SlackRoom
from tests.slack.conftest import BOT_TOKEN, DESK_URL, running_app
from tests.slack.fake_desk import CASE, PEOPLE, T0, FakeDesk
from tests.slack.test_room import GATE, NAME, another, projection, statuses, summons
from workflows.sops.emergency_data_request import POLICY


@dataclass
class FakeRecords:
    """`integrations.slack.keeping.Records` that says what is planned."""

    cases: dict[str, Projection] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=lambda: set(PEOPLE))
    sealed: list[tuple[str, bytes]] = field(default_factory=list)
    error: HoldfastError | None = None
    updates: list[RoomUpdate] = field(default_factory=list)
    said: list[RoomUpdate] = field(default_factory=list)
    forgets: bool = False

    async def news(self, shown: Projection) -> RoomUpdate | None:
        return next((each for each in self.updates if each.case == shown.case), None)

    async def told(self, update: RoomUpdate) -> None:
        if self.forgets:
            raise HoldfastError(Code.TRANSIENT)
        self.said.append(update)
        self.updates.remove(update)

    async def case(self, case: str) -> Projection | None:
        return self.cases.get(case)

    async def may_see(self, case: str, slack_id: str) -> bool:
        if self.error is not None:
            raise self.error
        return slack_id in self.allowed

    async def slack_of(self, person: str) -> str:
        return {name: slack for slack, name in PEOPLE.items()}.get(person, "")

    async def seal(self, case: str, transcript: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.sealed.append((case, transcript))


@pytest.fixture
def records() -> FakeRecords:
    return FakeRecords()


async def look(slack: SlackSimulator, records: FakeRecords) -> None:
    """One look by a keeper that remembers nothing."""
    async with open_client(slack.api_url, BOT_TOKEN) as client:
        room = SlackRoom(client, desk_url=DESK_URL, pace=0)
        await RoomKeeper(client, room, records).once()


def lines(transcript: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in transcript.splitlines()]


async def test_who_may_not_look_leaves_and_the_owner_is_in(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    await room.show(projection(), brief="", key="k1")
    channel = slack.channel(NAME)
    channel.members += ["U0ENG01", "U0STRANGER"]
    records.cases[CASE] = projection(owner="esc-dara")
    await look(slack, records)
    assert sorted(channel.members) == sorted([BOT_USER, "U0ENG01", "U0ESC01"])
    records.allowed.remove("U0ENG01")  # suspended, or moved to other work
    await look(slack, records)
    assert "U0ENG01" not in channel.members


async def test_a_desk_that_does_not_know_for_now_throws_nobody_out(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    await room.show(projection(), brief="", key="k1")
    slack.channel(NAME).members.append("U0ENG01")
    records.cases[CASE] = projection()
    records.error = HoldfastError(Code.UNREACHABLE)
    await look(slack, records)
    assert "U0ENG01" in slack.channel(NAME).members


async def test_a_closed_cases_room_says_so_is_sealed_and_put_away(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords, directory: Directory
) -> None:
    await room.show(projection(), brief="looking", key="k1")
    channel = slack.channel(NAME)
    channel.members.append("U0ESC01")
    parent = await slack.say("U0ESC01", NAME, "SYNTHETIC the sister has called")
    await slack.say("U0ESC01", NAME, "SYNTHETIC he is safe", thread_ts=parent)
    records.cases[CASE] = projection(9, status="closed", outcome="disclosed", phase="review")

    await look(slack, records)

    assert channel.archived
    assert "closed, disclosed" in str(statuses(channel)[0].blocks)
    [(case, transcript)] = records.sealed
    assert case == CASE
    assert [each["text"] for each in lines(transcript)] == [
        "We are looking into it.",
        "SYNTHETIC the sister has called",
        "SYNTHETIC he is safe",
    ]
    assert all(each["user"] and each["ts"] for each in lines(transcript))
    await look(slack, records)
    assert len(records.sealed) == 1


@pytest.mark.parametrize("kind", ["reply_lost", "status", "ratelimited"])
async def test_whatever_fails_on_the_way_a_room_is_sealed_before_it_is_put_away(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords, kind: Any
) -> None:
    await room.show(projection(), brief="looking", key="k1")
    records.cases[CASE] = projection(9, status="closed")
    for method in ("conversations.history", "chat.update", "conversations.archive"):
        slack.faults.add(method=method, kind=kind)
        await look(slack, records)
        assert records.sealed or not slack.channel(NAME).archived
    await look(slack, records)
    assert slack.channel(NAME).archived
    assert len({transcript for _, transcript in records.sealed}) == 1


async def test_a_vault_that_is_away_keeps_the_room_open(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    await room.show(projection(), brief="", key="k1")
    records.cases[CASE] = projection(9, status="closed")
    records.error = HoldfastError(Code.UNREACHABLE)
    await look(slack, records)
    assert not slack.channel(NAME).archived
    records.error = None
    await look(slack, records)
    assert slack.channel(NAME).archived


async def test_a_last_status_that_comes_after_the_archive_is_no_failure(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    first = await room.show(projection(), brief="", key="k1")
    records.cases[CASE] = projection(9, status="closed")
    await look(slack, records)
    assert await room.show(projection(10, status="closed"), brief="", key="k2") == first
    async with another(slack) as other:
        assert await other.show(projection(11, status="closed"), brief="", key="k3") == first
    with pytest.raises(HoldfastError) as refused:
        await room.show(projection(12), brief="", key="k4")
    assert "is_archived" in refused.value.sentence


async def test_what_is_no_room_of_ours_is_left_alone(slack: SlackSimulator, records: FakeRecords) -> None:
    made = await slack.create_channel("U0STRANGER", NAME, private=True)
    slack.channel(made).members.append(BOT_USER)
    records.cases[CASE] = projection(9, status="closed")
    await look(slack, records)
    assert not slack.channel(made).archived
    assert "U0STRANGER" in slack.channel(made).members
    assert not records.sealed


async def test_one_room_that_fails_does_not_keep_the_others_from_their_look(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    other = "EDR-CCCCC-DDDDD"
    for case in (CASE, other):
        await room.show(projection(case=case), brief="", key="k1")
        records.cases[case] = projection(9, case=case, status="closed")
    slack.faults.add(method="conversations.archive", kind="error", value="restricted_action")
    await look(slack, records)
    assert sorted((slack.channel(NAME).archived, slack.channel(f"inc-{other.lower()}").archived)) == [False, True]


async def test_the_app_looks_by_itself(slack: SlackSimulator, room: SlackRoom, records: FakeRecords) -> None:
    await room.show(projection(), brief="", key="k1")
    records.cases[CASE] = projection(9, status="closed")
    async with running_app(slack, FakeDesk(POLICY), {}, records=records, keep_every=0.05):
        await slack.until(lambda: slack.channel(NAME).archived)


# -- what the pinned status says ----------------------------------------------------------------------------


async def test_who_is_waited_for_is_known_after_a_restart(
    slack: SlackSimulator, room: SlackRoom, directory: Directory
) -> None:
    await room.show(projection(open_gates=(GATE,)), brief="", key="k0")
    await room.summon(summons(directory, "leg-fay"), key="k1")
    await room.summon(summons(directory, "dut-hana", rung=2), key="k2")
    async with another(slack) as other:
        await other.show(projection(1, open_gates=(GATE,), phase="notify"), brief="", key="k3")
    assert "release — waits for <@U0DUT01>" in str(statuses(slack.channel(NAME))[0].blocks)


def clock(**changes: Any) -> ClockLine:
    face = FaceLine(face=Face.STATUTORY, due_at=T0 + timedelta(hours=48), span_s=48 * 3600)
    given: dict[str, Any] = {
        "key": "notify/clock/1",
        "rule": "US-TIDA",
        "duty": "Remove it",
        "status": ClockStatus.RUNNING,
        "counsel": "unconfirmed",
        "statutory": True,
        "faces": (face,),
    }
    return ClockLine(**{**given, **changes})


async def test_clocks_stand_on_the_readers_own_clock_with_counsels_word(slack: SlackSimulator, room: SlackRoom) -> None:
    still = clock(key="b", duty="Tell them", status=ClockStatus.TOLLED, still_since=T0, counsel="confirmed")
    await room.show(projection(clocks=(still, clock())), brief="", key="k1")
    text = str(statuses(slack.channel(NAME))[0].blocks)
    due = int((T0 + timedelta(hours=48)).timestamp())
    assert (
        f"Remove it: due statutory <!date^{due}^{{date_short_pretty}} {{time}}|2026-01-03 00:00 UTC> (unconfirmed)"
        in text
    )
    assert "Tell them: stands still since <!date^" in text


async def test_the_way_to_the_desk_is_bookmarked_once(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(), brief="", key="k1")
    async with another(slack) as other:
        await other.show(projection(1), brief="", key="k2")
    [only] = slack.channel(NAME).bookmarks
    assert only["link"] == f"{DESK_URL}/cases/{CASE}"


async def test_a_room_without_a_bookmark_is_a_room(slack: SlackSimulator, room: SlackRoom) -> None:
    slack.faults.add(method="bookmarks.add", kind="error", value="missing_scope")
    await room.show(projection(), brief="", key="k1")
    assert slack.channel(NAME).pins


NEWS = RoomUpdate(
    case=CASE,
    sequence=7,
    severity=0,
    lines=(
        Line(news=News.PHASE, code="notify"),
        Line(news=News.DECIDED, code="approved", subject="release"),
        Line(news=News.WORK_DONE, subject="call-back", count=2),
    ),
)


async def test_several_changes_are_one_post_and_a_retry_posts_nothing_twice(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    await room.show(projection(), brief="", key="k1")
    records.cases[CASE] = projection()
    records.updates.append(NEWS)
    records.forgets = True
    slack.faults.add(method="chat.postMessage", kind="reply_lost", times=1)
    for _ in range(2):
        await look(slack, records)
    records.forgets = False
    for _ in range(2):
        await look(slack, records)
    assert records.said == [NEWS]
    [said] = [each.text for each in slack.messages(NAME) if "*Update*" in each.text]
    assert said.splitlines() == [
        f"*Update* · P0 · {CASE}",
        "• Phase: notify.",
        "• Decided: release, approved.",
        "• Work has ended: call back. (2 times)",
    ]


async def test_a_case_without_news_is_told_nothing(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    await room.show(projection(), brief="", key="k1")
    records.cases[CASE] = projection()
    before = len(slack.messages(NAME))
    await look(slack, records)
    assert len(slack.messages(NAME)) == before


async def test_what_fits_no_template_is_never_posted(
    slack: SlackSimulator, room: SlackRoom, records: FakeRecords
) -> None:
    await room.show(projection(), brief="", key="k1")
    records.cases[CASE] = projection()
    line = Line(news=News.DECIDED, code="approved", subject="jane.doe@example.org")
    records.updates.append(NEWS.model_copy(update={"lines": (line,)}))
    before = len(slack.messages(NAME))
    await look(slack, records)
    assert len(slack.messages(NAME)) == before
    assert not records.said
