"""How records look on the wire: the objects of Slack's API, as its reference shows them."""

from __future__ import annotations

from integrations.simulator.slack.model import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    Json,
    Message,
    User,
    View,
)


def team_object() -> Json:
    return {"id": TEAM_ID, "domain": TEAM_DOMAIN}


def user_object(user: User) -> Json:
    return {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "real_name": user.name,
        "deleted": False,
        "is_bot": user.is_bot,
        "is_admin": False,
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "profile": {"real_name": user.name, "display_name": user.name, "email": user.email, "team": TEAM_ID},
    }


def channel_object(channel: Channel) -> Json:
    common = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_channel": channel.kind in ("public", "private"),
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.is_private,
        "context_team_id": TEAM_ID,
    }
    if channel.kind == "im":
        return {**common, "user": next(member for member in channel.members if member != BOT_USER)}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "creator": channel.creator,
        "is_general": channel.name == "general",
        "is_member": BOT_USER in channel.members,
        "topic": {"value": channel.topic, "creator": BOT_USER if channel.topic else "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def payload_channel_name(channel: Channel) -> str:
    """In what Slack sends to an app, private conversations do not show their name."""
    return {"public": channel.name, "private": "privategroup", "im": "directmessage"}.get(
        channel.kind, f"mpdm-{channel.id.lower()}"
    )


def message_object(message: Message, *, metadata: bool = True) -> Json:
    shown: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM_ID}
    if message.user == BOT_USER:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
    if message.client_msg_id:
        shown["client_msg_id"] = message.client_msg_id
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited_ts:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    if metadata and message.metadata is not None:
        shown["metadata"] = message.metadata
    return shown


def view_object(view: View, values: Json | None = None) -> Json:
    given = view.content
    return {
        "id": view.id,
        "team_id": TEAM_ID,
        "type": view.type,
        "blocks": given.get("blocks", []),
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "external_id": given.get("external_id", ""),
        "state": {"values": values or {}},
        "hash": view.hash,
        "title": given.get("title"),
        "submit": given.get("submit"),
        "close": given.get("close"),
        "clear_on_close": bool(given.get("clear_on_close", False)),
        "notify_on_close": bool(given.get("notify_on_close", False)),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }
