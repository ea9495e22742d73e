"""The real Bolt app over the real Socket Mode client."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.simulators_slack.conftest import APP_TOKEN, Desk, OpenDesk, refusal


async def test_a_slash_command_reaches_bolt_and_its_ack_comes_back_as_the_answer(desk: Desk) -> None:
    seen: list[dict[str, Any]] = []

    @desk.app.command("/incident")
    async def incident(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack(text="EDR-TEST-0001 opened")

    result = await desk.slack.command("U0ANA", "incidents", "/incident", "edr synthetic")

    assert result.ok
    assert result.text == "EDR-TEST-0001 opened"
    assert (seen[0]["command"], seen[0]["text"]) == ("/incident", "edr synthetic")
    assert (seen[0]["user_id"], seen[0]["channel_name"]) == ("U0ANA", "incidents")
    assert seen[0]["response_url"].startswith(desk.slack.base_url)
    assert desk.slack.channel("incidents").ephemerals[-1].ephemeral_to == "U0ANA"


async def test_an_ack_in_channel_is_seen_by_everyone(desk: Desk) -> None:
    @desk.app.command("/incident")
    async def incident(ack: Any) -> None:
        await ack(text="for all", response_type="in_channel")

    result = await desk.slack.command("U0ANA", "C0INCIDENTS", "/incident")

    assert [m.text for m in desk.slack.messages("incidents")] == ["for all"]
    assert result.message_ts == desk.slack.messages("incidents")[0].ts


async def test_a_command_nobody_acknowledges_fails_and_is_not_delivered_again(open_desk: OpenDesk) -> None:
    async with open_desk(ack_seconds=0.2) as desk:
        seen: list[str] = []
        release = asyncio.Event()

        @desk.app.command("/incident")
        async def incident(ack: Any, body: dict[str, Any]) -> None:
            seen.append(body["trigger_id"])
            await release.wait()
            await ack()

        result = await desk.slack.command("U0ANA", "incidents", "/incident")
        again = await desk.slack.command("U0ANA", "incidents", "/incident")
        release.set()

        assert (result.ok, result.error) == (False, "operation_timeout")
        assert seen == [result.sent["trigger_id"], again.sent["trigger_id"]]


async def test_the_same_press_delivered_three_times_is_the_same_payload_three_times(desk: Desk) -> None:
    seen: list[dict[str, Any]] = []

    @desk.app.action("approve")
    async def approve(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    posted = await desk.app.client.chat_postMessage(channel="C0INCIDENTS", text="card", blocks=[card()])
    result = await desk.slack.click("U0BEN", "incidents", posted["ts"], "approve", times=3)

    assert result.ok
    assert len(seen) == 3
    first = seen[0]
    assert all(body == first for body in seen)
    assert first["actions"][0]["value"] == "gate-1"
    assert first["actions"][0]["block_id"] == first["message"]["blocks"][0]["block_id"]
    assert first["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": "C0INCIDENTS",
        "is_ephemeral": False,
    }


async def test_an_app_can_answer_a_press_through_its_response_url(desk: Desk) -> None:
    @desk.app.action("approve")
    async def approve(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="decided", replace_original=True)

    posted = await desk.app.client.chat_postMessage(channel="C0INCIDENTS", text="card", blocks=[card()])
    result = await desk.slack.click("U0BEN", "incidents", posted["ts"], "approve")
    await desk.slack.until(lambda: result.response_messages)

    message = desk.slack.messages("incidents")[-1]
    assert (message.text, message.blocks) == ("decided", [])
    assert message.edited_ts is not None


async def test_an_event_nobody_acknowledged_comes_again_with_its_attempt(open_desk: OpenDesk) -> None:
    async with open_desk(ack_seconds=0.3, event_retry_delays=(0.0, 0.0)) as desk:
        seen: list[tuple[str, list[str] | None]] = []
        refused = asyncio.Event()

        @desk.app.middleware
        async def refuse_the_first(req: Any, resp: Any, next_: Any) -> Any:
            seen.append((req.body["event_id"], req.headers.get("x-slack-retry-num")))
            if not refused.is_set():
                refused.set()
                return resp  # Bolt answers 404 to this, and so acknowledges nothing
            return await next_()

        @desk.app.event("message")
        async def message(event: dict[str, Any]) -> None: ...

        await desk.slack.say("U0ANA", "incidents", "synthetic words")
        receipt = desk.slack.outbox.receipts[0]
        await desk.slack.until(lambda: receipt.settled)

        assert receipt.acknowledged
        assert receipt.attempts == 2
        assert {event_id for event_id, _ in seen} == {receipt.event_id}
        assert [number for _, number in seen] == [["0"], ["1"]]


async def test_an_event_sent_while_no_app_is_there_arrives_by_a_later_attempt(open_desk: OpenDesk) -> None:
    async with open_desk(event_retry_delays=[0.1] * 100) as desk:
        heard: list[str] = []

        @desk.app.event("message")
        async def message(event: dict[str, Any]) -> None:
            heard.append(event["text"])

        await desk.slack.go_down()
        await desk.slack.until(lambda: desk.slack.connections == 0)
        await desk.slack.say("U0ANA", "incidents", "is anyone there")
        refused = await desk.slack.command("U0ANA", "incidents", "/incident")
        no_way_in = await refusal(desk.app.client.apps_connections_open(app_token=APP_TOKEN))
        desk.slack.come_up()
        receipt = desk.slack.outbox.receipts[0]
        await desk.slack.until(lambda: receipt.settled)

        assert (refused.error, no_way_in) == ("dispatch_failed", "internal_error")
        assert receipt.acknowledged
        assert receipt.attempts > 1
        assert heard == ["is anyone there"]


async def test_the_app_comes_back_on_a_new_connection_when_asked_to(desk: Desk) -> None:
    @desk.app.command("/incident")
    async def incident(ack: Any) -> None:
        await ack(text="still here")

    before = desk.handler.client.wss_uri
    await desk.slack.disconnect()
    await desk.slack.connected()

    assert desk.handler.client.wss_uri != before
    assert (await desk.slack.command("U0ANA", "incidents", "/incident")).text == "still here"


async def test_opening_the_home_tab_lets_the_app_publish_one(desk: Desk) -> None:
    @desk.app.event("app_home_opened")
    async def home(event: dict[str, Any], client: Any) -> None:
        view = {"type": "home", "blocks": [card()]}
        await client.views_publish(user_id=event["user"], view=view)

    pressed: list[str] = []

    @desk.app.action("approve")
    async def approve(ack: Any, body: dict[str, Any]) -> None:
        pressed.append(body["view"]["type"])
        await ack()

    await desk.slack.open_home("U0CHI")
    await desk.slack.until(lambda: desk.slack.home("U0CHI"))
    home_view = desk.slack.home("U0CHI")
    assert home_view is not None
    assert (await desk.slack.click_view("U0CHI", home_view.id, "approve")).ok
    assert pressed == ["home"]


async def test_a_message_shortcut_carries_the_message(desk: Desk) -> None:
    seen: list[dict[str, Any]] = []

    @desk.app.shortcut("declare")
    async def declare(ack: Any, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    @desk.app.event("message")
    async def message(event: dict[str, Any]) -> None: ...

    ts = await desk.slack.say("U0ANA", "incidents", "look at this")
    result = await desk.slack.message_shortcut("U0BEN", "incidents", ts, "declare")

    assert result.ok
    assert (seen[0]["type"], seen[0]["message"]["text"], seen[0]["user"]["id"]) == (
        "message_action",
        "look at this",
        "U0BEN",
    )


def card() -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Release these 4 items"}
    return {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "approve", "text": text, "value": "gate-1"}],
    }
