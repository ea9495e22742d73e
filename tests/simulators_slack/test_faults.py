"""Trouble on demand, and the count that shows what it led to."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.simulator.slack import SlackSimulator
from tests.simulators_slack.conftest import refusal


def keyed(key: str) -> dict[str, Any]:
    metadata = {"event_type": "card", "event_payload": {"key": key}}
    return {"channel": "C0GENERAL", "text": "card", "metadata": metadata}


async def test_a_lost_reply_leaves_the_message_and_a_blind_retry_shows_in_the_figures(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.faults.add(method="chat.postMessage", kind="reply_lost")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(**keyed("k1"))
    assert len(slack.messages("general")) == 1
    assert slack.stats() == {"requests": 1, "keys": 1, "applied": 1}

    await client.chat_postMessage(**keyed("k1"))
    assert slack.stats() == {"requests": 2, "keys": 1, "applied": 2}


async def test_a_dropped_request_leaves_nothing(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", kind="drop")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(**keyed("k1"))
    assert slack.messages("general") == []
    await client.chat_postMessage(**keyed("k1"))
    assert slack.stats() == {"requests": 2, "keys": 1, "applied": 1}


async def test_a_rate_limit_says_how_long_to_wait(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", kind="ratelimited", value=7)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(**keyed("k1"))
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert caught.value.response["error"] == "ratelimited"


async def test_a_fault_strikes_its_method_only_and_as_often_as_asked(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.faults.add(method="chat.postMessage", kind="status", value=503, times=2)
    await client.auth_test()
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(**keyed("k1"))
        assert caught.value.response.status_code == 503
    await client.chat_postMessage(**keyed("k1"))


async def test_latency_comes_before_an_ordinary_answer(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add(method="*", kind="latency", value=0.2)
    started = perf_counter()
    await client.auth_test()
    assert perf_counter() - started >= 0.2


async def test_any_refusal_of_slack_can_be_planned(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", kind="error", value="account_inactive")
    assert await refusal(client.chat_postMessage(**keyed("k1"))) == "account_inactive"


async def test_faults_are_planned_listed_and_removed_over_http(
    slack: SlackSimulator, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    url = f"{slack.base_url}/_sim/faults"
    planned = {"method": "auth.test", "kind": "error", "value": "invalid_auth", "times": 5}
    async with http.post(url, json=planned) as answer:
        fault_id = (await answer.json())["id"]
    async with http.post(url, json={"kind": "earthquake"}) as answer:
        assert answer.status == 400
    assert await refusal(client.auth_test()) == "invalid_auth"
    async with http.get(url) as answer:
        assert (await answer.json())["faults"][0]["times"] == 4
    async with http.delete(url, params={"id": str(fault_id)}) as answer:
        assert answer.status == 200
    await client.auth_test()
