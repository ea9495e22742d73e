"""What each process must be given, and so what it need not be: the list that deployments and tests are checked with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from activities.step import COMMS_QUEUE, DISCLOSURE_QUEUE, ENFORCEMENT_QUEUE, SOP_QUEUE

CODEC_RING, STORE_RING, OUTSIDE_KEY = "codec.json", "store.json", "outside.key"
DESK_KEY, DESK_PUBLIC_KEY = "desk.ed25519", "desk.pub"
NOTARY_KEY, NOTARY_PUBLIC_KEY = "checkpoint.ed25519", "checkpoint.pub"

# Which roles are handed which outside system or record, and with it what opens it.
USES = {
    "platform": {ENFORCEMENT_QUEUE, DISCLOSURE_QUEUE},
    "portal": {DISCLOSURE_QUEUE},
    "pager": {COMMS_QUEUE},
    "room": {COMMS_QUEUE},
    "rota": {COMMS_QUEUE},
    "mail": {DISCLOSURE_QUEUE, COMMS_QUEUE},
    "directory": {SOP_QUEUE, DISCLOSURE_QUEUE, COMMS_QUEUE},
    "records": {SOP_QUEUE, DISCLOSURE_QUEUE},
    "attachments": {SOP_QUEUE},
    "outside ids": {ENFORCEMENT_QUEUE, DISCLOSURE_QUEUE, COMMS_QUEUE},
    "desk's signature": {DISCLOSURE_QUEUE},
}

_SETTINGS = {
    "platform": ("platform_token",),
    "portal": ("portal_token",),
    "pager": ("pager_secret",),
    "room": ("slack_bot_token",),
    "rota": ("pagerduty_token",),
    "records": ("store_url",),
}
_KEYS = {"records": (STORE_RING,), "outside ids": (OUTSIDE_KEY,), "desk's signature": (DESK_PUBLIC_KEY,)}


@dataclass(frozen=True)
class Needs:
    """`secrets` are names of settings, `keys` names of files in the directory of keys."""

    secrets: frozenset[str]
    keys: frozenset[str]


def uses(thing: str, roles: Collection[str]) -> bool:
    """Whether one of these roles is handed this."""
    return not USES[thing].isdisjoint(roles)


def needs_of(role: str) -> Needs:
    """What a worker of this role reads. The codec's ring is everybody's who speaks to Temporal."""
    mine = [thing for thing, roles in USES.items() if role in roles]
    secrets = {name for thing in mine for name in _SETTINGS.get(thing, ())}
    keys = {name for thing in mine for name in _KEYS.get(thing, ())}
    return Needs(frozenset(secrets), frozenset({CODEC_RING, *keys}))


DESK = Needs(
    frozenset(
        {
            "store_url",
            "slack_bot_token",
            "slack_app_token",
            "slack_signing_secret",
            "pager_secret",
            "pagerduty_token",
            "witness_token",
        }
    ),
    frozenset({CODEC_RING, STORE_RING, OUTSIDE_KEY, DESK_KEY, DESK_PUBLIC_KEY, NOTARY_KEY, NOTARY_PUBLIC_KEY}),
)
"""What the desk reads: the one process with the private keys. Of outside systems it is handed the chat, the pager (it
calls when tonight's rota has a hole) and the witness."""

AUDITOR = Needs(frozenset({"store_url", "pager_secret", "deadman_url"}), frozenset({STORE_RING}))
"""What the auditor reads: the ledger, and the two ways in which it says what is wrong."""
