"""What the stand-in remembers, as records that can be written to one file and read back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TEAM_ID = "T0SYNTHETIC"
TEAM_DOMAIN = "synthetic"
APP_ID = "A0SYNTHETIC"
BOT_ID = "B0SYNTHETIC"
BOT_USER = "U0BOT"

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]


class Record(BaseModel):
    """Mutable on purpose: a chat service is a place where things change."""

    model_config = ConfigDict(extra="forbid")


class User(Record):
    id: str
    name: str
    email: str
    is_bot: bool = False
    team: str = TEAM_ID


class Message(Record):
    """`ts` is Slack's id of a message: seconds with six decimals, unique in the workspace.

    `ephemeral_to` names the only user who sees it; such a message is in no history.
    """

    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = Field(default_factory=list)
    attachments: list[Json] = Field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited_ts: str | None = None
    client_msg_id: str | None = None
    ephemeral_to: str | None = None


class Channel(Record):
    id: str
    name: str
    kind: ChannelKind
    creator: str
    created: int
    archived: bool = False
    topic: str = ""
    members: list[str] = Field(default_factory=list)
    messages: list[Message] = Field(default_factory=list)
    ephemerals: list[Message] = Field(default_factory=list)
    pins: list[str] = Field(default_factory=list)
    bookmarks: list[Json] = Field(default_factory=list)

    @property
    def is_private(self) -> bool:
        return self.kind != "public"


class View(Record):
    """A modal or a Home tab as one user sees it. `hash` changes with every update."""

    id: str
    type: Literal["modal", "home"]
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    is_open: bool = True


class Trigger(Record):
    id: str
    user: str
    created: float
    used: bool = False


class ResponseUrl(Record):
    """A `response_url`: where it answers to, how often it was used, and what it was sent."""

    token: str
    channel: str
    user: str
    message_ts: str | None
    created: float
    uses: int = 0
    messages: list[Json] = Field(default_factory=list)


class State(Record):
    """Everything. `keys` are the distinct keys of posted messages, `applied` the messages really posted."""

    users: dict[str, User] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    views: dict[str, View] = Field(default_factory=dict)
    homes: dict[str, str] = Field(default_factory=dict)
    triggers: dict[str, Trigger] = Field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = Field(default_factory=dict)
    counter: int = 0
    last_ts: int = 0
    requests: int = 0
    keys: list[str] = Field(default_factory=list)
    applied: int = 0
