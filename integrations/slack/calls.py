"""One way to ask Slack: every failure becomes one of our codes, and nothing of what was asked or answered enters it."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from domain.errors import Code, HoldfastError, Passing
from integrations.base.client import DEADLINE
from integrations.base.http import classify

SLACK = "https://slack.com/api/"

# Slack's own words for "our side": what was asked may have been done all the same.
_UNCERTAIN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
# Whatever a token may not do is for an engineer: trying again or asking an approver changes nothing.
_CREDENTIALS = frozenset(
    {
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"),
        *("no_permission", "access_denied", "not_allowed_token_type", "ekm_access_denied", "org_login_required"),
        *("two_factor_setup_required", "team_access_not_granted"),
    }
)
_WORD = re.compile(r"[a-z_]{1,60}")
_SCOPES = re.compile(r"[a-z:,. ]{1,200}")


class Uncertain(Passing):
    """`transient`, and what was asked may have been done: look before asking again."""


class Refusal(HoldfastError):
    """Slack said no. `error` is its own word for why; `each` its answers for several people, by user id."""

    def __init__(self, code: Code, detail: str, error: str, each: Mapping[str, str]) -> None:
        super().__init__(code, detail)
        self.error = error
        self.each = dict(each)


async def call(what: str, request: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Slack's answer to one request; `what` is the method's name.

    Raises:
        Refusal: `permanent`, or `needs-a-person` when the token is not good enough.
        Passing: `transient`, with Slack's `Retry-After`; `Uncertain` if it may have been done.
    """
    data: Any = (await answered(what, request)).data
    return data if isinstance(data, dict) else {}


async def answered(what: str, request: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The whole response, with its headers; raises as `call` does."""
    failure: HoldfastError
    try:
        return await request
    except SlackApiError as error:
        failure = _refused(what, error)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        failure = Uncertain(f"slack {what} {type(error).__name__}")
    raise failure  # outside the handler, so that no context carries the request and its token


def each_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Which people an invitation did not reach, and Slack's word for why."""
    found = body.get("errors")
    entries = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return {str(each.get("user", "")): _word(each.get("error")) for each in entries}


def _refused(what: str, error: SlackApiError) -> HoldfastError:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 200))
    data = getattr(response, "data", None)
    body: Mapping[str, Any] = data if isinstance(data, dict) else {}
    word = _word(body.get("error"))
    if status == 429 or word in ("ratelimited", "rate_limited"):
        headers: Mapping[str, str] = getattr(response, "headers", None) or {}
        return Passing(f"slack {what} 429", classify(429, headers.get("Retry-After")).retry_after)
    if status >= 500 or word in _UNCERTAIN or not body:
        return Uncertain(f"slack {what} {word or status}")
    if word in _CREDENTIALS:
        needed = body.get("needed")
        shown = f", needs {needed}" if isinstance(needed, str) and _SCOPES.fullmatch(needed) else ""
        return Refusal(Code.NEEDS_HUMAN, f"slack {what} {word}{shown}", word, {})
    return Refusal(Code.PERMANENT, f"slack {what} {word}", word, each_of(body))


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"


@asynccontextmanager
async def open_client(api_url: str | None, bot_token: str) -> AsyncIterator[AsyncWebClient]:
    """A client without retries of its own: whoever asks has patience declared elsewhere.

    Proxies named in the environment are not used, as by our other adapters.
    """
    log = logging.getLogger("holdfast.slack")
    log.setLevel(logging.INFO)  # below that, Bolt and the SDK write whole payloads
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE), trust_env=False) as session:
        client = AsyncWebClient(
            token=bot_token, base_url=api_url or SLACK, session=session, logger=log, retry_handlers=[]
        )
        client.proxy = None
        yield client
