"""Steps that look at an account before anything is decided: which company answers for it, and the least to release."""

from __future__ import annotations

from typing import ClassVar

from activities.step import ENFORCEMENT_QUEUE, OUTWARD, Patience, Step, performs, step
from domain.base import Model
from domain.basis import recipient_kind
from domain.basis_terms import Tier
from domain.effects import Effect
from domain.entities import Route, route, stays
from domain.least import Least, Wanted, least
from domain.outside import Platform
from domain.places import location_of


@step
class RouteRequest(Step[Route]):
    """Which of our companies goes on with a request, by where the user is. An account that is not there stays here,
    so that whoever asked is answered as everybody is."""

    NAME: ClassVar[str] = "route_request"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Route
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD

    account: str
    entity: str


@step
class GatherLeast(Step[Least]):
    """The least that would resolve the emergency: each field with the question that it answers, the legal basis of each
    tier, what stays and why. Names only, no values.

    `recipient` is `agency`, `desk`, `ncmec` or `partner`, `country` the recipient's own (ISO 3166-1 alpha-2), `entity`
    the company of ours that answers.
    """

    NAME: ClassVar[str] = "gather_least"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Least
    QUEUE: ClassVar[str] = ENFORCEMENT_QUEUE
    PATIENCE: ClassVar[Patience] = OUTWARD

    account: str
    recipient: str
    country: str
    entity: str
    wanted: Wanted


class Looking:
    """Asks the platform for an account's residency and for the names of its fields, never for a value."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @performs(RouteRequest)
    async def route(self, given: RouteRequest) -> Route:
        view = await self._platform.account(given.account)
        return route(given.entity, location_of(view.residency)) if view.exists else stays(given.entity)

    @performs(GatherLeast)
    async def least(self, given: GatherLeast) -> Least:
        view = await self._platform.account(given.account)
        if not view.exists:
            return Least()
        held = await self._platform.fields(given.account, tuple(each.value for each in Tier))
        return least(
            held,
            given.wanted,
            recipient=recipient_kind(given.recipient, given.country),
            residency=view.residency,
            here=given.entity,
        )
