"""Which scope a method wants, as Slack's reference lists it; one of several is enough."""

from __future__ import annotations

from collections.abc import Mapping

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_WRITE = ("channels:manage", "groups:write", "im:write", "mpim:write")

WANTED: Mapping[str, tuple[str, ...]] = {
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": _WRITE,
    "conversations.create": _WRITE,
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.invite": _WRITE,
    "conversations.kick": _WRITE,
    "conversations.members": _READ,
    "conversations.open": _WRITE,
    "conversations.replies": _HISTORY,
    "conversations.setTopic": _WRITE,
    "pins.add": ("pins:write",),
    "users.conversations": _READ,
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}
EVERY = tuple(sorted({scope for any_of in WANTED.values() for scope in any_of} | {"commands"}))
"""What an app has whose installer asked for everything that the stand-in knows."""
