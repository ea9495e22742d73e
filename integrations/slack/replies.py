"""What somebody is told for themselves alone, by whichever way to them still works."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from domain.errors import HoldfastError
from integrations.slack.calls import call

# Seconds for each way but the last. A receipt that comes later than five after the press is none: the desk has two and
# a half of them (`commands.BUDGET`), so that a last way that works still has a second.
_RESPONDING, _SHOWING = 0.8, 0.7


async def tell(text: str, body: dict[str, Any], respond: AsyncRespond | None, client: AsyncWebClient) -> None:
    """By the response URL; else as an ephemeral message where it was asked; else as a direct message.

    A response URL works five times and for half an hour, and Slack's answer may be lost: then it may be said twice,
    which is better than not at all.

    Raises:
        HoldfastError: as `call` does, if no way works.
    """
    if respond is not None and await _responded(text, respond):
        return
    user = str(body.get("user_id") or body["user"]["id"])
    channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id", ""))
    if channel:
        try:
            async with asyncio.timeout(_SHOWING):
                await call(
                    "chat.postEphemeral", client.chat_postEphemeral(channel=channel, user=user, text=text, blocks=None)
                )
        except (HoldfastError, TimeoutError):
            pass  # we are not in that channel, or they are not; or it takes too long to wait for
        else:
            return
    await call("chat.postMessage", client.chat_postMessage(channel=user, text=text))


async def _responded(text: str, respond: AsyncRespond) -> bool:
    try:
        async with asyncio.timeout(_RESPONDING):
            answer = await respond(text=text, response_type="ephemeral", replace_original=False)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):  # ValueError: there is no such URL
        return False
    return bool(answer.status_code == 200)
