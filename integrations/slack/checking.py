"""Asks Slack whether our app is as it should be: tokens, scopes, how it is reached. Changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from domain.base import Model
from domain.errors import HoldfastError
from integrations.slack.calls import answered, call, open_client
from integrations.slack.manifest import wanted_scopes

_GRANTED = "x-oauth-scopes"


class Finding(Model):
    """One thing that was looked at: `ok`, or what to do."""

    what: str
    ok: bool
    says: str


async def check(api_url: str | None, bot_token: str, app_token: str, *, signed: bool) -> list[Finding]:
    """Every finding, in the order in which an operator would mend them. Never raises what Slack says.

    `signed` says whether there is a signing secret; Slack cannot be asked whether it is the right one.
    """
    return [each async for each in _findings(api_url, bot_token, app_token, signed)]


async def _findings(api_url: str | None, bot_token: str, app_token: str, signed: bool) -> AsyncIterator[Finding]:
    async with open_client(api_url, bot_token) as client:
        try:
            answer = await answered("auth.test", client.auth_test())
        except HoldfastError as error:
            yield Finding(what="bot token", ok=False, says=error.sentence)
            return
        yield Finding(what="bot token", ok=True, says="accepted")
        about = dict(answer.data) if isinstance(answer.data, dict) else {}
        organisation = str(about.get("enterprise_id") or "")
        where = f"organisation {organisation}" if organisation else f"workspace {about.get('team_id', '?')}"
        yield Finding(what="where", ok=True, says=where)
        yield _scopes({name.lower(): value for name, value in answer.headers.items()}.get(_GRANTED))
        if not app_token:
            says = "HTTP, proved by the signing secret" if signed else "set an app token or a signing secret"
            yield Finding(what="reach", ok=signed, says=says)
            return
        try:
            await call("apps.connections.open", client.apps_connections_open(app_token=app_token))
        except HoldfastError as error:
            yield Finding(what="reach", ok=False, says=error.sentence)
        else:
            yield Finding(what="reach", ok=True, says="Socket Mode")


def _scopes(granted: str | None) -> Finding:
    if granted is None:
        return Finding(what="scopes", ok=False, says="Slack did not say which scopes were granted; compare them there")
    has, wants = {each.strip() for each in granted.split(",") if each.strip()}, set(wanted_scopes())
    if missing := sorted(wants - has):
        return Finding(what="scopes", ok=False, says=f"missing: {', '.join(missing)}; install the manifest again")
    if more := sorted(has - wants):
        return Finding(what="scopes", ok=True, says=f"all there; not needed: {', '.join(more)}")
    return Finding(what="scopes", ok=True, says="all there, and no other")
