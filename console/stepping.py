"""Proof that it is you, and presses that wait for it: kept, completed by their own person once, never forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from domain.acts import Recorded, Statement
from domain.canonical import digest
from domain.desk import Desk, Doing
from domain.errors import PASSING, Code, HoldfastError, StepUpNeeded
from domain.ids import hashed
from domain.stepping import STEP_UP_LASTS, Intent, Intents, IntentState, StepUp, link_fault, needs_step_up
from integrations.base.sealing import Sealer

INTENT = "/intent/"
_MOST = 1000  # cards that we remember as opened; who is forgotten goes by the link
_UNSURE = PASSING | {Code.NOT_RECORDED, Code.FAULT}  # whoever hears one of these may try the same link again
# Whether the case's books have this statement, by case and statement id.
InTheBooks = Callable[[str, str], Awaitable[bool]]


class Prover(Protocol):
    """How somebody proves themselves at the desk, beyond having signed in."""

    async def proves(self, person: str, answer: str) -> str:
        """The way in which this answer proves it.

        Raises:
            HoldfastError: `unproven`.
        """
        ...


class Development:
    """The development login's: the desk takes their word a second time, on loopback only. A passkey goes here."""

    async def proves(self, person: str, answer: str) -> str:
        return "development"


class Stepping:
    """`key` is that of ids: the same press gives the same link however often it is delivered."""

    def __init__(
        self,
        *,
        intents: Intents,
        sealer: Sealer,
        key: bytes,
        prover: Prover,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.intents = intents
        self.now = now
        self._sealer = sealer
        self._key = key
        self._prover = prover
        self._opened: dict[tuple[str, str], datetime] = {}

    # -- the proof ----------------------------------------------------------------------------------------

    async def step_up(self, person: str, answer: str = "") -> StepUp:
        """Prove it, and keep that for 15 minutes on every surface.

        Raises:
            HoldfastError: `unproven`, `transient`.
        """
        step = StepUp(person=person, way=await self._prover.proves(person, answer), at=self.now())
        await self.intents.stepped_up(step)
        return step

    async def current(self, person: str) -> StepUp | None:
        """The proof that holds now."""
        step = await self.intents.step_up(person)
        return step if step is not None and step.holds(self.now()) else None

    def opened(self, person: str, shown: str) -> None:
        """This person has a card of this digest before them, whole. What a restart forgets goes by the link."""
        self._opened = {each: at for each, at in self._opened.items() if at > self.now() - STEP_UP_LASTS}
        while len(self._opened) >= _MOST:
            del self._opened[next(iter(self._opened))]
        self._opened[person, shown] = self.now()

    def _saw(self, person: str, shown: str) -> bool:
        at = self._opened.get((person, shown))
        return at is not None and self.now() < at + STEP_UP_LASTS

    async def ready(self, said: Statement, doing: Doing, family: str) -> Statement:
        """The statement with the proof that stands behind it.

        Raises:
            StepUpNeeded: the press is kept, and counts for nothing until its link is completed.
        """
        step = await self.current(said.person)
        way = step.way if step is not None else "none"
        enough = step is not None and (not doing.unseen or self._saw(said.person, said.digest))
        if needs_step_up(family, said.act) and not enough:
            raise StepUpNeeded(await self._keep(said, doing))
        authority = said.authority.model_copy(update={"step_up": way})
        return said.model_copy(update={"authority": authority})

    async def recorded(self, said: Statement) -> None:
        """A decision counts now: what else this person pressed on the same subject waits for nothing any more."""
        await self.intents.decided(said.person, said.case, said.subject, said.id)

    # -- the press that waits -----------------------------------------------------------------------------

    async def _keep(self, said: Statement, doing: Doing) -> str:
        token = hashed(self._key, "intent", said.case, said.id)
        intent = Intent(
            link=_hash(token),
            doing=said.id,
            person=said.person,
            case=said.case,
            subject=said.subject,
            nonce=said.nonce,
            digest=said.digest,
            said=digest([said.id, said.case, said.subject, said.nonce, said.digest, said.act.model_dump(mode="json")]),
            body=self._sealer.seal(_name(said.case, said.id), doing.model_dump_json().encode()),
            at=self.now(),
        )
        kept = await self.intents.keep(intent)
        no = link_fault(kept, said.person, self.now())
        if no is not None:  # this very press came again, after its link had ended
            raise HoldfastError(no.code, no.detail)
        return INTENT + token

    async def look(self, person: str, token: str) -> tuple[Intent, Doing]:
        """What a link would complete, for its own person.

        Raises:
            HoldfastError: `no-such-subject`, `not-allowed`, `not-open` or `expired`, with the reason.
        """
        intent = await self.intents.intent(_hash(token))
        no = link_fault(intent, person, self.now())
        if no is not None or intent is None:
            raise HoldfastError(no.code if no else Code.NO_SUCH_SUBJECT, no.detail if no else "")
        doing = Doing.model_validate_json(self._sealer.open(_name(intent.case, intent.doing), intent.body))
        return intent, doing.model_copy(update={"unseen": False})

    async def complete(self, desk: Desk, person: str, token: str, answer: str = "") -> Recorded:
        """Prove it, and let the press count: once, for this person, on the card that was shown.

        The press keeps its id, so two that complete it at once, or a crash in between, count once. A refusal ends the
        link; what nobody confirmed may be tried again while it lives.

        Raises:
            HoldfastError: as `look`; `unproven`; what the desk answers, `stale` for a card that has changed.
        """
        intent, doing = await self.look(person, token)
        await self.step_up(person, answer)
        try:
            return await desk.act(person, doing)
        except HoldfastError as error:
            if error.code not in _UNSURE:
                await self.intents.end(intent.link, IntentState.VOID, error.code.value)
            raise


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _name(case: str, doing: str) -> str:
    return f"intent:{case}:{doing}"
