"""The room over real HTTP: made once, edited in place, and nothing is posted twice whatever is lost on the way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Code, HoldfastError, Passing
from domain.outside import Summons
from domain.people import Directory
from domain.timeline import Projection
from integrations.simulator.slack import SlackSimulator
from integrations.simulator.slack.model import BOT_USER, Channel, Message
from integrations.slack.room import STATUS, SlackRoom, open_room
from tests.slack.conftest import BOT_TOKEN, DESK_URL
from tests.slack.fake_desk import CASE, T0

NAME = "inc-edr-aaaaa-bbbbb"
GATE = "notify/release/1"


def projection(minutes: int = 0, **changes: Any) -> Projection:
    given: dict[str, Any] = {
        "case": CASE,
        "slug": "emergency_data_request",
        "phase": "contain",
        "severity": 0,
        "status": "open",
        "declared_at": T0,
        "updated_at": T0 + timedelta(minutes=minutes),
    }
    return Projection(**{**given, **changes})


def summons(directory: Directory, *ids: str, **changes: Any) -> Summons:
    people = tuple(each for each in directory.people if each.id in ids)
    given: dict[str, Any] = {
        "case": CASE,
        "subject": GATE,
        "kind": "gate",
        "title": "Release?",
        "rung": 1,
        "severity": 0,
    }
    return Summons(**{**given, "people": people, **changes})


def statuses(channel: Channel) -> list[Message]:
    return [each for each in channel.messages if each.metadata and each.metadata["event_type"] == STATUS]


def another(slack: SlackSimulator) -> Any:
    """The room as another process, or this one after a restart, has it: it remembers nothing."""
    return open_room(slack.api_url, BOT_TOKEN, DESK_URL, pace=0)


async def test_a_case_gets_a_private_channel_with_one_pinned_status(slack: SlackSimulator, room: SlackRoom) -> None:
    channel_id = await room.show(projection(), brief="", key="k1")
    channel = slack.channel(NAME)
    assert (channel.id, channel.is_private) == (channel_id, True)
    assert channel.pins == [statuses(channel)[0].ts]
    assert "P0" in str(channel.messages[0].blocks)
    assert f"{DESK_URL}/cases/{CASE}" in str(channel.messages[0].blocks)
    assert all(each.text for each in channel.messages)


async def test_the_status_is_edited_in_place(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(), brief="", key="k1")
    later = projection(
        1, phase="notify", owner="esc-dara", open_gates=(GATE,), open_interventions=("contain/hide/1!1",)
    )
    await room.show(later, brief="", key="k2")
    [only] = slack.messages(NAME)
    for word in ("notify", "esc-dara", "decision: release", "failed step: hide"):
        assert word in str(only.blocks)


async def test_a_drill_says_so(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(drill=True), brief="", key="k1")
    [only] = slack.messages(NAME)
    assert "DRILL" in str(only.blocks)
    assert only.text.startswith("DRILL")


async def test_a_status_that_comes_late_does_not_replace_a_newer_one(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(5, phase="notify"), brief="", key="k5")
    await room.show(projection(1, phase="contain"), brief="", key="k1")
    async with another(slack) as other:
        await other.show(projection(2, phase="contain"), brief="", key="k2")
    [only] = slack.messages(NAME)
    assert "notify" in str(only.blocks)


async def test_a_restarted_worker_finds_the_room_and_its_status_again(slack: SlackSimulator, room: SlackRoom) -> None:
    first = await room.show(projection(), brief="", key="k1")
    async with another(slack) as other:
        assert await other.show(projection(1, phase="notify"), brief="", key="k2") == first
    [only] = slack.messages(NAME)
    assert "notify" in str(only.blocks)
    assert slack.channel(NAME).pins == [only.ts]


async def test_a_channel_of_somebody_else_is_never_used(slack: SlackSimulator, room: SlackRoom) -> None:
    theirs = await slack.create_channel("U0STRANGER", NAME, private=True)
    slack.channel(theirs).members.append(BOT_USER)  # they invited us, to read along
    ours = await room.show(projection(), brief="", key="k1")
    assert ours != theirs
    assert not slack.channel(theirs).messages
    assert slack.channel(f"{NAME}-2").id == ours
    async with another(slack) as other:
        assert await other.show(projection(1), brief="", key="k2") == ours


async def test_a_status_that_somebody_deleted_is_posted_and_pinned_anew(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(), brief="", key="k1")
    channel = slack.channel(NAME)
    channel.messages.clear()
    channel.pins.clear()
    await room.show(projection(1), brief="", key="k2")
    assert channel.pins == [channel.messages[0].ts]


async def test_a_brief_is_one_short_sentence_posted_once(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(), brief="looking", key="k1")
    await room.show(projection(), brief="looking", key="k1")
    async with another(slack) as other:
        await other.show(projection(), brief="looking", key="k1")
    assert [each.text for each in slack.messages(NAME)][1:] == ["We are looking into it."]


async def test_a_card_invites_and_names_the_people_it_is_for(
    slack: SlackSimulator, room: SlackRoom, directory: Directory
) -> None:
    await room.show(projection(open_gates=(GATE,)), brief="", key="k0")
    await room.summon(summons(directory, "leg-fay"), key="k1")
    await room.summon(summons(directory, "leg-fay", "dut-hana", rung=2), key="k2")
    assert {"U0LEG01", "U0DUT01"} <= set(slack.channel(NAME).members)
    status, first, second = slack.messages(NAME)
    assert "<@U0LEG01> (legal-counsel)" in str(first.blocks)
    assert "call 2" in str(second.blocks)
    assert "waits for <@U0LEG01> <@U0DUT01>" in str(status.blocks)


@pytest.mark.parametrize("kind", ["reply_lost", "status", "drop", "ratelimited"])
@pytest.mark.parametrize(
    "method", ["conversations.create", "conversations.setTopic", "conversations.invite", "chat.postMessage", "pins.add"]
)
async def test_whatever_is_lost_a_repeated_call_posts_nothing_twice(
    slack: SlackSimulator, room: SlackRoom, directory: Directory, method: str, kind: Any
) -> None:
    slack.faults.add(method=method, kind=kind)

    async def tried(act: Any, again: int = 3) -> None:
        try:
            await act()
        except Passing:
            if not again:
                raise
            await tried(act, again - 1)

    await tried(lambda: room.summon(summons(directory, "leg-fay"), key="k1"))
    await tried(lambda: room.show(projection(), brief="looking", key="k2"))
    channel = slack.channel(NAME)
    assert len(statuses(channel)) == 1
    assert len(channel.messages) == 3
    assert channel.pins == [statuses(channel)[0].ts]
    assert channel.topic
    assert "U0LEG01" in channel.members


async def test_a_lost_answer_is_looked_up_at_once(slack: SlackSimulator, room: SlackRoom, directory: Directory) -> None:
    slack.faults.add(method="chat.postMessage", kind="reply_lost")
    await room.summon(summons(directory, "leg-fay"), key="k1")
    assert len(slack.messages(NAME)) == 1


async def test_slacks_wait_is_carried_to_whoever_tries_again(slack: SlackSimulator, room: SlackRoom) -> None:
    slack.faults.add(method="chat.postMessage", kind="ratelimited", value=7)
    with pytest.raises(Passing) as passing:
        await room.show(projection(), brief="", key="k1")
    assert passing.value.retry_after == 7


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_auth", Code.NEEDS_HUMAN),
        ("account_inactive", Code.NEEDS_HUMAN),
        ("missing_scope", Code.NEEDS_HUMAN),
        ("channel_not_found", Code.PERMANENT),
        ("is_archived", Code.PERMANENT),
        ("invalid_blocks", Code.PERMANENT),
        ("msg_too_long", Code.PERMANENT),
        ("internal_error", Code.TRANSIENT),
    ],
)
async def test_what_slack_says_decides_who_must_act_next(
    slack: SlackSimulator, room: SlackRoom, error: str, code: Code
) -> None:
    slack.faults.add(method="chat.postMessage", kind="error", value=error)
    with pytest.raises(HoldfastError) as failed:
        await room.show(projection(), brief="", key="k1")
    assert failed.value.code is code
    assert error in failed.value.sentence
    assert failed.value.__context__ is None


async def test_somebody_who_is_not_in_the_workspace_is_said_and_the_card_stands(
    slack: SlackSimulator, room: SlackRoom, directory: Directory
) -> None:
    fay, hana = (each for each in directory.people if each.id in ("leg-fay", "dut-hana"))
    called = summons(directory).model_copy(update={"people": (fay, hana.model_copy(update={"slack": "U0NOBODY"}))})
    with pytest.raises(HoldfastError) as failed:
        await room.summon(called, key="k1")
    assert "user_not_found" in failed.value.sentence
    assert "U0LEG01" in slack.channel(NAME).members
    assert len(slack.messages(NAME)) == 1


async def test_posts_keep_to_one_a_second(slack: SlackSimulator, directory: Directory) -> None:
    slack.workspace._post_interval = 0.2
    async with open_room(slack.api_url, BOT_TOKEN, DESK_URL, pace=0.21) as paced:
        await paced.show(projection(), brief="looking", key="k1")
        await paced.summon(summons(directory, "leg-fay"), key="k2")
    assert len(slack.messages(NAME)) == 3


async def test_a_card_drawn_anew_is_posted_again(slack: SlackSimulator, room: SlackRoom, directory: Directory) -> None:
    for digest in ("a" * 64, "a" * 64, "b" * 64):
        await room.summon(summons(directory, "leg-fay", digest=digest), key="k1")
    assert len(slack.messages(NAME)) == 2


async def test_markup_in_a_title_stays_text(slack: SlackSimulator, room: SlackRoom, directory: Directory) -> None:
    await room.summon(summons(directory, title="Release <!channel> & go?"), key="k1")
    [card] = slack.messages(NAME)
    assert "<!channel>" not in str(card.blocks) + card.text


async def test_a_reviews_room_is_its_own(slack: SlackSimulator, room: SlackRoom) -> None:
    await room.show(projection(case=f"{CASE}/review"), brief="", key="k1")
    assert slack.channel(f"{NAME}-review").is_private


async def test_two_processes_that_show_a_new_case_at_once_leave_one_status(
    slack: SlackSimulator, room: SlackRoom
) -> None:
    await room.say(CASE, "SYNTHETIC", "k0")
    slack.faults.add(method="chat.postMessage", kind="latency", value=0.2, times=2)
    async with another(slack) as other:
        await asyncio.gather(*(each.show(projection(), brief="", key="k1") for each in (room, other)))
        await other.show(projection(1, phase="notify"), brief="", key="k2")
    [only] = statuses(slack.channel(NAME))
    assert slack.channel(NAME).pins == [only.ts]
    assert "notify" in str(only.blocks)


async def test_somebody_who_put_a_room_away_while_its_case_is_open_is_said_and_stops_no_call(
    slack: SlackSimulator, room: SlackRoom, directory: Directory
) -> None:
    """What the calling step makes of it: people were paged, and the record says why the room was not told."""
    await room.show(projection(), brief="", key="k1")
    slack.channel(NAME).archived = True
    for act in (room.show(projection(1), brief="", key="k2"), room.summon(summons(directory, "leg-fay"), key="k3")):
        with pytest.raises(HoldfastError) as failed:
            await act
        assert failed.value.code is Code.PERMANENT
        assert "is_archived" in failed.value.sentence


async def test_a_room_that_we_were_thrown_out_of_is_made_anew(slack: SlackSimulator, room: SlackRoom) -> None:
    """A private room that we are not in does not exist for us, and its name is taken."""
    first = await room.show(projection(), brief="", key="k1")
    slack.channel(NAME).members.remove(BOT_USER)
    with pytest.raises(HoldfastError):
        await room.show(projection(1), brief="", key="k2")
    again = await room.show(projection(1), brief="", key="k2")
    assert again != first
    assert slack.channel(f"{NAME}-2").id == again
    assert len(statuses(slack.channel(again))) == 1
