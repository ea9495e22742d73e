"""What Slack sends to an app, field by field as its reference shows it."""

from __future__ import annotations

from integrations.simulator.slack.model import (
    APP_ID,
    BOT_USER,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    Json,
    Message,
    User,
    View,
)
from integrations.simulator.slack.render import message_object, payload_channel_name, team_object, view_object

VERIFICATION_TOKEN = "synthetic-verification-token"  # noqa: S105  deprecated by Slack, still in every payload


def slash_command(user: User, channel: Channel, command: str, text: str, *, trigger_id: str, response_url: str) -> Json:
    """Flat text fields, because over HTTP this is a form."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": payload_channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def block_actions_on_message(
    user: User, channel: Channel, message: Message, action: Json, *, trigger_id: str, response_url: str
) -> Json:
    ephemeral = message.ephemeral_to is not None
    payload = {
        **_interaction("block_actions", user, trigger_id),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        },
        "channel": {"id": channel.id, "name": payload_channel_name(channel)},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = message_object(message)
    return payload


def block_actions_on_view(user: User, view: View, action: Json, values: Json, *, trigger_id: str) -> Json:
    return {
        **_interaction("block_actions", user, trigger_id),
        "container": {"type": "view", "view_id": view.id},
        "view": view_object(view, values),
        "actions": [action],
    }


def view_submission(user: User, view: View, values: Json, *, trigger_id: str) -> Json:
    return {
        **_interaction("view_submission", user, trigger_id),
        "view": view_object(view, values),
        "response_urls": [],
    }


def view_closed(user: User, view: View) -> Json:
    """Slack sends no trigger with it: nothing can be opened from a window that was closed."""
    sent = {**_interaction("view_closed", user, ""), "view": view_object(view), "is_cleared": False}
    del sent["trigger_id"]
    return sent


def message_shortcut(
    user: User,
    channel: Channel,
    message: Message,
    callback_id: str,
    *,
    trigger_id: str,
    response_url: str,
    action_ts: str,
) -> Json:
    return {
        **_interaction("message_action", user, trigger_id),
        "callback_id": callback_id,
        "action_ts": action_ts,
        "response_url": response_url,
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": payload_channel_name(channel)},
        "message": message_object(message),
    }


def global_shortcut(user: User, callback_id: str, *, trigger_id: str, action_ts: str) -> Json:
    return {
        **_interaction("shortcut", user, trigger_id),
        "callback_id": callback_id,
        "action_ts": action_ts,
    }


def event_callback(event: Json, *, event_id: str, event_time: int) -> Json:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "event_context": f"4-{event_id}",
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def message_event(channel: Channel, message: Message) -> Json:
    kinds = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
    return {
        **message_object(message),
        "channel": channel.id,
        "channel_type": kinds[channel.kind],
        "event_ts": message.ts,
    }


def home_opened_event(user: User, channel: Channel, view: View | None, ts: str) -> Json:
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": ts,
    }
    if view is not None:
        event["view"] = view_object(view)
    return event


def _interaction(kind: str, user: User, trigger_id: str) -> Json:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "team": team_object(),
        "enterprise": None,
        "is_enterprise_install": False,
    }
