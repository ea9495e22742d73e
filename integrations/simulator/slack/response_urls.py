"""What an app may do through a `response_url`: answer, replace or delete, five times within 30 minutes."""

from __future__ import annotations

from integrations.simulator.slack.arguments import Arguments
from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.methods_chat import edit, read_content
from integrations.simulator.slack.model import BOT_USER, Channel, Json, Message, ResponseUrl
from integrations.simulator.slack.workspace import Workspace


def respond(slack: Workspace, token: str, args: Arguments) -> None:
    """Raises SlackError: invalid_url, expired_url, used_url, or what is wrong with the message."""
    hook = slack.spend_response_url(token)
    channel = slack.state.channels[hook.channel]
    if args.flag("delete_original"):
        original = _original(slack, channel, hook)
        (channel.messages if original.ephemeral_to is None else channel.ephemerals).remove(original)
        hook.messages.append({"delete_original": True})
    elif args.flag("replace_original"):
        original = _original(slack, channel, hook)
        edit(slack, original, args, whole=True)
        hook.messages.append({"replace_original": True, "text": original.text, "blocks": original.blocks})
    else:
        content = read_content(args)
        hook.messages.append({**content, "response_type": args.text("response_type", "ephemeral")})
        show(slack, channel, hook.user, content, in_channel=args.text("response_type") == "in_channel")


def show(slack: Workspace, channel: Channel, user: str, content: Json, *, in_channel: bool) -> Message:
    """The app's answer to a person: for all of the channel, or for that person only."""
    return slack.post(channel, BOT_USER, content, ephemeral_to=None if in_channel else user)


def _original(slack: Workspace, channel: Channel, hook: ResponseUrl) -> Message:
    if hook.message_ts is None:
        raise SlackError("no_original_message")
    return slack.message(channel, hook.message_ts)
