"""What a person means by `release`: the one open thing whose key or name it fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.cli.exits import Told
from domain.desk import Desk, Waiting
from domain.errors import Code, HoldfastError
from domain.ids import parse_case_id, spell_case_id

_BESIDE = ("review", "wellbeing")


def case_of(text: str) -> str:
    """A case id in its one right spelling; `/review` and `/wellbeing` keep their tails.

    Raises:
        HoldfastError: `unknown-case`.
    """
    head, slash, tail = text.strip().partition("/")
    if slash and tail.lower() not in _BESIDE:
        raise HoldfastError(Code.UNKNOWN_CASE)
    return spell_case_id(*parse_case_id(head)) + (f"/{tail.lower()}" if slash else "")


def matching(found: Sequence[Waiting], part: str, kind: str) -> Waiting:
    """The one of these that `part` means: its whole key, else its name, else a part of key or title.

    Raises:
        HoldfastError: `no-such-subject`, naming what is open; `invalid` if it fits several.
    """
    wanted = part.strip().lower()
    tests: tuple[Callable[[Waiting], bool], ...] = (
        lambda each: each.key.lower() == wanted,
        lambda each: wanted in each.key.lower().split("/"),
        lambda each: wanted in each.key.lower() or wanted in each.title.lower(),
    )
    for fits in tests:
        some = [each for each in found if wanted and fits(each)]
        if len(some) == 1:
            return some[0]
        if some:
            keys = ", ".join(sorted(each.key for each in some))
            raise Told(Code.INVALID, f"{part!r} fits several: {keys}. Write one of these keys.")
    known = ", ".join(sorted(each.key for each in found)) or "nothing"
    raise Told(Code.NO_SUCH_SUBJECT, f"No open {kind} of this case is called {part!r}; open now: {known}.")


async def find(desk: Desk, person: str, case: str, part: str, kind: str) -> Waiting:
    """The open gate, task or intervention of a case that `part` means."""
    return matching(await desk.waiting(person, kind=kind, case=case), part, kind)
