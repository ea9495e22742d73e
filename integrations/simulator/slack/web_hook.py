"""HTTP mode: the same deliveries, posted to the app's request URL and signed as Slack signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from integrations.simulator.slack.model import Json
from integrations.simulator.slack.outbox import DeliveryFailed
from integrations.simulator.slack.results import EnvelopeType


def sign(secret: str, timestamp: str, body: str) -> str:
    """Slack's request signature, version 0: HMAC-SHA256 over `v0:<timestamp>:<body>`."""
    basis = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()


class WebHook:
    def __init__(
        self,
        *,
        url: Callable[[], str | None],
        session: Callable[[], aiohttp.ClientSession],
        signing_secret: str,
        now: Callable[[], float],
        ack_seconds: float,
    ) -> None:
        self._url = url
        self._session = session
        self._secret = signing_secret
        self._now = now
        self._timeout = aiohttp.ClientTimeout(total=ack_seconds)

    async def deliver(self, kind: EnvelopeType, payload: Json, attempt: int) -> Json:
        url = self._url()
        if url is None:
            raise DeliveryFailed("app_missing_action_url")
        body, content_type = _encode(kind, payload)
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        try:
            async with self._session().post(
                url, data=body.encode(), headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                text = await response.text()
        except TimeoutError as error:
            raise DeliveryFailed("operation_timeout") from error
        except aiohttp.ClientError as error:
            raise DeliveryFailed("dispatch_failed") from error
        if response.status != 200:
            raise DeliveryFailed("http_service_error", final=response.headers.get("X-Slack-No-Retry") == "1")
        return _decode(text, response.content_type)


def _encode(kind: EnvelopeType, payload: Json) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def _decode(text: str, content_type: str) -> Json:
    if not text:
        return {}
    if content_type != "application/json":
        return {"text": text}
    try:
        body = json.loads(text)
    except ValueError as error:
        raise DeliveryFailed("http_service_error") from error
    return body if isinstance(body, dict) else {}
