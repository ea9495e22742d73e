"""A case's private room: one channel, one pinned status that is edited in place, and a card for each call.

Everything here runs more than once: after a retry, a lost answer, a killed worker. Nothing may be posted twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from domain.errors import Code, HoldfastError
from domain.outside import Summons
from domain.timeline import Projection
from integrations.slack.attention import Attention, Turn
from integrations.slack.calls import Refusal, Uncertain, call, each_of, open_client
from integrations.slack.cards import SHORT, status_card, summons_card
from integrations.slack.words import brief_sentence, case_link, room_name, turn_said

STATUS, POST = "holdfast_status", "holdfast_post"
PACE = 1.0  # seconds between two posts to one channel, Slack's documented rate
_PAGE = 200  # messages or channels in one answer, as Slack recommends
_RECENT = 5  # pages to look for a post that may have been made: its retries come within minutes
_ALL = 100  # pages to look for the status, once per case and process
_NAMES = 5  # tries at a name that somebody else's channel holds
_TOPIC = "Private room of an incident. The pinned message says where it stands; facts and decisions are at the desk."

Wanted = Callable[[dict[str, Any]], bool]


@dataclass
class _Known:
    """What this process remembers of a room. Slack is the truth; `lock` keeps the posts to one room in order."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    channel: str = ""
    status_ts: str = ""
    pinned: bool = False
    shown: Projection | None = None
    called: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bookmarked: bool = False
    last_post: float = float("-inf")


class SlackRoom:
    """`domain.outside.Room`. `pace` is the least time between two posts to one channel, in seconds.

    Nothing is stored beside Slack: the channel is found by its name among those that this very bot created, the
    status and each post by their metadata. Both are there as soon as they matter, in the one place where a second
    copy would hurt; a store of our own could only disagree with it. Memory only saves asking again.

    All methods raise HoldfastError: `transient`, `permanent` or `needs-a-person`.
    """

    def __init__(self, client: AsyncWebClient, *, desk_url: str, pace: float = PACE) -> None:
        self._client = client
        self._desk_url = desk_url
        self._pace = pace
        self._rooms: dict[str, _Known] = {}
        self._attention = Attention(time.monotonic)
        self._turns: list[tuple[str, Turn]] = []
        self._me = ""

    async def show(self, status: Projection, *, brief: str, key: str) -> str:
        """Create the room if needed, make its pinned status say this, and post the brief's sentence once.

        `brief` is a code or empty. A status older than the one that stands changes nothing. Returns the channel id.
        """
        async with self._opened(status.case) as room:
            try:
                await self._show_status(room, status)
            except Refusal as refusal:
                if refusal.error != "is_archived" or status.status != "closed":
                    raise
                return room.channel  # it was put away with its last status
            if brief:
                await self._post_once(room, key, brief_sentence(brief), None)
            channel = room.channel
        open_now = (*status.open_gates, *status.open_tasks, *status.open_interventions)
        self._turns += self._attention.settled(status.case, open_now, status.severity)
        await self._take_turns()
        return channel

    async def _take_turns(self) -> None:
        """Call people by name for what came next in their queues, each in its own case's room."""
        for taken in list(self._turns):
            person, turn = taken
            text = turn_said(person, turn.severity, turn.case, turn.title, self._desk_url, turn.subject)
            try:
                await self.say(turn.case, text, f"turn/{turn.subject}/{person}/{turn.number}")
            except HoldfastError as error:
                # The other case's room is not this call's business: it is tried again with the next one.
                logging.getLogger("holdfast.slack").warning("nobody was told of their turn: %s", error.sentence)
            else:
                self._turns = [each for each in self._turns if each != taken]

    async def summon(self, summons: Summons, *, key: str) -> None:
        """Invite the people and post a card for them, once for this key.

        Raises:
            HoldfastError: `permanent` if somebody could not be invited; the card stands all the same.
        """
        async with self._opened(summons.case) as room:
            ids = tuple(each.slack for each in summons.people if each.slack)
            missing = await self._invite(room, ids)
            quiet = {each for each in ids if not self._attention.loud(each, summons)}
            text, blocks = summons_card(summons, self._desk_url, quiet)
            # A card that was drawn anew is another card, whoever counts the calls.
            about = {"subject": summons.subject, "people": ",".join(ids)}
            await self._post_once(room, f"{key}/{summons.digest[:SHORT]}", text, blocks, about)
            if room.called.get(summons.subject) != ids:
                room.called[summons.subject] = ids
                if room.shown is not None:
                    await self._write_status(room, room.shown)
            if missing:
                raise HoldfastError(Code.PERMANENT, f"slack conversations.invite {', '.join(sorted(missing))}")

    async def say(self, case: str, text: str, key: str) -> None:
        """Post a sentence into the case's room, once for this key."""
        async with self._opened(case) as room:
            await self._post_once(room, key, text, None)

    # -- the channel --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _opened(self, case: str) -> AsyncIterator[_Known]:
        """The case's room, alone with it. A room that turns out to be gone is looked for again the next time."""
        room = self._rooms.setdefault(case, _Known())
        async with room.lock:
            if not room.channel:
                room.channel = await self._channel(room_name(case))
            try:
                yield room
            except Refusal as refusal:
                if refusal.error in ("channel_not_found", "not_in_channel"):
                    self._rooms.pop(case, None)
                raise

    async def _channel(self, name: str) -> str:
        for tried in _names(name):
            found = await self._create(tried) or await self._find_channel(tried)
            if found is None:
                continue  # somebody else's channel has this name
            if found.get("topic", {}).get("value") != _TOPIC:
                await call(
                    "conversations.setTopic", self._client.conversations_setTopic(channel=found["id"], topic=_TOPIC)
                )
            return str(found["id"])
        raise HoldfastError(Code.PERMANENT, "slack conversations.create name_taken")

    async def _create(self, name: str) -> dict[str, Any] | None:
        """The new channel, or None if one of this name exists, which may be ours."""
        try:
            made = await call("conversations.create", self._client.conversations_create(name=name, is_private=True))
        except Refusal as refusal:
            if refusal.error != "name_taken":
                raise
            return None
        except Uncertain:
            found = await self._find_channel(name)
            if found is None:
                raise
            return found
        channel: dict[str, Any] = made["channel"]
        return channel

    async def _find_channel(self, name: str) -> dict[str, Any] | None:
        """Only a channel that we created counts: into another, whoever made it would have invited our words."""
        me, cursor = await self._self(), ""
        while True:
            listed = await call(
                "users.conversations",
                self._client.users_conversations(types="private_channel", limit=_PAGE, cursor=cursor or None),
            )
            for each in listed.get("channels", []):
                if each.get("name") == name and each.get("creator") == me:
                    found: dict[str, Any] = each
                    return found
            cursor = (listed.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return None

    async def _self(self) -> str:
        if not self._me:
            self._me = str((await call("auth.test", self._client.auth_test()))["user_id"])
        return self._me

    async def _invite(self, room: _Known, ids: Sequence[str]) -> set[str]:
        """Bring them in; Slack's words for why some could not be."""
        if not ids:
            return set()
        try:
            answer = await call(
                "conversations.invite",
                self._client.conversations_invite(channel=room.channel, users=list(ids), force=True),
            )
            each = each_of(answer)
        except Refusal as refusal:
            if refusal.error != "already_in_channel" and not refusal.each:
                raise
            each = refusal.each
        return set(each.values()) - {"already_in_channel", "cant_invite_self"}

    # -- the pinned status --------------------------------------------------------------------------------

    async def _show_status(self, room: _Known, status: Projection) -> None:
        if not room.status_ts and (found := await self._find(room, lambda it: _remembered(room, it), _ALL)):
            room.status_ts = str(found["ts"])
            if _older(status.updated_at, _payload(found).get("at")):
                return
        if room.shown is not None and _older(status.updated_at, _at(room.shown)):
            return
        room.shown = status
        await self._write_status(room, status)
        if not room.pinned:
            await self._pin(room)
        if not room.bookmarked:
            await self._bookmark(room, status.case)

    async def _write_status(self, room: _Known, status: Projection) -> None:
        text, blocks = status_card(status, room.called, self._desk_url)
        metadata = {"event_type": STATUS, "event_payload": {"key": f"status/{status.case}", "at": _at(status)}}
        if room.status_ts:
            try:
                await call(
                    "chat.update",
                    self._client.chat_update(
                        channel=room.channel, ts=room.status_ts, text=text, blocks=blocks, metadata=metadata
                    ),
                )
            except Refusal as refusal:
                if refusal.error != "message_not_found":
                    raise
                room.status_ts, room.pinned = "", False  # somebody deleted it: it is posted anew
            else:
                return
        room.status_ts = await self._post(room, text, blocks, metadata, lambda it: type_of(it) == STATUS)
        await self._give_way(room, status)

    async def _give_way(self, room: _Known, status: Projection) -> None:
        """Another process may have posted the first status at the same moment: the older one stays, ours goes."""
        mine = room.status_ts
        older = await self._find(room, lambda it: type_of(it) == STATUS and float(it["ts"]) < float(mine), _RECENT)
        if older is None:
            return
        await call("chat.delete", self._client.chat_delete(channel=room.channel, ts=mine))
        room.status_ts = str(older["ts"])
        await self._write_status(room, status)

    async def _pin(self, room: _Known) -> None:
        try:
            await call("pins.add", self._client.pins_add(channel=room.channel, timestamp=room.status_ts))
        except Refusal as refusal:
            if refusal.error != "already_pinned":
                raise
        room.pinned = True

    async def _bookmark(self, room: _Known, case: str) -> None:
        """The way to the desk at the top of the channel; a room without one is a room all the same."""
        link = case_link(self._desk_url, case)
        try:
            listed = await call("bookmarks.list", self._client.bookmarks_list(channel_id=room.channel))
            if all(each.get("link") != link for each in listed.get("bookmarks", [])):
                await call(
                    "bookmarks.add",
                    self._client.bookmarks_add(
                        channel_id=room.channel, title="The case at the desk", type="link", link=link
                    ),
                )
        except Refusal as refusal:
            logging.getLogger("holdfast.slack").warning("no bookmark in the room of %s: %s", case, refusal.sentence)
        room.bookmarked = True

    # -- posting once -------------------------------------------------------------------------------------

    async def _post_once(
        self,
        room: _Known,
        key: str,
        text: str,
        blocks: Sequence[Block] | None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        """Slack knows no idempotency key, so we look for ours before each post: any call may be a second attempt."""

        def is_it(message: dict[str, Any]) -> bool:
            return type_of(message) == POST and _payload(message).get("key") == key

        if await self._find(room, is_it, _RECENT) is None:
            payload = {**(about or {}), "key": key}
            await self._post(room, text, blocks, {"event_type": POST, "event_payload": payload}, is_it)

    async def _post(
        self, room: _Known, text: str, blocks: Sequence[Block] | None, metadata: dict[str, Any], is_it: Wanted
    ) -> str:
        """Post, and if the answer is lost look whether it stands."""
        wait = room.last_post + self._pace - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)
        try:
            posted = await call(
                "chat.postMessage",
                self._client.chat_postMessage(
                    channel=room.channel, text=text, blocks=blocks, metadata=metadata, unfurl_links=False
                ),
            )
        except Uncertain:
            found = await self._find(room, is_it, _RECENT)
            if found is None:
                raise
            return str(found["ts"])
        finally:
            room.last_post = asyncio.get_running_loop().time()
        return str(posted["ts"])

    async def _find(self, room: _Known, wanted: Wanted, pages: int) -> dict[str, Any] | None:
        """The newest message of *ours* that fits: metadata of others proves nothing."""
        me, cursor = await self._self(), ""
        for _ in range(pages):
            read = await call(
                "conversations.history",
                self._client.conversations_history(
                    channel=room.channel, include_all_metadata=True, limit=_PAGE, cursor=cursor or None
                ),
            )
            for each in read.get("messages", []):
                if each.get("user") == me and wanted(each):
                    found: dict[str, Any] = each
                    return found
            cursor = (read.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return None


def _names(name: str) -> Iterator[str]:
    yield name
    for number in range(2, _NAMES + 1):
        yield f"{name}-{number}"


def type_of(message: Mapping[str, Any]) -> str:
    """What kind of message of ours it is; empty for any other."""
    return str((message.get("metadata") or {}).get("event_type", ""))


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (message.get("metadata") or {}).get("event_payload") or {}
    return payload


def _remembered(room: _Known, message: dict[str, Any]) -> bool:
    """Whether it is the status; on the way there, newest first, each card says whom it called."""
    payload = _payload(message)
    if type_of(message) == POST and payload.get("subject") and payload["subject"] not in room.called:
        room.called[str(payload["subject"])] = tuple(filter(None, str(payload.get("people", "")).split(",")))
    return type_of(message) == STATUS


def _at(status: Projection) -> str:
    return status.updated_at.isoformat() if status.updated_at else ""


def _older(at: datetime | None, than: object) -> bool:
    """Whether `at` lies before the written moment; what has no time is never older."""
    return at is not None and isinstance(than, str) and than != "" and at < datetime.fromisoformat(than)


@asynccontextmanager
async def open_room(
    api_url: str | None, bot_token: str, desk_url: str, *, pace: float = PACE
) -> AsyncIterator[SlackRoom]:
    """Rooms in this workspace; `api_url` None is Slack's own. Asks nothing of Slack before the first case does."""
    async with open_client(api_url, bot_token) as client:
        yield SlackRoom(client, desk_url=desk_url, pace=pace)
