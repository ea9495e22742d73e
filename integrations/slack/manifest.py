"""What our Slack app is allowed and shows, generated from what the adapter does, and checked by Slack's own limits.

Limits: https://api.slack.com/reference/manifests (read November 2026).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from domain.base import Strict
from domain.errors import Code, HoldfastError
from integrations.slack.app import COMMAND, ESCALATE_MESSAGE, REPORT

# The scope of each Web API method that the adapter calls, for private channels; empty needs none.
SCOPES: dict[str, str] = {
    "apps.connections.open": "",  # the app token's own, connections:write
    "auth.test": "",
    "bookmarks.add": "bookmarks:write",
    "bookmarks.list": "bookmarks:read",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.archive": "groups:write",
    "conversations.create": "groups:write",
    "conversations.history": "groups:history",
    "conversations.info": "groups:read",
    "conversations.invite": "groups:write",
    "conversations.kick": "groups:write",
    "conversations.members": "groups:read",
    "conversations.replies": "groups:history",
    "conversations.setTopic": "groups:write",
    "pins.add": "pins:write",
    "users.conversations": "groups:read",
    "views.open": "",
    "views.publish": "",
    "views.update": "",
}
COMMANDS_SCOPE = "commands"
BOT_EVENTS = ("app_home_opened",)

Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")]


def text(most: int) -> Any:
    return Field(min_length=1, max_length=most)


class DisplayInformation(Strict):
    name: str = text(35)
    description: str = text(140)
    background_color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")


class AppHome(Strict):
    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class BotUser(Strict):
    display_name: str = Field(max_length=80, pattern=r"^[a-z0-9._-]+$")
    always_online: bool


class SlashCommand(Strict):
    command: str = Field(max_length=32, pattern=r"^/[a-z0-9_-]+$")
    description: str = text(2000)
    usage_hint: str = text(1000)
    should_escape: bool
    url: Url | None = None


class Shortcut(Strict):
    name: str = text(24)
    callback_id: str = text(255)
    description: str = text(150)
    type: Literal["message", "global"]


class Features(Strict):
    app_home: AppHome
    bot_user: BotUser
    slash_commands: tuple[SlashCommand, ...] = Field(max_length=50)
    shortcuts: tuple[Shortcut, ...] = Field(max_length=10)


class BotScopes(Strict):
    bot: tuple[str, ...] = Field(max_length=255)


class Oauth(Strict):
    scopes: BotScopes


class Events(Strict):
    bot_events: tuple[str, ...] = Field(max_length=100)
    request_url: Url | None = None


class Interactivity(Strict):
    is_enabled: bool
    request_url: Url | None = None


class AppSettings(Strict):
    event_subscriptions: Events
    interactivity: Interactivity
    org_deploy_enabled: bool
    socket_mode_enabled: bool
    token_rotation_enabled: bool


class Metadata(Strict):
    major_version: int = 1


class Manifest(Strict):
    """An app manifest. Slack counts `callback_id`s and commands as one app's own, so each is there once."""

    metadata: Metadata = Field(default=Metadata(), serialization_alias="_metadata")
    display_information: DisplayInformation
    features: Features
    oauth_config: Oauth
    settings: AppSettings

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def wanted_scopes() -> tuple[str, ...]:
    """Every scope that the adapter needs, and no other."""
    return tuple(sorted({COMMANDS_SCOPE, *filter(None, SCOPES.values())}))


def manifest(url: str = "") -> Manifest:
    """The manifest for Socket Mode or, with the `url` where Slack reaches us, for HTTP.

    Raises:
        HoldfastError: `invalid` for a URL that Slack would not take.
    """
    there = url or None
    try:
        return Manifest(
            display_information=DisplayInformation(
                name="Holdfast",
                description="Trust & Safety incidents: open them, see who is waited for, decide at the desk.",
                background_color="#1c2b39",
            ),
            features=Features(
                app_home=AppHome(home_tab_enabled=True, messages_tab_enabled=True, messages_tab_read_only_enabled=True),
                bot_user=BotUser(display_name="holdfast", always_online=True),
                slash_commands=(
                    SlashCommand(
                        command=COMMAND,
                        description="Open an incident, or act on one",
                        usage_hint="[edr | status | take | note | escalate | help …]",
                        should_escape=True,  # mentions arrive as ids, never as names that two people share
                        url=there,
                    ),
                ),
                shortcuts=(
                    Shortcut(
                        name="Escalate this message",
                        callback_id=ESCALATE_MESSAGE,
                        description="Open an incident about this message",
                        type="message",
                    ),
                    Shortcut(
                        name="Report an incident",
                        callback_id=REPORT,
                        description="Say what has happened; the people on duty are called",
                        type="global",
                    ),
                ),
            ),
            oauth_config=Oauth(scopes=BotScopes(bot=wanted_scopes())),
            settings=AppSettings(
                event_subscriptions=Events(bot_events=BOT_EVENTS, request_url=there),
                interactivity=Interactivity(is_enabled=True, request_url=there),
                org_deploy_enabled=True,
                socket_mode_enabled=there is None,
                token_rotation_enabled=False,
            ),
        )
    except ValidationError as error:
        fields = {".".join(str(part) for part in each["loc"]) for each in error.errors()}
    raise HoldfastError(Code.INVALID, f"Slack takes an https address only: {', '.join(sorted(fields))}")
