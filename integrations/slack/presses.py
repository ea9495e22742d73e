"""Presses on cards: the state is read again, what changed is shown instead of decided, and each has its receipt."""

from __future__ import annotations

from dataclasses import dataclass

from domain.acts import Acknowledge, Act, Approve, Deny, Recorded, Retry, Skip, Take
from domain.desk import Desk, Doing, Waiting
from domain.errors import Code, HoldfastError, StepUpNeeded
from integrations.slack import words
from integrations.slack.cards import APPROVE, KEEP, OVERTURN, RETRY, SEEN, SHORT, SKIP, TAKE, Controls, Pressed
from integrations.slack.commands import once, within

# The card itself is out of date: whoever looks next must see what is there now.
_SHOWS_ANEW = frozenset({Code.NOT_OPEN, Code.STALE, Code.ALREADY_CLOSED, Code.NO_SUCH_SUBJECT, Code.REASON_REQUIRED})
SKIPPED = "in-chat"  # the code under which a step is skipped by a button
_SAYS = {
    RETRY: "try it again",
    SKIP: "go on without it",
    KEEP: "keep it",
    OVERTURN: "take it back",
    TAKE: "take the case",
    SEEN: "I have seen this",
    APPROVE: "approve what the desk shows",
}


@dataclass(frozen=True)
class Outcome:
    """What to tell who pressed; whether the card is to be drawn anew, and the line that it then carries."""

    receipt: str
    renew: bool = False
    note: str = ""


class Presses:
    """Acts for the person whom Slack names, on what the card showed them."""

    def __init__(self, desk: Desk, *, desk_url: str) -> None:
        self._desk = desk
        self._desk_url = desk_url

    async def press(self, slack_id: str, action_id: str, value: str, action_ts: str) -> Outcome:
        """Decide, within the time that Slack gives. Never raises what is the presser's to know."""
        try:
            return await within(self._press(slack_id, action_id, Pressed.of(value), once(slack_id, action_ts)))
        except StepUpNeeded as needed:
            return Outcome(words.to_confirm(self._desk_url, needed.link))
        except HoldfastError as error:
            if error.code is Code.NOT_RECORDED:
                return Outcome(error.sentence)
            why = words.escaped(error.sentence)
            return Outcome(f"NOT recorded. {why}", error.code in _SHOWS_ANEW, why)

    async def _press(self, slack_id: str, action_id: str, pressed: Pressed, doing: str) -> Outcome:
        person = await self._desk.by_slack(slack_id)
        if action_id == TAKE:
            await self._desk.act(person, Doing(id=doing, case=pressed.case, act=Take()))
            return _recorded(slack_id, action_id, "done")
        found = await self._waiting(person, pressed.case, pressed.key)
        if found is not None and _changed(found, pressed):
            raise HoldfastError(Code.STALE)
        recorded = await self._act(person, action_id, pressed, found, doing)
        return _recorded(slack_id, action_id, recorded.status)

    async def _act(self, person: str, action_id: str, pressed: Pressed, found: Waiting | None, doing: str) -> Recorded:
        """What no longer waits is sent all the same: the case knows whether it is this very press come again, and
        the ledger keeps the refusal if it is not."""
        return await self._desk.act(
            person,
            Doing(
                id=doing,
                case=pressed.case,
                subject=pressed.key,
                nonce=found.nonce if found else "",
                digest=found.digest if found else "",
                act=_act_of(action_id, pressed, found),
                unseen=action_id == APPROVE,
            ),
        )

    async def _waiting(self, person: str, case: str, key: str) -> Waiting | None:
        return next((each for each in await self._desk.waiting(person, case=case) if each.key == key), None)

    async def now(self, slack_id: str, value: str) -> Controls | None:
        """What the card's buttons should be now; None if nothing waits there any more."""
        pressed = Pressed.of(value)
        try:
            person = await self._desk.by_slack(slack_id)
            found = await within(self._waiting(person, pressed.case, pressed.key), Code.UNREACHABLE)
        except HoldfastError as error:
            if error.code in (Code.ALREADY_CLOSED, Code.UNKNOWN_CASE):
                return None
            raise
        return Controls.waiting(found) if found else None


def _changed(found: Waiting, pressed: Pressed) -> bool:
    """Whether the card showed something else than what waits now.

    A failed step cannot change under its key, each attempt has a new one; so its card may go without a digest.
    """
    if found.kind == "intervention" and not pressed.short:
        return False
    return not pressed.short or not found.digest.startswith(pressed.short) or len(pressed.short) != SHORT


def _way(action_id: str) -> str:
    """What kind of button it is; there is one to overturn for each reason."""
    return OVERTURN if action_id.startswith(OVERTURN) else action_id


def _act_of(action_id: str, pressed: Pressed, found: Waiting | None) -> Act:
    """Raises HoldfastError `not-allowed` where a card is decided at the desk only."""
    ways: dict[str, Act] = {
        RETRY: Retry(),
        SKIP: Skip(code=SKIPPED),
        KEEP: Approve(),
        APPROVE: Approve(),
        SEEN: Acknowledge(),
        OVERTURN: Deny(code=pressed.code),
    }
    act = ways.get(_way(action_id))
    if act is None:
        raise HoldfastError(Code.NOT_ALLOWED)
    if isinstance(act, Acknowledge):
        return act  # the desk knows whether it is theirs to have seen
    if action_id == APPROVE:
        fits = found is None or Controls.waiting(found).proved
    elif isinstance(act, Approve | Deny):
        fits = found is None or Controls.waiting(found).ratifies
    else:
        fits = found is None or found.kind == "intervention"
    if not fits:
        raise HoldfastError(Code.NOT_ALLOWED)
    return act


def _recorded(slack_id: str, action_id: str, status: str) -> Outcome:
    says = _SAYS[_way(action_id)]
    waits = " It still waits for another person." if status == "open" else ""
    return Outcome(f"Recorded: {says}.{waits}", True, f"<@{slack_id}> chose: {says}.{waits}")
