"""Which company of ours may answer for a user, by where the user is, and how a request passes to a sister company.

The companies are invented: a deployment replaces the table with its own and has counsel confirm each row.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from domain.base import Model
from domain.clock_rules import Counsel, Read, Standing
from domain.errors import Code, HoldfastError
from domain.evidence import EvidenceRef
from domain.places import Location, location_of


class Entity(Model):
    """One company of the group. `serves` are the places whose users' data it holds and may answer for; `desk` names the
    queue on which its own people take a case that is handed over."""

    id: str
    name: str
    country: str
    serves: tuple[Location, ...]
    desk: str
    source: str
    reviewed: date
    read: Read = Read.OURS
    counsel: Counsel = Counsel()
    doubt: str = ""

    @property
    def location(self) -> Location:
        return location_of(self.country)


REVIEWED = date(2026, 11, 22)
_INVENTED = "Invented for rehearsal, after the way in which large platforms publish it; replace with your own terms"


def _entity(id: str, name: str, country: str, *serves: Location, doubt: str = "") -> Entity:
    return Entity(
        id=id,
        name=name,
        country=country,
        serves=serves,
        desk=f"le-response-{id}",
        source=_INVENTED,
        reviewed=REVIEWED,
        doubt=doubt,
    )


ENTITIES: tuple[Entity, ...] = (
    _entity("us", "Example Social Inc", "US", Location.US),
    _entity("uk", "Example Social Ltd", "GB", Location.UK),
    _entity(
        "ie",
        "Example Social Ireland Ltd",
        "IE",
        Location.EU,
        Location.OTHER,
        doubt="Which company holds the data of users outside these four places is each group's own choice.",
    ),
    _entity("au", "Example Social Pty", "AU", Location.AU),
)


def entity(entity_id: str) -> Entity | None:
    """The company of that id; None if there is none."""
    return next((each for each in ENTITIES if each.id == entity_id), None)


def entity_for(user: Location) -> Entity | None:
    """The one company that may answer for users there; None where nobody knows where the user is."""
    return next(
        (each for each in ENTITIES if user in each.serves and each.counsel.standing is not Standing.NOT_IN_FORCE), None
    )


class Way(StrEnum):
    """Where a request goes on."""

    HERE = "here"
    SISTER = "sister"
    ASK = "ask-a-person"


class Route(Model):
    """Where a request goes on and why. `to` is the company that may answer; empty where a person must find out."""

    way: Way
    to: str = ""
    because: str = ""


def route(here: str, user: Location) -> Route:
    """Which of our companies goes on with a request that reached the company `here`.

    Raises:
        HoldfastError: `broken-configuration` if `here` is none of our companies.
    """
    stays(here)
    found = entity_for(user)
    if found is None:
        return Route(way=Way.ASK, because="residency-unknown" if user is Location.UNKNOWN else "no-entity")
    return Route(way=Way.HERE if found.id == here else Way.SISTER, to=found.id, because=f"user-{user.value}")


def stays(here: str) -> Route:
    """The route of a request about an account that is not there: it stays, and is answered as any other.

    Raises:
        HoldfastError: as `route`.
    """
    if entity(here) is None:
        raise HoldfastError(Code.BROKEN_CONFIGURATION, "the company that this office belongs to")
    return Route(way=Way.HERE, to=here, because="no-user")


class HandOff(Model):
    """What passes to a sister company: the request, in the requester's own words, and what we found out about the
    requester. Nothing that we hold about the user, and not where the user is: the sister company asks its own systems.

    `intake` is the request as received, in the vault. `identity` is a verdict on the requester, never on the account.
    """

    case: str
    from_entity: str
    to_entity: str
    desk: str
    received_at: datetime
    handed_at: datetime
    category: str
    severity: int
    identity: str
    agency: str = ""
    intake: EvidenceRef | None = None


def hand_off(
    there: Route,
    *,
    here: str,
    case: str,
    received_at: datetime,
    now: datetime,
    category: str,
    severity: int,
    identity: str,
    agency: str = "",
    intake: EvidenceRef | None = None,
) -> HandOff:
    """The hand-off along a route.

    Raises:
        HoldfastError: `guard` if the route does not lead to a sister company.
    """
    to = entity(there.to)
    if there.way is not Way.SISTER or to is None or to.id == here:
        raise HoldfastError(Code.GUARD, "a hand-off needs a sister company to go to")
    return HandOff(
        case=case,
        from_entity=here,
        to_entity=to.id,
        desk=to.desk,
        received_at=received_at,
        handed_at=now,
        category=category,
        severity=severity,
        identity=identity,
        agency=agency,
        intake=intake,
    )
