"""The workspace itself: people, channels, messages, and the short lives of triggers and response URLs."""

from __future__ import annotations

import asyncio
import math
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.model import (
    BOT_USER,
    Channel,
    ChannelKind,
    Json,
    Message,
    ResponseUrl,
    State,
    Trigger,
    User,
    View,
)

TRIGGER_SECONDS = 3.0  # Slack: a trigger_id expires three seconds after it was sent
RESPONSE_URL_SECONDS = 30 * 60.0  # Slack: a response_url is valid for 30 minutes ...
RESPONSE_URL_USES = 5  # ... and for five uses


class Workspace:
    """State and its rules. Every change calls `changed()`: the file is written and waiters look again."""

    def __init__(self, *, now: Callable[[], float], state_path: Path | None, post_interval: float) -> None:
        self.now = now
        self._post_interval = post_interval
        self._last_post: dict[str, float] = {}
        self.base_url = ""
        self._path = state_path
        self._tick = asyncio.Event()
        self.version = 0
        self.state = State()

    def load(self, users: Mapping[str, str], channels: Mapping[str, str], bot_name: str) -> None:
        """Read the file if there is one, then add whoever and whatever it does not know yet."""
        if self._path is not None and self._path.exists():
            self.state = State.model_validate_json(self._path.read_bytes())
        for user_id, name in {**users, BOT_USER: bot_name}.items():
            bot = user_id == BOT_USER
            user = User(id=user_id, name=name, email="" if bot else f"{name}@example.org", is_bot=bot)
            self.state.users.setdefault(user_id, user)
        for channel_id, name in channels.items():
            if channel_id not in self.state.channels:
                self.add_channel(name, "public", BOT_USER, [BOT_USER, *users], channel_id=channel_id)

    def changed(self) -> None:
        if self._path is not None:
            beside = self._path.with_name(self._path.name + ".new")
            beside.write_text(self.state.model_dump_json(), encoding="utf-8")
            os.replace(beside, self._path)
        self.version += 1
        self._tick.set()
        self._tick = asyncio.Event()

    def newer_than(self, version: int) -> bool:
        """Whether anything changed since."""
        return self.version > version

    async def until(self, condition: Callable[[], object], timeout: float) -> None:
        """Return when the condition holds; it is asked after every change. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not condition():
                await self._tick.wait()

    def pace(self, channel: Channel) -> None:
        """Refuse a post that follows the app's last one too closely (`ratelimited`)."""
        last = self._last_post.get(channel.id, float("-inf"))
        wait = last + self._post_interval - self.now()
        if wait > 0:
            raise SlackError("ratelimited", retry_after=math.ceil(wait))
        self._last_post[channel.id] = self.now()

    def next_id(self, prefix: str) -> str:
        self.state.counter += 1
        return f"{prefix}0SIM{self.state.counter:06d}"

    def next_ts(self) -> str:
        """Strictly increasing, so that a `ts` is an id even when the clock stands still."""
        self.state.last_ts = max(int(self.now() * 1_000_000), self.state.last_ts + 1)
        return f"{self.state.last_ts // 1_000_000}.{self.state.last_ts % 1_000_000:06d}"

    def user(self, user_id: str) -> User:
        found = self.state.users.get(user_id)
        if found is None:
            raise SlackError("user_not_found")
        return found

    def find_channel(self, reference: str) -> Channel | None:
        """By id, by `#name`, or by name; only people and chat.postMessage may use names."""
        if reference in self.state.channels:
            return self.state.channels[reference]
        name = reference.removeprefix("#")
        return next((c for c in self.state.channels.values() if c.name == name), None)

    def channel_for_app(self, reference: str, *, joined: bool = False, open_: bool = False) -> Channel:
        """A channel by id, as the app sees it: a private one it is not in does not exist for it.

        `joined` demands membership (`not_in_channel`), `open_` one that is not archived (`is_archived`).
        """
        channel = self.state.channels.get(reference)
        member = channel is not None and BOT_USER in channel.members
        if channel is None or (channel.is_private and not member):
            raise SlackError("channel_not_found")
        if open_ and channel.archived:
            raise SlackError("is_archived")
        if joined and not member:
            raise SlackError("not_in_channel")
        return channel

    def add_channel(
        self, name: str, kind: ChannelKind, creator: str, members: list[str], *, channel_id: str | None = None
    ) -> Channel:
        channel = Channel(
            id=channel_id or self.next_id("D" if kind == "im" else "C"),
            name=name,
            kind=kind,
            creator=creator,
            created=int(self.now()),
            members=list(dict.fromkeys(members)),
        )
        self.state.channels[channel.id] = channel
        return channel

    def direct_message(self, users: list[str]) -> tuple[Channel, bool]:
        """The conversation between the app and these people, and whether it was there before."""
        members = sorted({BOT_USER, *users})
        for channel in self.state.channels.values():
            if channel.kind in ("im", "mpim") and sorted(channel.members) == members:
                return channel, True
        kind: ChannelKind = "im" if len(members) == 2 else "mpim"
        return self.add_channel(f"dm-{'-'.join(members).lower()}", kind, BOT_USER, members), False

    def message(self, channel: Channel, ts: str) -> Message:
        for message in [*channel.messages, *channel.ephemerals]:
            if message.ts == ts:
                return message
        raise SlackError("message_not_found")

    def post(self, channel: Channel, user: str, content: Json, *, ephemeral_to: str | None = None) -> Message:
        """Put a message there; `content` holds the fields of `Message` other than who, when and for whom."""
        message = Message(ts=self.next_ts(), user=user, ephemeral_to=ephemeral_to, **content)
        (channel.messages if ephemeral_to is None else channel.ephemerals).append(message)
        return message

    def new_trigger(self, user: str) -> str:
        trigger = Trigger(id=f"{self.next_ts()}.{secrets.token_hex(8)}", user=user, created=self.now())
        self.state.triggers[trigger.id] = trigger
        return trigger.id

    def spend_trigger(self, trigger_id: str) -> str:
        """The user behind the trigger, which is then used up."""
        trigger = self.state.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.now() - trigger.created > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def new_response_url(self, channel: str, user: str, message_ts: str | None) -> ResponseUrl:
        hook = ResponseUrl(
            token=secrets.token_urlsafe(18),
            channel=channel,
            user=user,
            message_ts=message_ts,
            created=self.now(),
        )
        self.state.response_urls[hook.token] = hook
        return hook

    def spend_response_url(self, token: str) -> ResponseUrl:
        hook = self.state.response_urls.get(token)
        if hook is None:
            raise SlackError("invalid_url")
        if self.now() - hook.created > RESPONSE_URL_SECONDS:
            raise SlackError("expired_url")
        if hook.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        hook.uses += 1
        return hook

    def new_hash(self) -> str:
        return f"{self.next_ts().split('.')[0]}.{secrets.token_hex(4)}"

    def add_view(self, user: str, content: Json, *, under: View | None = None) -> View:
        view_id = self.next_id("V")
        view = View(
            id=view_id,
            type=content["type"],
            user=user,
            content=content,
            hash=self.new_hash(),
            root_id=under.root_id if under else view_id,
            previous_id=under.id if under else None,
        )
        self.state.views[view_id] = view
        return view
