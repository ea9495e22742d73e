"""auth.test and users.*: who the app is, and whom it talks to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.simulator.slack.arguments import Arguments
from integrations.simulator.slack.errors import SlackError
from integrations.simulator.slack.methods_channels import page
from integrations.simulator.slack.model import BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, Json
from integrations.simulator.slack.render import channel_object, user_object
from integrations.simulator.slack.workspace import Workspace


def auth_test(slack: Workspace, args: Arguments) -> Json:
    return {
        "url": f"{slack.base_url}/",
        "team": TEAM_DOMAIN,
        "user": slack.state.users[BOT_USER].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(slack: Workspace, args: Arguments) -> Json:
    return {"user": user_object(slack.user(args.required("user")))}


def users_list(slack: Workspace, args: Arguments) -> Json:
    shown, more = page(list(slack.state.users.values()), args)
    return {"members": [user_object(user) for user in shown], "response_metadata": more}


def users_lookup_by_email(slack: Workspace, args: Arguments) -> Json:
    email = args.required("email").lower()
    for user in slack.state.users.values():
        if user.email.lower() == email:
            return {"user": user_object(user)}
    raise SlackError("users_not_found")


def users_conversations(slack: Workspace, args: Arguments) -> Json:
    """The private conversations that the app itself is in."""
    mine = [each for each in slack.state.channels.values() if each.is_private and BOT_USER in each.members]
    if args.flag("exclude_archived"):
        mine = [each for each in mine if not each.archived]
    shown, more = page(mine, args)
    return {"channels": [channel_object(each) for each in shown], "response_metadata": more}


METHODS: Mapping[str, Callable[[Workspace, Arguments], Json]] = {
    "auth.test": auth_test,
    "users.conversations": users_conversations,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": users_lookup_by_email,
}
