"""The Web API as the real `slack_sdk` client sees it."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.simulator.slack import SlackSimulator
from tests.simulators_slack.conftest import APP_TOKEN, BOT_TOKEN, FakeClock, client_of, refusal, simulator


async def test_a_token_is_checked_before_anything_else(slack: SlackSimulator) -> None:
    assert await refusal(client_of(slack, "xoxb-wrong").auth_test()) == "invalid_auth"
    assert await refusal(client_of(slack, APP_TOKEN).auth_test()) == "not_allowed_token_type"
    assert await refusal(client_of(slack).apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"
    assert await refusal(client_of(slack).apps_connections_open(app_token="xapp-wrong")) == "invalid_auth"
    assert (await client_of(slack).auth_test())["user_id"] == "U0BOT"


async def test_an_unknown_method_says_so(client: AsyncWebClient) -> None:
    assert await refusal(client.api_call("chat.postTelegram")) == "unknown_method"


@pytest.mark.parametrize("how", ["query", "form", "json"])
async def test_arguments_are_taken_from_query_form_and_json(
    slack: SlackSimulator, http: aiohttp.ClientSession, how: str
) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "k1"}}
    flat = {"channel": "C0GENERAL", "text": "synthetic", "metadata": json.dumps(metadata)}
    sent: dict[str, dict[str, Any]] = {
        "query": {"params": flat},
        "form": {"data": flat},
        "json": {"json": {**flat, "metadata": metadata}},
    }
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    async with http.post(slack.api_url + "chat.postMessage", headers=headers, **sent[how]) as answer:
        assert (await answer.json())["ok"]
    message = slack.messages("general")[-1]
    assert (message.text, message.metadata) == ("synthetic", metadata)


async def test_a_private_channel_is_made_filled_and_put_away(slack: SlackSimulator, client: AsyncWebClient) -> None:
    made = (await client.conversations_create(name="inc-test-0001", is_private=True))["channel"]
    await client.conversations_invite(channel=made["id"], users=["U0ANA", "U0BEN"])
    await client.conversations_setTopic(channel=made["id"], topic="phase: contain")
    members = (await client.conversations_members(channel=made["id"]))["members"]
    shown = (await client.conversations_info(channel=made["id"]))["channel"]
    await client.conversations_archive(channel=made["id"])

    assert members == ["U0BOT", "U0ANA", "U0BEN"]
    assert (shown["is_private"], shown["topic"]["value"]) == (True, "phase: contain")
    assert await refusal(client.chat_postMessage(channel=made["id"], text="x")) == "is_archived"
    assert await refusal(client.conversations_archive(channel=made["id"])) == "already_archived"
    assert await refusal(client.conversations_create(name="inc-test-0001")) == "name_taken"
    assert await refusal(client.conversations_create(name="Not Allowed")) == "invalid_name_specials"


async def test_an_invitation_is_all_or_nothing_unless_forced(slack: SlackSimulator, client: AsyncWebClient) -> None:
    channel = (await client.conversations_create(name="inc-test-0002"))["channel"]["id"]
    both = {"channel": channel, "users": "U0NOBODY,U0ANA"}
    assert await refusal(client.conversations_invite(**both)) == "user_not_found"
    assert slack.channel(channel).members == ["U0BOT"]
    await client.conversations_invite(**both, force=True)
    assert slack.channel(channel).members == ["U0BOT", "U0ANA"]
    assert await refusal(client.conversations_invite(channel=channel, users="U0ANA")) == "already_in_channel"


async def test_the_app_posts_only_where_it_is(slack: SlackSimulator, client: AsyncWebClient) -> None:
    public = await slack.create_channel("U0ANA", "peoples-place")
    private = await slack.create_channel("U0ANA", "secret-place", private=True)
    assert await refusal(client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await refusal(client.chat_postMessage(channel=public, text="x")) == "not_in_channel"
    assert await refusal(client.chat_postMessage(channel=private, text="x")) == "channel_not_found"


async def test_a_message_that_is_too_big_is_refused(slack: SlackSimulator, client: AsyncWebClient) -> None:
    divider = {"type": "divider"}
    button = {"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}

    async def post(**content: Any) -> str:
        return await refusal(client.chat_postMessage(channel="C0GENERAL", **content))

    assert await post(text="x" * 40_001) == "msg_too_long"
    assert await post(text="x", blocks=[divider] * 51) == "invalid_blocks"
    assert await post(text="x", blocks=[{"type": "actions", "elements": [button]}]) == "invalid_blocks"
    assert await post(text="x", blocks=[{"type": "no_such_block"}]) == "invalid_blocks"
    assert await post(text="x", metadata={"key": "k"}) == "invalid_metadata_format"
    await client.chat_postMessage(channel="C0GENERAL", text="x" * 40_000, blocks=[divider] * 50)
    assert len(slack.messages("general")) == 1


async def test_history_finds_a_posted_message_again_by_its_metadata(client: AsyncWebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "k1"}}
    before = await client.chat_postMessage(channel="C0GENERAL", text="before")
    posted = await client.chat_postMessage(channel="C0GENERAL", text="card", metadata=metadata)
    reply = {"channel": "C0GENERAL", "text": "reply", "thread_ts": posted["ts"]}
    await client.chat_postMessage(**reply)

    found = await client.conversations_history(
        channel="C0GENERAL", include_all_metadata=True, oldest=before["ts"], limit=10
    )
    bare = await client.conversations_history(channel="C0GENERAL", oldest=before["ts"])
    thread = await client.conversations_replies(channel="C0GENERAL", ts=posted["ts"])

    assert [(m["ts"], m["metadata"]) for m in found["messages"]] == [(posted["ts"], metadata)]
    assert "metadata" not in bare["messages"][0]
    assert [m["text"] for m in thread["messages"]] == ["card", "reply"]


async def test_history_comes_in_pages(client: AsyncWebClient) -> None:
    for n in range(5):
        await client.chat_postMessage(channel="C0GENERAL", text=f"message {n}")
    texts = []
    async for page in await client.conversations_history(channel="C0GENERAL", limit=2):
        texts.append([m["text"] for m in page["messages"]])
    assert texts == [["message 4", "message 3"], ["message 2", "message 1"], ["message 0"]]


async def test_a_message_is_edited_pinned_and_deleted(slack: SlackSimulator, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="phase: contain")
    where = {"channel": posted["channel"], "ts": posted["ts"]}
    await client.chat_update(**where, text="phase: notify")
    await client.pins_add(channel=posted["channel"], timestamp=posted["ts"])
    link = {"title": "Console", "type": "link", "link": "https://console.example.org/case"}
    await client.bookmarks_add(channel_id=posted["channel"], **link)
    said = await slack.say("U0ANA", "general", "mine")

    channel = slack.channel("general")
    assert channel.messages[0].text == "phase: notify"
    assert (channel.pins, channel.bookmarks[0]["title"]) == ([posted["ts"]], "Console")
    assert await refusal(client.pins_add(channel="C0GENERAL", timestamp=posted["ts"])) == "already_pinned"
    assert await refusal(client.chat_update(channel="C0GENERAL", ts=said, text="x")) == "cant_update_message"
    await client.chat_delete(**where)
    assert await refusal(client.chat_update(**where, text="x")) == "message_not_found"


async def test_an_ephemeral_message_is_in_no_history(slack: SlackSimulator, client: AsyncWebClient) -> None:
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0ANA", text="only you")
    assert (await client.conversations_history(channel="C0GENERAL"))["messages"] == []
    assert slack.channel("general").ephemerals[0].ephemeral_to == "U0ANA"
    assert slack.stats()["applied"] == 0


async def test_people_are_found_by_id_and_by_address(client: AsyncWebClient) -> None:
    ana = (await client.users_info(user="U0ANA"))["user"]
    found = (await client.users_lookupByEmail(email="ana.synthetic@example.org"))["user"]
    everyone = (await client.users_list())["members"]
    assert ana["name"] == "ana.synthetic"
    assert found["id"] == "U0ANA"
    assert {user["id"] for user in everyone} == {"U0ANA", "U0BEN", "U0CHI", "U0BOT"}
    assert await refusal(client.users_lookupByEmail(email="nobody@example.org")) == "users_not_found"
    assert await refusal(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_a_direct_message_is_one_conversation_per_person(slack: SlackSimulator, client: AsyncWebClient) -> None:
    opened = (await client.conversations_open(users="U0ANA"))["channel"]["id"]
    again = await client.conversations_open(users=["U0ANA"])
    posted = await client.chat_postMessage(channel="U0ANA", text="you are paged")
    assert opened == again["channel"]["id"] == posted["channel"]
    assert again["already_open"]
    assert slack.channel(opened).kind == "im"


async def test_an_update_of_the_text_alone_leaves_the_buttons_standing(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    button = {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Approve"}}
    card: dict[str, Any] = {"text": "card", "blocks": [{"type": "actions", "elements": [button]}]}
    posted = await client.chat_postMessage(channel="C0GENERAL", **card)
    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="decided")
    assert len(slack.messages("general")[0].blocks) == 1
    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="decided", blocks=[])
    assert slack.messages("general")[0].blocks == []


async def test_a_channel_name_works_for_posting_only(client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel="#general", text="x"))["channel"] == "C0GENERAL"
    assert await refusal(client.conversations_info(channel="general")) == "channel_not_found"


async def test_a_paced_channel_refuses_a_second_post_within_the_second(clock: FakeClock) -> None:
    async with simulator(now=clock, post_interval=1.0) as slack:
        client = client_of(slack)
        await client.chat_postMessage(channel="C0GENERAL", text="1")
        await client.chat_postMessage(channel="C0INCIDENTS", text="another channel")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0GENERAL", text="2")
        clock.seconds += 1
        await client.chat_postMessage(channel="C0GENERAL", text="2")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
