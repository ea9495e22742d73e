"""Steps on the platform for somebody who may be in danger from themselves: less reach, a kind word, a line open."""

from __future__ import annotations

from typing import ClassVar

from activities.platform import Acted, OnAccount, OnPlatform
from activities.step import ENFORCEMENT_QUEUE, OUTWARD, Patience, Step, performs, step
from domain.base import Model
from domain.crisis import resources
from domain.effects import Effect

# Fields that may say where somebody is. Content is not among them: it is never read for this.
PLACES = frozenset({"last_login_ip", "signup_ip", "phone"})


@step
class LimitReach(OnAccount):
    """Comments and gifts off, not recommended, no new viewers. The account itself stays as it is."""

    NAME: ClassVar[str] = "limit_reach"


@step
class LiftLimits(OnAccount):
    """Give back comments, gifts, recommendation and viewers. Safe on an account that was never limited."""

    NAME: ClassVar[str] = "lift_limits"
    EFFECT: ClassVar[Effect] = Effect.UNDO


@step
class CutStream(OnAccount):
    """End the live stream. It also ends the line of contact, so that only a person chooses it."""

    NAME: ClassVar[str] = "cut_stream"


@step
class ResumeStream(OnAccount):
    """Let the account go live again. Safe on a stream that was never cut."""

    NAME: ClassVar[str] = "resume_stream"
    EFFECT: ClassVar[Effect] = Effect.UNDO


@step
class ShowResources(OnAccount):
    """Show the crisis lines of the user's country, in our own words. No text of anybody's goes with it."""

    NAME: ClassVar[str] = "show_resources"
    EFFECT: ClassVar[Effect] = Effect.TELL

    country: str
    minor: bool
    language: str = ""


class Hints(Model):
    """Where an account says its user lives (two letters), and which fields could say more; names, never values."""

    residency: str = ""
    fields: tuple[str, ...] = ()


@step
class FindHints(Step[Hints]):
    """What the platform knows that may say where the person is."""

    NAME: ClassVar[str] = "find_hints"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Hints
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD

    account: str


class Care(OnPlatform):
    """Steps that punish nobody."""

    @performs(LimitReach)
    async def limit(self, given: LimitReach) -> Acted:
        return await self._act("limit", given)

    @performs(LiftLimits)
    async def unlimit(self, given: LiftLimits) -> Acted:
        return await self._act("unlimit", given)

    @performs(CutStream)
    async def cut(self, given: CutStream) -> Acted:
        return await self._act("cut", given)

    @performs(ResumeStream)
    async def resume(self, given: ResumeStream) -> Acted:
        return await self._act("resume", given)

    @performs(ShowResources)
    async def show(self, given: ShowResources) -> Acted:
        country = given.country or (await self._platform.account(given.account)).residency
        notice = resources(country, minor=given.minor, language=given.language)
        action = await self._platform.show(given.account, notice, key=self._outside(given), at=given.here.at)
        return Acted(action_id=action)

    @performs(FindHints)
    async def hints(self, given: FindHints) -> Hints:
        view = await self._platform.account(given.account)
        if not view.exists:
            return Hints()
        held = await self._platform.fields(given.account, ("E1", "E2"))
        return Hints(residency=view.residency, fields=tuple(sorted(PLACES & {each.name for each in held})))
