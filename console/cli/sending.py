"""Sending an act so that it counts once: one id for the act, however often it must be sent."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from console.cli.connect import with_desk
from console.cli.exits import Told
from console.cli.output import Shape, emit_fields
from domain.acts import Act, Recorded
from domain.desk import Desk, Doing, Waiting
from domain.errors import Code, HoldfastError

_TRIES = 3  # the desk gives Temporal 2.5 s for each


def send(who: str, on: Waiting | str, act: Callable[[Desk], Awaitable[Act]], shape: Shape | None) -> None:
    """Send an act on what was shown (or on a case as a whole, by its id) and print what was recorded.

    Raises:
        HoldfastError: `not-recorded` if the case never confirmed it; whatever else the desk answers.
    """
    recorded = with_desk(who, lambda desk, person: _sent(desk, person, on, act))
    case = on if isinstance(on, str) else on.case
    fields: dict[str, object] = {"case": case, "subject": recorded.subject or "the case", "status": recorded.status}
    emit_fields(shape, {"case": case, **recorded.model_dump(mode="json")}, fields)


def send_on(
    who: str,
    case: str,
    subject: Callable[[Desk], Awaitable[tuple[str, str, str]]],
    act: Callable[[Desk], Awaitable[Act]],
    shape: Shape | None,
) -> None:
    """The same on what `subject` looks up first: its key, nonce and digest, as the case has them now."""

    async def both(desk: Desk, person: str) -> Recorded:
        key, nonce, digest = await subject(desk)
        doing = Doing(id=secrets.token_hex(12), case=case, subject=key, nonce=nonce, digest=digest, act=await act(desk))
        return await _again(desk, person, doing)

    recorded = with_desk(who, both)
    fields: dict[str, object] = {"case": case, "subject": recorded.subject, "status": recorded.status}
    emit_fields(shape, {"case": case, **recorded.model_dump(mode="json")}, fields)


async def _sent(desk: Desk, person: str, on: Waiting | str, act: Callable[[Desk], Awaitable[Act]]) -> Recorded:
    said, number = await act(desk), secrets.token_hex(12)
    if isinstance(on, str):
        doing = Doing(id=number, case=on, act=said)
    else:
        doing = Doing(id=number, case=on.case, subject=on.key, nonce=on.nonce, digest=on.digest, act=said)
    return await _again(desk, person, doing)


async def _again(desk: Desk, person: str, doing: Doing) -> Recorded:
    for left in reversed(range(_TRIES)):
        try:
            return await desk.act(person, doing)
        except HoldfastError as error:
            if error.code is Code.UNREACHABLE:
                unsure = "Whether it was recorded is not known: look at the case before you send it again."
                raise Told(Code.UNREACHABLE, f"{error.sentence} {unsure}") from None
            if error.code is not Code.NOT_RECORDED or not left:
                raise
    raise HoldfastError(Code.NOT_RECORDED)
