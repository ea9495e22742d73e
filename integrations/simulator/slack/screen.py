"""What one person sees: their channels, messages that are for them, their Home tab and the form on top of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from integrations.simulator.slack.model import Channel, Json, Message, State, View
from integrations.simulator.slack.people import UserVerbs

_MESSAGES = 200  # of one channel on one screen


@dataclass(frozen=True)
class Shortcut:
    """An entry of Slack's menus that the app has registered: for a `message`, or `global`."""

    type: Literal["message", "global"]
    name: str
    callback_id: str

    @classmethod
    def of_manifest(cls, manifest: Json) -> tuple[Self, ...]:
        """Those that an app's manifest asks for."""
        listed: list[Json] = manifest.get("features", {}).get("shortcuts", [])
        return tuple(cls(each["type"], each["name"], each["callback_id"]) for each in listed)


def screen(people: UserVerbs, user: str, bot_name: str, shortcuts: Sequence[Shortcut]) -> Json | None:
    """None for somebody who is no person of the workspace."""
    state = people.workspace.state
    who = state.users.get(user)
    if who is None or who.is_bot:
        return None
    mine = [each for each in state.channels.values() if user in each.members]
    return {
        "app": bot_name,
        "names": {each.id: each.name for each in state.users.values()},
        "channels": [_channel(state, each, user) for each in mine],
        "home": _view(people.home(user)),
        "modal": _view(people.modal(user)),
        "shortcuts": [asdict(each) for each in shortcuts],
    }


def _channel(state: State, channel: Channel, user: str) -> Json:
    seen = [*channel.messages, *(each for each in channel.ephemerals if each.ephemeral_to == user)]
    newest = sorted(seen, key=lambda each: each.ts)[-_MESSAGES:]
    kept = channel.model_dump(include={"id", "name", "kind", "archived", "topic", "members", "bookmarks"})
    return {**kept, "messages": [_message(state, channel, each) for each in newest]}


def _message(state: State, channel: Channel, message: Message) -> Json:
    who = state.users.get(message.user)
    return {
        "ts": message.ts,
        "name": who.name if who is not None else message.user,
        "bot": who is not None and who.is_bot,
        "text": message.text,
        "blocks": message.blocks,
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited_ts is not None,
        "pinned": message.ts in channel.pins,
        "thread": message.thread_ts is not None,
    }


def _view(view: View | None) -> Json | None:
    if view is None:
        return None
    shown: dict[str, Any] = {name: view.content.get(name) for name in ("title", "submit", "close", "blocks")}
    return {"id": view.id, "hash": view.hash, **shown}
