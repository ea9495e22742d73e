"""Which desk serves a place, and the least that it is told."""

from __future__ import annotations

from collections.abc import Iterable

from domain.emergency import Scope
from domain.people import Agency

# Who it is, how they are reached, and where they were seen last. A desk that needs more asks for it with its own
# authority.
LEAST = ("name", "phone", "last_login_at", "last_login_ip")


def desks_for(agencies: Iterable[Agency], place: str, *, cyber: bool = False) -> tuple[Agency, ...]:
    """The public-safety desks (or, with `cyber`, cyber-crime desks) that serve a place such as `US-CA-NORTH`: those
    that name the narrowest part of it first, then the wider, then the country's; never one of another country."""
    wanted = place.strip().upper()
    kind = [each for each in agencies if (each.cyber_desk if cyber else each.safety_desk)]
    near = {each.id: max(_depth(served, wanted) for served in each.serves or (each.country,)) for each in kind}
    return tuple(sorted((each for each in kind if near[each.id]), key=lambda each: (-near[each.id], each.id)))


def _depth(served: str, wanted: str) -> int:
    """How many parts of a place a desk names; 0 where it serves another place, or a part that we do not know of."""
    parts, asked = served.split("-"), wanted.split("-")
    return len(parts) if asked[: len(parts)] == parts else 0


def least(scope: Scope) -> Scope:
    """Of what a desk may be told by law, what it needs to find somebody."""
    return scope.only(LEAST)
