"""Keeps rooms as their cases are: who may not look leaves, the owner is in, news is told, closed cases are put away.

Nothing is stored beside Slack: the rooms are looked through again and again, and each look does what is left to do.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from domain.errors import HoldfastError
from domain.timeline import Projection
from domain.updates import RoomUpdate
from integrations.slack.calls import Refusal, call
from integrations.slack.naming import case_of_room
from integrations.slack.room import STATUS, SlackRoom, type_of
from integrations.slack.updates import update_text

EVERY = 60.0  # seconds; somebody who was suspended reads on for at most so long
_LOG = logging.getLogger("holdfast.slack")
_PAGE = 200  # channels, members or messages in one answer, as Slack recommends
_CLOSED = "closed"
# What somebody else has done already.
_DONE = frozenset({"already_archived", "not_in_channel", "already_in_channel", "user_not_found", "is_archived"})


class Records(Protocol):
    """What the keeper asks of the desk's side. All methods raise HoldfastError."""

    async def case(self, case: str) -> Projection | None:
        """The line of a case in the list; None for one that is not there (yet)."""
        ...

    async def may_see(self, case: str, slack_id: str) -> bool:
        """Whether the person behind this id may look at the case; False for somebody whom nobody knows."""
        ...

    async def slack_of(self, person: str) -> str:
        """The Slack id of a directory id; empty if there is none."""
        ...

    async def seal(self, case: str, transcript: bytes) -> None:
        """Keep what was said in the room, once, and note it in the case's timeline."""
        ...

    async def news(self, shown: Projection) -> RoomUpdate | None:
        """What this room is to be told now; None if nothing is new, or it is too soon for its severity."""
        ...

    async def told(self, update: RoomUpdate) -> None:
        """It was said."""
        ...


class RoomKeeper:
    """Runs in the one process that has both Slack and the records."""

    def __init__(self, client: AsyncWebClient, room: SlackRoom, records: Records, *, every: float = EVERY) -> None:
        self._client = client
        self._room = room
        self._records = records
        self._every = every
        self._me = ""

    async def run(self) -> None:
        """Until it is cancelled; a look that failed is followed by the next one."""
        while True:
            try:
                await self.once()
            except HoldfastError as error:
                _LOG.warning("the rooms could not be looked through: %s", error.sentence)
            except Exception as error:
                # Nothing may end this loop: who reads along without leave is only noticed here.
                _LOG.error("looking through the rooms failed: %s", type(error).__name__, exc_info=error)
            await asyncio.sleep(self._every)

    async def once(self) -> None:
        """One look at every room that is not put away. One room's failure does not keep the others from it."""
        for case, channel in (await self._rooms()).items():
            try:
                await self._keep(case, channel)
            except HoldfastError as error:
                _LOG.warning("the room of %s is not as it should be: %s", case, error.sentence)

    async def _keep(self, case: str, channel: str) -> None:
        shown = await self._records.case(case)
        if shown is None:
            return
        if shown.status == _CLOSED:
            await self._put_away(shown, channel)
            return
        members = await self._members(channel)
        for member in members:
            if not await self._records.may_see(case, member):
                await self._try("conversations.kick", channel, member)
        owner = await self._records.slack_of(shown.owner) if shown.owner else ""
        if owner and owner not in members:
            await self._try("conversations.invite", channel, owner)
        if (update := await self._records.news(shown)) is not None:
            # Said and not noted, it is said again with what is newer; noted and not said, nobody would hear it.
            await self._room.say(case, update_text(update), f"cadence/{update.sequence}")
            await self._records.told(update)

    async def _try(self, method: str, channel: str, user: str) -> None:
        try:
            if method == "conversations.kick":
                await call("conversations.kick", self._client.conversations_kick(channel=channel, user=user))
            else:
                await call("conversations.invite", self._client.conversations_invite(channel=channel, users=[user]))
        except Refusal as refusal:
            if refusal.error not in _DONE:
                raise

    async def _put_away(self, shown: Projection, channel: str) -> None:
        """The last status, then what was said, sealed; only then the archive, which ends what the bot may read."""
        await self._room.show(shown, brief="", key=f"last/{shown.case}")
        await self._records.seal(shown.case, await self._transcript(channel))
        try:
            await call("conversations.archive", self._client.conversations_archive(channel=channel))
        except Refusal as refusal:
            if refusal.error not in _DONE:
                raise

    # -- reading ------------------------------------------------------------------------------------------

    async def _rooms(self) -> dict[str, str]:
        """Channels of ours that are not archived, by case."""
        self._me = self._me or str((await call("auth.test", self._client.auth_test()))["user_id"])
        found: dict[str, str] = {}
        cursor = ""
        while True:
            listed = await call(
                "users.conversations",
                self._client.users_conversations(
                    types="private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor or None
                ),
            )
            for each in listed.get("channels", []):
                case = case_of_room(str(each.get("name", "")))
                if case and each.get("creator") == self._me and not each.get("is_archived"):
                    found[case] = str(each["id"])
            if not (cursor := _next(listed)):
                return found

    async def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        while True:
            listed = await call(
                "conversations.members",
                self._client.conversations_members(channel=channel, limit=_PAGE, cursor=cursor or None),
            )
            members += [str(each) for each in listed.get("members", []) if each != self._me]
            if not (cursor := _next(listed)):
                return members

    async def _transcript(self, channel: str) -> bytes:
        """Everything that was said, oldest first, threads after what they answer; one JSON object a line.

        Without the pinned status, which is drawn from the record and drawn anew by every look.
        """
        lines: list[dict[str, Any]] = []
        for each in await self._history(channel):
            if type_of(each) == STATUS:
                continue
            lines.append(_line(each))
            if int(each.get("reply_count", 0) or 0) or each.get("thread_ts") == each.get("ts"):
                replies = await self._replies(channel, str(each["ts"]))
                lines += [_line(reply) for reply in replies if reply.get("ts") != each.get("ts")]
        return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines).encode()

    async def _history(self, channel: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            read = await call(
                "conversations.history",
                self._client.conversations_history(
                    channel=channel, include_all_metadata=True, limit=_PAGE, cursor=cursor or None
                ),
            )
            found += read.get("messages", [])
            if not (cursor := _next(read)):
                return found[::-1]

    async def _replies(self, channel: str, ts: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            read = await call(
                "conversations.replies",
                self._client.conversations_replies(channel=channel, ts=ts, limit=_PAGE, cursor=cursor or None),
            )
            found += read.get("messages", [])
            if not (cursor := _next(read)):
                return found


def _next(answer: Mapping[str, Any]) -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _line(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: message[name] for name in ("ts", "user", "text", "thread_ts", "blocks", "files") if message.get(name)}
    edited = message.get("edited") or {}
    return {**kept, "edited": edited["ts"]} if edited.get("ts") else kept
