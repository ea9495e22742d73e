"""The code on the phone: read out once by whoever made the call; one that was not seen is made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from console.drilling.partners import OnThePhone
from domain.acts import Cannot
from domain.desk import Speak, Spoken, Waiting
from domain.errors import Code, HoldfastError
from domain.people import Person, Role
from integrations.simulator.agency import Agency, Opened, Opener

CALLER = Person(id="les", name="Les Example", roles=(Role.LE_SPECIALIST,))


def waiting(key: str = "notify/a.speak-code/1", **more: Any) -> Waiting:
    drawn: dict[str, Any] = {
        "case": "EDR-SYNTHETIC", "key": key, "kind": "task", "title": "synthetic", "severity": 1,
        "opened_at": datetime(2026, 1, 1, tzinfo=UTC), "nonce": "n", "digest": "d", "rungs": 1,
    }  # fmt: skip
    return Waiting(**{**drawn, **more})


class Desk:
    """Shows a code once; `refuses` with a code from the first time on."""

    def __init__(self, refuses: Code | None = None) -> None:
        self.asked: list[tuple[str, str]] = []
        self._refuses = refuses

    async def code_to_speak(self, person: str, wanted: Speak) -> Spoken:
        self.asked.append((person, wanted.subject))
        if self._refuses is not None:
            raise HoldfastError(self._refuses)
        return Spoken(code="SYNTH-ETIC")


class Portal:
    """Counts who comes."""

    def __init__(self) -> None:
        self.came: list[str] = []

    async def opens(self, case: str, code: str, by: Opener, *, at: datetime | None = None) -> Opened:
        self.came.append(code)
        return Opened(200, fields=("email",))


def phone(desk: Desk, portal: Portal, opener: Opener | None = Opener()) -> OnThePhone:  # noqa: B008 - frozen
    return OnThePhone({CALLER.id: desk}, cast("Agency", portal), opener)


async def test_the_code_is_asked_for_and_typed_once_however_often_the_task_is_looked_at() -> None:
    desk, portal = Desk(), Portal()
    on = phone(desk, portal)
    assert [await on.answer(CALLER, waiting()) for _ in range(3)] == [None, None, None]
    assert desk.asked == [("les", "notify/a.speak-code/1")]
    assert portal.came == ["SYNTH-ETIC"]


async def test_a_code_that_was_shown_already_is_said_so_that_another_is_made() -> None:
    portal = Portal()
    assert await phone(Desk(Code.NOT_ALLOWED), portal).answer(CALLER, waiting()) == Cannot(code="code-not-shown")
    assert portal.came == []


async def test_nothing_else_is_answered_and_nobody_comes_where_nobody_should() -> None:
    desk, portal = Desk(), Portal()
    on = phone(desk, portal, None)
    assert await on.answer(CALLER, waiting("notify/a.release-call/1")) is None
    assert await on.answer(CALLER, waiting(kind="gate")) is None
    assert desk.asked == []
    assert await on.answer(CALLER, waiting()) is None
    assert (len(desk.asked), portal.came) == (1, [])
