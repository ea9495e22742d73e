"""The Home tab as Slack asks for it: drawn when somebody opens it or presses Refresh."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from domain.errors import SENTENCES, Code
from integrations.base.tracing import request
from integrations.slack.calls import call
from integrations.slack.home import REFRESH, Home
from integrations.slack.who import user_of

_LOG = logging.getLogger("holdfast.slack")


class HomeTab:
    """Publishes the tab to whoever looks at it."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def listen(self, app: AsyncApp) -> None:
        """Register with Bolt."""
        app.action(REFRESH)(self.on_refresh)
        app.event("app_home_opened")(self.on_home)

    async def on_home(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        event: dict[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
    ) -> None:
        await ack()
        if event.get("tab", "home") == "home":
            await self._publish(user_of(body, context.authorize_result), str(event["user"]), client)

    async def on_refresh(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        await self._publish(user_of(body, context.authorize_result), str(body["user"]["id"]), client)

    async def _publish(self, who: str, shown_to: str, client: AsyncWebClient) -> None:
        """Without a hash: the tab is drawn from the state of this moment, so whichever comes last is right."""
        with request("slack home"):
            try:
                view = await self._home.of(who, datetime.now(UTC))
            except Exception as error:
                # As in a form: the acknowledgement must not be lost.
                _LOG.error("a Home tab could not be drawn: %s", type(error).__name__, exc_info=error)
                view = self._home.told(SENTENCES[Code.FAULT])
        await call("views.publish", client.views_publish(user_id=shown_to, view=view))
