"""Who asks: the user of a payload that Slack signed or sent over our own socket, and only of our own organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.authorization import AuthorizeResult

FOREIGN = "foreign"  # no id of Slack's looks like this, so the directory knows nobody by it


def user_of(body: Mapping[str, Any], ours: AuthorizeResult | None) -> str:
    """The Slack id by which the directory knows somebody; `FOREIGN` for a guest from another organisation.

    A channel shared with another company brings its people's presses too. On an Enterprise Grid the organisation
    counts, since a person keeps one id in all of its workspaces; elsewhere the workspace does.
    """
    user: Any = body.get("user") or body.get("event", {}).get("user") or {}
    found = str(body.get("user_id") or (user.get("id") if isinstance(user, Mapping) else user) or "")
    if ours is None:
        return found
    if ours.enterprise_id:
        named: Any = body.get("enterprise") or {}
        enterprise = body.get("enterprise_id") or (named.get("id") if isinstance(named, Mapping) else "")
        return found if enterprise == ours.enterprise_id else FOREIGN
    # Its user's own workspace; an event and a command name only the one in which they happened.
    team = (user.get("team_id") if isinstance(user, Mapping) else None) or body.get("team_id")
    return found if team == ours.team_id else FOREIGN
