"""conversations.*, pins.add, bookmarks.add: the rooms an incident is worked in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from integrations.simulator.slack.arguments import Arguments
from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.model import BOT_USER, Channel, ChannelKind, Json, Message
from integrations.simulator.slack.render import channel_object, message_object
from integrations.simulator.slack.workspace import Workspace

T = TypeVar("T")
_NAME_LENGTH = 80
_TOPIC_LENGTH = 250


def page(items: list[T], args: Arguments) -> tuple[list[T], Json]:
    """One page and its `response_metadata`; the cursor is the offset, which callers must treat as opaque."""
    limit = args.number("limit", default=100, highest=1000)
    try:
        start = int(args.text("cursor") or 0)
    except ValueError as error:
        raise SlackError("invalid_cursor") from error
    end = start + limit
    return items[start:end], {"next_cursor": str(end) if end < len(items) else ""}


def create(slack: Workspace, args: Arguments) -> Json:
    name = args.text("name")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > _NAME_LENGTH:
        raise SlackError("invalid_name_maxlength")
    if not re.fullmatch(r"[\w-]+", name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if slack.find_channel(name) is not None:
        raise SlackError("name_taken")
    kind: ChannelKind = "private" if args.flag("is_private") else "public"
    channel = slack.add_channel(name, kind, BOT_USER, [BOT_USER])
    return {"channel": channel_object(channel)}


def invite(slack: Workspace, args: Arguments) -> Json:
    """All or nothing, unless `force`: then those who can be invited are, and the rest is listed."""
    channel = slack.channel_for_app(args.required("channel"), joined=True, open_=True)
    users = args.names("users")
    if not users:
        raise SlackError("no_user")
    errors = [
        {"user": user, "ok": False, "error": code}
        for user in users
        if (code := _refusal(slack, channel, user)) is not None
    ]
    refused = {error["user"] for error in errors}
    if errors and (not args.flag("force") or len(refused) == len(users)):
        raise SlackError(str(errors[0]["error"]), errors=errors)
    channel.members.extend(user for user in users if user not in refused)
    return {"channel": channel_object(channel), **({"errors": errors} if errors else {})}


def _refusal(slack: Workspace, channel: Channel, user: str) -> str | None:
    if user == BOT_USER:
        return "cant_invite_self"
    if user not in slack.state.users:
        return "user_not_found"
    return "already_in_channel" if user in channel.members else None


def kick(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"), joined=True, open_=True)
    user = slack.user(args.required("user"))
    if user.id == BOT_USER:
        raise SlackError("cant_kick_self")
    if user.id not in channel.members:
        raise SlackError("not_in_channel")
    channel.members.remove(user.id)
    return {}


def members(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"))
    shown, more = page(channel.members, args)
    return {"members": shown, "response_metadata": more}


def set_topic(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"), joined=True, open_=True)
    topic = args.text("topic")
    if len(topic) > _TOPIC_LENGTH:
        raise SlackError("too_long")
    channel.topic = topic
    return {"channel": channel_object(channel)}


def archive(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"), joined=True)
    if channel.archived:
        raise SlackError("already_archived")
    if channel.kind in ("im", "mpim"):
        raise SlackError("method_not_supported_for_channel_type")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    channel.archived = True
    return {}


def info(slack: Workspace, args: Arguments) -> Json:
    return {"channel": channel_object(slack.channel_for_app(args.required("channel")))}


def open_direct(slack: Workspace, args: Arguments) -> Json:
    if "channel" in args:
        channel, there = slack.channel_for_app(args.required("channel")), True
    else:
        users = args.names("users")
        if not users:
            raise SlackError("users_list_not_supplied")
        channel, there = slack.direct_message([slack.user(user).id for user in users])
    shown = channel_object(channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if there else {})}


def history(slack: Workspace, args: Arguments) -> Json:
    """Newest first; replies in threads are not part of it, as in Slack."""
    channel = slack.channel_for_app(args.required("channel"), joined=True)
    top = [m for m in channel.messages if m.thread_ts in (None, m.ts) or m.broadcast]
    shown, more = page(_between(list(reversed(top)), args), args)
    return _listing(shown, more, args, channel) | {"pin_count": len(channel.pins)}


def replies(slack: Workspace, args: Arguments) -> Json:
    """The parent and its thread, oldest first."""
    channel = slack.channel_for_app(args.required("channel"), joined=True)
    parent = args.required("ts")
    if all(m.ts != parent for m in channel.messages):
        raise SlackError("thread_not_found")
    thread = [m for m in channel.messages if parent in (m.ts, m.thread_ts)]
    shown, more = page(_between(thread, args), args)
    return _listing(shown, more, args, channel)


def _between(messages: list[Message], args: Arguments) -> list[Message]:
    try:
        oldest = float(args.text("oldest") or 0)
        latest = float(args.text("latest") or "inf")
    except ValueError as error:
        raise SlackError("invalid_ts_oldest") from error
    inclusive = args.flag("inclusive")
    return [m for m in messages if oldest < float(m.ts) < latest or (inclusive and float(m.ts) in (oldest, latest))]


def _listing(shown: list[Message], more: Json, args: Arguments, channel: Channel) -> Json:
    threads = Counter(m.thread_ts for m in channel.messages if m.thread_ts not in (None, m.ts))
    answers = {ts: {"reply_count": count, "thread_ts": ts} for ts, count in threads.items()}
    metadata = args.flag("include_all_metadata")
    return {
        "messages": [message_object(m, metadata=metadata) | answers.get(m.ts, {}) for m in shown],
        "has_more": bool(more["next_cursor"]),
        "response_metadata": more,
    }


def pin(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"), joined=True, open_=True)
    ts = args.optional("timestamp")
    if ts is None:
        raise SlackError("no_item_specified")
    if all(m.ts != ts for m in channel.messages):
        raise SlackError("message_not_found")
    if ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(ts)
    return {}


def add_bookmark(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel_id"), joined=True, open_=True)
    if args.required("type") != "link":
        raise SlackError("invalid_bookmark_type")
    link = args.required("link")
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    bookmark = {
        "id": slack.next_id("Bk"),
        "channel_id": channel.id,
        "title": args.required("title"),
        "link": link,
        "emoji": args.text("emoji"),
        "type": "link",
        "date_created": int(slack.now()),
    }
    channel.bookmarks.append(bookmark)
    return {"bookmark": bookmark}


def list_bookmarks(slack: Workspace, args: Arguments) -> Json:
    return {"bookmarks": slack.channel_for_app(args.required("channel_id"), joined=True).bookmarks}


METHODS: Mapping[str, Callable[[Workspace, Arguments], Json]] = {
    "conversations.create": create,
    "conversations.invite": invite,
    "conversations.kick": kick,
    "conversations.members": members,
    "conversations.setTopic": set_topic,
    "conversations.archive": archive,
    "conversations.info": info,
    "conversations.open": open_direct,
    "conversations.history": history,
    "conversations.replies": replies,
    "pins.add": pin,
    "bookmarks.add": add_bookmark,
    "bookmarks.list": list_bookmarks,
}
