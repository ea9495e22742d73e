"""Which desk serves a place, and the least that it is told."""

from __future__ import annotations

from collections.abc import Iterable

from domain.emergency import Scope
from domain.people import Agency

# Who it is, how they are reached, and where they were seen last. A desk that needs more asks for it with its own
# authority.
LEAST = ("name", "phone", "last_login_at", "last_login_ip")


def desk_for(agencies: Iterable[Agency], place: str, *, cyber: bool = False) -> Agency | None:
    """The public-safety desk (or, with `cyber`, the cyber-crime desk) that serves a place such as `US-CA-NORTH`: the
    one that names the narrowest part of it, else one of its country; never one of another country."""
    wanted = place.strip().upper()
    best: tuple[int, str] | None = None
    found: Agency | None = None
    for each in agencies:
        if not (each.cyber_desk if cyber else each.safety_desk):
            continue
        near = max((_depth(served, wanted) for served in each.serves or (each.country,)), default=0)
        if near and (best is None or (-near, each.id) < best):
            best, found = (-near, each.id), each
    return found


def _depth(served: str, wanted: str) -> int:
    """How many parts of a place a desk names; 0 where it serves another place, or a part that we do not know of."""
    parts, asked = served.split("-"), wanted.split("-")
    return len(parts) if asked[: len(parts)] == parts else 0


def least(scope: Scope) -> Scope:
    """Of what a desk may be told by law, what it needs to find somebody."""
    return scope.only(LEAST)
