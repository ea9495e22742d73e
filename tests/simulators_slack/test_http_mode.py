"""Deliveries by signed HTTP, checked by a real Bolt app and Slack's own verifier."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook.async_client import AsyncWebhookClient

from integrations.simulator.slack import SlackSimulator
from tests.simulators_slack.conftest import SIGNING_SECRET, FakeClock, client_of, simulator


@asynccontextmanager
async def listening(handle: Any) -> AsyncIterator[str]:
    """An app's request URL."""
    app = web.Application()
    app.router.add_post("/slack/events", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


def bolt(slack: SlackSimulator, signing_secret: str = SIGNING_SECRET) -> tuple[AsyncApp, Any]:
    app = AsyncApp(client=client_of(slack), signing_secret=signing_secret)

    async def handle(request: web.Request) -> web.Response:
        answer = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    return app, handle


async def test_bolt_accepts_our_signature_and_answers_commands_presses_and_events() -> None:
    async with simulator() as slack:
        app, handle = bolt(slack)
        heard: list[str] = []

        @app.command("/incident")
        async def incident(ack: Any, command: dict[str, Any]) -> None:
            await ack(f"opened for {command['user_id']}")

        @app.action("approve")
        async def approve(ack: Any, action: dict[str, Any]) -> None:
            heard.append(action["value"])
            await ack()

        @app.event("message")
        async def message(event: dict[str, Any]) -> None:
            heard.append(event["text"])

        async with listening(handle) as slack.request_url:
            result = await slack.command("U0ANA", "incidents", "/incident", "edr ü&=")
            button = {"type": "button", "action_id": "approve", "value": "gate-1"}
            button["text"] = {"type": "plain_text", "text": "Approve"}  # type: ignore[assignment]
            blocks = [{"type": "actions", "elements": [button]}]
            posted = await client_of(slack).chat_postMessage(channel="C0GENERAL", text="card", blocks=blocks)
            pressed = await slack.click("U0BEN", "general", posted["ts"], "approve")
            await slack.say("U0ANA", "incidents", "words")
            await slack.until(lambda: slack.outbox.receipts[0].settled)

        assert result.text == "opened for U0ANA"
        assert pressed.ok
        assert heard == ["gate-1", "words"]


async def test_an_app_with_another_secret_refuses_us() -> None:
    async with simulator() as slack:
        _, handle = bolt(slack, signing_secret="another-secret")
        async with listening(handle) as slack.request_url:
            result = await slack.command("U0ANA", "incidents", "/incident")
        assert (result.ok, result.error) == (False, "http_service_error")


async def test_an_event_that_failed_comes_again_with_slacks_retry_headers() -> None:
    async with simulator(event_retry_delays=(0.0, 0.0)) as slack:
        attempts: list[tuple[str | None, str | None]] = []
        verifier = SignatureVerifier(SIGNING_SECRET)

        async def handle(request: web.Request) -> web.Response:
            assert verifier.is_valid_request(await request.read(), dict(request.headers))
            headers = request.headers
            attempts.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")))
            return web.Response(status=200 if len(attempts) == 3 else 500)

        async with listening(handle) as slack.request_url:
            await slack.say("U0ANA", "incidents", "words")
            receipt = slack.outbox.receipts[0]
            await slack.until(lambda: receipt.settled)

        assert receipt.acknowledged
        assert [number for number, _ in attempts] == [None, "1", "2"]


async def test_a_command_to_nobody_fails_at_once() -> None:
    async with simulator(request_url="http://127.0.0.1:9/slack/events") as slack:
        result = await slack.command("U0ANA", "incidents", "/incident")
        assert (result.ok, result.error) == (False, "dispatch_failed")


async def test_a_response_url_works_five_times_and_for_thirty_minutes(
    slack: SlackSimulator, clock: FakeClock, http: aiohttp.ClientSession
) -> None:
    first = await slack.command("U0ANA", "incidents", "/incident")
    webhook = AsyncWebhookClient(first.sent["response_url"])
    codes = [(await webhook.send(text=f"answer {n}", response_type="in_channel")).status_code for n in range(6)]
    second = await slack.command("U0ANA", "incidents", "/incident")
    clock.seconds += 30 * 60 + 1
    late = await AsyncWebhookClient(second.sent["response_url"]).send(text="too late")

    assert codes == [200] * 5 + [404]
    assert [m["text"] for m in first.response_messages] == [f"answer {n}" for n in range(5)]
    assert len(slack.messages("incidents")) == 5
    assert (late.status_code, "expired_url" in late.body) == (404, True)
