"""Says what rooms were not told while Slack was away: in order, once, and nothing that has been overtaken.

No call of a case waits for this. Whoever must decide was called by the pager, and decides at the desk meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.errors import HoldfastError, Passing
from domain.outside import Summons
from domain.timeline import Projection
from integrations.slack.room import SlackRoom
from integrations.slack.words import brief_sentence

EVERY = 5.0  # seconds; Slack itself is asked nothing while no room is behind
_LOG = logging.getLogger("holdfast.slack")


@dataclass(frozen=True)
class Late:
    """One post that a room has not had: a card, or else a brief's code. `key` is that of its first try."""

    key: str
    card: Summons | None = None
    brief: str = ""


@dataclass(frozen=True)
class Behind:
    """A room that was not told something: where its case stands now, and what is still to be said, oldest first."""

    status: Projection
    posts: tuple[Late, ...] = ()


class Unsaid(Protocol):
    """What the desk's side knows of it. Both raise HoldfastError."""

    async def rooms(self) -> Sequence[Behind]: ...

    def told(self, behind: Behind) -> None:
        """All of it was said, or never can be."""
        ...


class CatchingUp:
    """Runs in the one process that has both Slack and the records."""

    def __init__(self, room: SlackRoom, unsaid: Unsaid, *, every: float = EVERY) -> None:
        self._room = room
        self._unsaid = unsaid
        self._every = every

    async def run(self) -> None:
        """Until it is cancelled; a round that failed is followed by the next one."""
        while True:
            wait = self._every
            try:
                await self.once()
            except Passing as away:
                wait = max(wait, away.retry_after or 0.0)
            except HoldfastError as error:
                _LOG.warning("what rooms were not told could not be looked up: %s", error.sentence)
            except Exception as error:
                # Nothing may end this loop: whoever only reads along in Slack would never hear of it.
                _LOG.error("catching up with the rooms failed: %s", type(error).__name__, exc_info=error)
            await asyncio.sleep(wait)

    async def once(self) -> None:
        """One round. Slack that is still away ends it; what one room refuses keeps no other from being told.

        Raises:
            HoldfastError: `transient` while Slack does not answer; whatever the records raise.
        """
        for behind in await self._unsaid.rooms():
            await self._tell(behind)
            self._unsaid.told(behind)

    async def _tell(self, behind: Behind) -> None:
        case = behind.status.case
        try:
            await self._room.show(behind.status, brief="", key="")
        except Passing:
            raise
        except HoldfastError as error:
            _LOG.warning("the room of %s cannot be told where it stands: %s", case, error.sentence)
        for post in behind.posts:
            try:
                if post.card is not None:
                    await self._room.summon(post.card, key=post.key)
                else:
                    await self._room.say(case, brief_sentence(post.brief), post.key)
            except Passing:
                raise
            except HoldfastError as error:
                _LOG.warning("the room of %s cannot be told something late: %s", case, error.sentence)
