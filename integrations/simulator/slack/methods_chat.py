"""chat.*: what an incident's cards and status lines go through."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from integrations.simulator.slack.arguments import Arguments
from integrations.simulator.slack.blocks import accept_blocks
from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.model import BOT_USER, Channel, Json, Message
from integrations.simulator.slack.render import message_object
from integrations.simulator.slack.workspace import Workspace

TEXT_LENGTH = 40_000  # Slack: longer messages are refused with msg_too_long
METADATA_KEY = "key"


def read_content(args: Arguments) -> Json:
    """The fields of a message. Raises SlackError no_text, msg_too_long, invalid_blocks, ..."""
    text = args.text("text") or args.text("markdown_text")
    blocks = accept_blocks(args.structure("blocks"))
    attachments = args.structure("attachments") or []
    if len(text) > TEXT_LENGTH:
        raise SlackError("msg_too_long")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    metadata = args.structure("metadata")
    if metadata is not None and not _is_metadata(metadata):
        raise SlackError("invalid_metadata_format")
    return {"text": text, "blocks": blocks, "attachments": attachments, "metadata": metadata}


def _is_metadata(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("event_type"), str)
        and isinstance(value.get("event_payload"), dict)
    )


def message_key(args: Arguments) -> str | None:
    """What makes two posts the same act: `client_msg_id`, or the metadata's `event_payload.key`, or all of it.

    Real Slack documents no such key and removes no duplicates; neither does the stand-in. It only counts.
    """
    if client_msg_id := args.optional("client_msg_id"):
        return client_msg_id
    metadata = args.structure("metadata")
    if not _is_metadata(metadata):
        return None
    named = metadata["event_payload"].get(METADATA_KEY)
    return str(named) if named else json.dumps(metadata, sort_keys=True)


def target(slack: Workspace, reference: str) -> Channel:
    """Where a message goes: a channel's id or (here only) name, or a person's id for their direct message."""
    if reference in slack.state.users:
        return slack.direct_message([reference])[0]
    by_name = slack.find_channel(reference)
    return slack.channel_for_app(by_name.id if by_name else reference, open_=True, joined=True)


def post_message(slack: Workspace, args: Arguments) -> Json:
    key = message_key(args)
    if key is not None and key not in slack.state.keys:
        slack.state.keys.append(key)
    content = read_content(args)
    channel = target(slack, args.required("channel"))
    thread_ts = args.optional("thread_ts")
    if thread_ts is not None and all(m.ts != thread_ts for m in channel.messages):
        raise SlackError("thread_not_found")
    slack.pace(channel)
    content |= {
        "thread_ts": thread_ts,
        "broadcast": args.flag("reply_broadcast"),
        "client_msg_id": args.optional("client_msg_id"),
    }
    message = slack.post(channel, BOT_USER, content)
    slack.state.applied += 1
    return {"channel": channel.id, "ts": message.ts, "message": message_object(message)}


def post_ephemeral(slack: Workspace, args: Arguments) -> Json:
    content = read_content(args)
    channel = slack.channel_for_app(args.required("channel"), open_=True, joined=True)
    reader = slack.user(args.required("user"))
    if reader.id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = slack.post(channel, BOT_USER, content, ephemeral_to=reader.id)
    return {"message_ts": message.ts}


def update(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"), open_=True)
    message = _own(channel, args.required("ts"), "cant_update_message")
    edit(slack, message, args, whole=False)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_object(message),
    }


def edit(slack: Workspace, message: Message, args: Arguments, *, whole: bool) -> None:
    """Replace what is given, or the `whole` message.

    chat.update keeps blocks and attachments that are not mentioned, buttons included; only an empty list removes
    them (reported by users in slackapi/python-slack-sdk#523 and slack-go/slack#1214).
    """
    content = read_content(args)
    message.text = content["text"] or message.text
    if whole or "blocks" in args:
        message.blocks = content["blocks"]
    if whole or "attachments" in args:
        message.attachments = content["attachments"]
    if content["metadata"] is not None:
        message.metadata = content["metadata"]
    message.edited_ts = slack.next_ts()


def delete(slack: Workspace, args: Arguments) -> Json:
    channel = slack.channel_for_app(args.required("channel"))
    message = _own(channel, args.required("ts"), "cant_delete_message")
    channel.messages.remove(message)
    if message.ts in channel.pins:
        channel.pins.remove(message.ts)
    return {"channel": channel.id, "ts": message.ts}


def _own(channel: Channel, ts: str, otherwise: str) -> Message:
    for message in channel.messages:
        if message.ts == ts:
            if message.user != BOT_USER:
                raise SlackError(otherwise)
            return message
    raise SlackError("message_not_found")


METHODS: Mapping[str, Callable[[Workspace, Arguments], Json]] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
}
