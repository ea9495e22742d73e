"""What somebody must hear though they asked nothing: a direct message from the app."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from domain.people import Person
from integrations.slack.calls import Refusal, call
from integrations.slack.room import POST

# Slack's words for somebody who cannot be written to in this workspace.
_NOT_HERE = frozenset(
    {"channel_not_found", "user_not_found", "cannot_dm_bot", "user_disabled", "messages_tab_disabled"}
)


class Notices:
    """Direct messages by people of the directory."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def tell(self, person: Person, text: str, key: str) -> bool:
        """False if Slack does not lead to them. A lost answer may say it twice, which is better than not at all.

        Raises:
            HoldfastError: as `call` does.
        """
        if not person.slack:
            return False
        metadata = {"event_type": POST, "event_payload": {"key": key}}
        try:
            await call(
                "chat.postMessage",
                self._client.chat_postMessage(
                    channel=person.slack, text=text, metadata=metadata, unfurl_links=False, mrkdwn=False
                ),
            )
        except Refusal as refusal:
            if refusal.error in _NOT_HERE:
                return False
            raise
        return True
