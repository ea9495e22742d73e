"""What a person means: a case by its id or by the room they stand in, what waits by its key or a part of its name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from domain.desk import Waiting
from domain.errors import Code, HoldfastError
from domain.ids import parse_case_id, spell_case_id

# The name of the channel that somebody stands in, by its id; empty if it is no room of ours.
NameOf = Callable[[str], Awaitable[str]]
_BESIDE = ("review", "wellbeing")
_ROOM = re.compile(r"inc-([a-z]{2,5}-[0-9a-z]{5}-[0-9a-z]{5})(?:-(review))?(?:-\d)?")


def case_in(text: str) -> str:
    """A case id in its one right spelling, or empty if the text is none."""
    head, slash, tail = text.strip().strip("`*").partition("/")
    if slash and tail.lower() not in _BESIDE:
        return ""
    try:
        return spell_case_id(*parse_case_id(head)) + (f"/{tail.lower()}" if slash else "")
    except HoldfastError:
        return ""


def case_of_room(name: str) -> str:
    """The case whose room has this name; empty for any other channel."""
    found = _ROOM.fullmatch(name)
    if found is None:
        return ""
    case = case_in(found[1])
    return f"{case}/{found[2]}" if case and found[2] else case


def meant(found: Sequence[Waiting], part: str) -> Waiting:
    """The one of these that `part` means: its whole key, else its name, else a part of its key.

    Raises:
        HoldfastError: `no-such-subject` for none, `invalid` for several, naming the keys that there are.
    """
    wanted = part.strip().lower()
    tests: tuple[Callable[[Waiting], bool], ...] = (
        lambda each: each.key.lower() == wanted,
        lambda each: wanted in each.key.lower().split("/"),
        lambda each: wanted in each.key.lower(),
    )
    for fits in tests:
        some = [each for each in found if wanted and fits(each)]
        if len(some) == 1:
            return some[0]
        if some:
            raise HoldfastError(Code.INVALID, f"that fits several: {_keys(some)}")
    raise HoldfastError(Code.NO_SUCH_SUBJECT, f"open now: {_keys(found)}")


def _keys(found: Sequence[Waiting]) -> str:
    return ", ".join(sorted(each.key for each in found)) or "nothing"
