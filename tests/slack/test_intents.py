"""A press in Slack on what needs a proof: it does not count, says so at once with a link, and counts when confirmed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from domain.errors import SENTENCES, Code
from domain.outside import Summons
from domain.stepping import LINK_LASTS
from integrations.simulator.slack import SlackSimulator
from integrations.slack.calls import open_client
from integrations.slack.cards import APPROVE
from integrations.slack.notices import Notices
from integrations.slack.room import SlackRoom
from integrations.slack.words import room_name
from tests.desk.conftest import Browser
from tests.desk.test_pages import release_of
from tests.slack.conftest import BOT_TOKEN, DESK_URL, running_app
from tests.stepping import Proving, open_proving
from tests.world import Case, World

FAY, SLACK_OF_FAY = "leg-fay", "U0LEG01"


@dataclass
class Pressing:
    proving: Proving
    slack: SlackSimulator
    case: Case
    key: str
    card: str

    async def press(self) -> str:
        """What the presser is told, for themselves alone."""
        pressed = await self.slack.click(SLACK_OF_FAY, room_name(self.case.id), self.card, APPROVE)
        await self.slack.until(lambda: pressed.response_messages)
        [said] = pressed.response_messages
        assert said["response_type"] == "ephemeral"
        return str(said["text"])

    async def votes(self) -> list[str]:
        return [each.person for each in (await self.case.state()).gates[self.key].votes]


@pytest.fixture
async def pressing(world: World, slack: SlackSimulator, room: SlackRoom) -> AsyncIterator[Pressing]:
    case, key = await release_of(world)
    waiting = await case.open("release")
    directory = await world.ports.directory.current()
    people = tuple(each for each in directory.people if each.id == FAY)
    summons = Summons(
        case=case.id,
        subject=key,
        kind="gate",
        title=waiting.title,
        rung=1,
        severity=0,
        people=people,
        family="disclose",
        digest=waiting.digest,
    )
    await room.summon(summons, key="called")
    async with (
        open_proving(world) as proving,
        running_app(slack, proving.desk, dict(world.catalogue.procedures)),
    ):
        proving.clock.by = timedelta(days=1)  # no proof of another test holds here
        yield Pressing(proving, slack, case, key, slack.messages(room_name(case.id))[-1].ts)


def link_in(said: str) -> str:
    assert "does NOT count yet" in said
    found = re.search(rf"<{re.escape(DESK_URL)}(/intent/[0-9a-f]+)\|", said)
    assert found is not None, said
    return found[1]


async def test_a_press_counts_when_it_is_confirmed_at_the_desk_and_not_before(pressing: Pressing) -> None:
    link = link_in(await pressing.press())
    assert await pressing.votes() == []
    async with Browser(pressing.proving.url, FAY) as fay:
        assert "It does not count yet" in (await fay.see(link)).text
        assert "You approved everything" in (await fay.post(link, do="confirm")).text
    assert await pressing.votes() == [FAY]
    assert "intent/" not in str(pressing.slack.messages(room_name(pressing.case.id)))  # the link is in no room


async def test_with_a_proof_and_the_card_opened_a_press_counts_at_once(pressing: Pressing) -> None:
    await pressing.proving.stepping.step_up(FAY)
    link_in(await pressing.press())  # proved, and never shown what is released
    async with Browser(pressing.proving.url, FAY) as fay:
        await fay.see(f"/decide/{pressing.case.id}", key=pressing.key)
    assert "Recorded: approve" in await pressing.press()
    assert await pressing.votes() == [FAY]


async def test_who_did_not_confirm_in_time_hears_it_from_the_app(pressing: Pressing) -> None:
    link = link_in(await pressing.press())
    proving, slack = pressing.proving, pressing.slack
    proving.clock.by += LINK_LASTS
    async with open_client(slack.api_url, BOT_TOKEN) as client:
        proving.expiry.ways.insert(0, Notices(client).tell)
        slack.faults.add(method="chat.postMessage", kind="status", value=503)
        proving.told.reaches = False
        await proving.expiry.once()
        assert proving.expiry.fault == "nobody-reached"
        for _ in range(2):
            await proving.expiry.once()
    every = slack.workspace.direct_message([SLACK_OF_FAY])[0].messages
    [said] = [each for each in every if pressing.case.id in each.text]  # once, whatever other cases told her
    assert "Your press did NOT count" in said.text
    async with Browser(proving.url, FAY) as fay:
        assert SENTENCES[Code.EXPIRED] in (await fay.post(link, do="confirm")).text
    assert await pressing.votes() == []


async def test_whom_slack_does_not_lead_to_is_told_by_another_way(slack: SlackSimulator, world: World) -> None:
    directory = await world.ports.directory.current()
    nobody = directory.people[0].model_copy(update={"slack": "U0NOBODY"})
    async with open_client(slack.api_url, BOT_TOKEN) as client:
        assert not await Notices(client).tell(nobody, "SYNTHETIC", "k")
        assert not await Notices(client).tell(nobody.model_copy(update={"slack": ""}), "SYNTHETIC", "k")
