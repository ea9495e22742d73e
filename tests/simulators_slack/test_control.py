"""The stand-in's own side: another process looks, acts as a person, restarts it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp

from integrations.simulator.slack import SlackSimulator
from tests.simulators_slack.conftest import BOT_TOKEN, Desk, client_of, refusal, simulator


async def act(http: aiohttp.ClientSession, slack_url: str, user: str, verb: str, **body: Any) -> dict[str, Any]:
    async with http.post(f"{slack_url}/_sim/users/{user}/{verb}", json=body) as answer:
        result: dict[str, Any] = await answer.json()
        return {"status": answer.status, **result}


async def test_another_process_can_act_as_a_person(desk: Desk, http: aiohttp.ClientSession) -> None:
    @desk.app.command("/incident")
    async def incident(ack: Any, say: Any) -> None:
        await ack(text="opened")
        text = {"type": "plain_text", "text": "Approve"}
        button = {"type": "button", "action_id": "approve", "text": text, "value": "gate-1"}
        await say(text="card", blocks=[{"type": "actions", "elements": [button]}])

    @desk.app.action("approve")
    async def approve(ack: Any, respond: Any) -> None:
        await ack()

    url = desk.slack.base_url
    typed = await act(http, url, "U0ANA", "command", channel="incidents", command="/incident", text="edr")
    await desk.slack.until(lambda: desk.slack.messages("incidents"))
    ts = desk.slack.messages("incidents")[0].ts
    pressed = await act(http, url, "U0BEN", "click", channel="incidents", message_ts=ts, action_id="approve")
    nothing = await act(http, url, "U0BEN", "click", channel="incidents", message_ts=ts, action_id="deny")
    nobody = await act(http, url, "U0NOBODY", "say", channel="incidents", text="x")
    incomplete = await act(http, url, "U0BEN", "say", channel="incidents")

    assert (typed["ok"], typed["text"]) == (True, "opened")
    assert pressed["ok"]
    assert [r["status"] for r in (nothing, nobody, incomplete)] == [400, 400, 400]
    assert nothing["error"] == "nothing to press with action id 'deny'"


async def test_state_and_figures_are_there_as_json(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "k1"}}
    await client_of(slack).chat_postMessage(channel="C0GENERAL", text="card", metadata=metadata)
    async with http.get(f"{slack.base_url}/_sim/state") as answer:
        state = await answer.json()
    async with http.get(f"{slack.base_url}/_sim/stats") as answer:
        figures = await answer.json()
    general = next(c for c in state["channels"] if c["name"] == "general")
    assert general["members"] == ["U0BOT", "U0ANA", "U0BEN", "U0CHI"]
    assert general["messages"][0]["metadata"] == metadata
    assert figures == {"requests": 1, "keys": 1, "applied": 1}


async def test_the_page_without_script_shows_messages_and_escapes_them(
    slack: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "<b>Release</b>"}, "action_id": "a"}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "<img src=x onerror=alert(1)>"}}
    blocks: list[dict[str, Any]] = [section, {"type": "actions", "elements": [button]}]
    await client_of(slack).chat_postMessage(channel="C0GENERAL", text="card", blocks=blocks)
    await slack.say("U0ANA", "general", "<script>alert(1)</script>")
    async with http.get(f"{slack.page_url}/plain") as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=x" in page
    assert "&lt;b&gt;Release" in page
    assert not any(raw in page for raw in ("<script", "<img", "<b>Release"))
    assert policy.startswith("default-src 'none'")


async def test_a_plain_form_of_another_site_cannot_act_as_a_person(
    slack: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    url = f"{slack.base_url}/_sim/users/U0ANA/say"
    body = json.dumps({"channel": "general", "text": "forged"})
    async with http.post(url, data=body, headers={"Content-Type": "text/plain"}) as answer:
        assert answer.status == 400
    assert slack.messages("general") == []


async def test_the_workspace_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "slack.json"
    async with simulator(state_path=file) as slack:
        client = client_of(slack)
        channel = (await client.conversations_create(name="inc-test", is_private=True))["channel"]["id"]
        posted = await client.chat_postMessage(channel=channel, text="card")
    async with simulator(state_path=file) as slack:
        assert [m.ts for m in slack.messages("inc-test")] == [posted["ts"]]
        assert await refusal(client_of(slack).conversations_create(name="inc-test")) == "name_taken"
        assert slack.stats()["applied"] == 1


async def test_as_a_process_it_says_where_it_is_and_ends_on_sigterm(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    command = ["-m", "integrations.simulator.slack", "--port", "0", "--state", str(tmp_path / "slack.json")]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        urls = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with http.post(urls["api_url"] + "auth.test", headers=headers) as answer:
            assert (await answer.json())["ok"]
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
