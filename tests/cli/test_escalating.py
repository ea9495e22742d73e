"""Calling the next person from a terminal, as `/incident escalate` does in chat."""

from __future__ import annotations

from collections.abc import Callable

from domain.timeline import Kind
from tests.cli.shell import Shell
from tests.world import World


async def test_the_next_person_is_called_for_one_thing_or_for_all(
    world: World, at_desk: Callable[[str], Shell]
) -> None:
    case = await world.declare()
    waits = await case.open("call-back")
    ada = at_desk("les-ada")
    done = await ada.ok("escalate", case.id, "call-back", "-o", "json")
    assert done.data["subject"] == waits.key
    entry = await case.noted(Kind.ESCALATED)
    assert (entry.who, entry.subject) == ("les-ada", waits.key)
    await ada.ok("escalate", case.id)
