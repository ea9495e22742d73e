"""Steps on our own directory: who owns a domain, and which public-safety desk serves a place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from activities.step import Step, performs, step
from domain.base import Model
from domain.canonical import digest
from domain.effects import Effect, Remedies
from domain.emergency import AgencyCheck, Recipient
from domain.outside import LiveDirectory
from domain.people import Agency
from domain.safety import desks_for


@step
class CheckAgency(Step[AgencyCheck]):
    """Whether the sender's domain belongs to an agency that we know, from our directory alone."""

    NAME: ClassVar[str] = "check_agency"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = AgencyCheck
    REMEDIES: ClassVar[Remedies] = Remedies()

    domain: str


@step
class FindSafetyDesk(Step[Recipient]):
    """The public-safety desk that may be called for a user of this country; an empty id where there is none."""

    NAME: ClassVar[str] = "find_safety_desk"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Recipient

    country: str


class Serving(Model):
    """The desks that serve a place, the narrowest first; none where we know of none."""

    desks: tuple[Recipient, ...] = ()


@step
class FindServingDesks(Step[Serving]):
    """The public-safety desks that may be called for a place such as `US` or `US-CA-NORTH`, narrowest first; or the
    country's cyber-crime desk."""

    NAME: ClassVar[str] = "find_serving_desks"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Serving

    at: str
    cyber: bool = False


class Agencies:
    """Looks the live directory up."""

    def __init__(self, directory: LiveDirectory) -> None:
        self._directory = directory

    @performs(CheckAgency)
    async def check(self, given: CheckAgency) -> AgencyCheck:
        directory = await self._directory.current()
        agency = directory.agency_of_domain(given.domain)
        if agency is not None and not agency.desk:
            return AgencyCheck(
                agency=agency.id,
                country=agency.country,
                call_back=bool(agency.call_back),
                domain_known=True,
                contact=digest(agency),
            )
        near = resembled(directory.agencies, given.domain)
        return AgencyCheck(looks_like=near.id if near else "")

    @performs(FindSafetyDesk)
    async def desk(self, given: FindSafetyDesk) -> Recipient:
        directory = await self._directory.current()
        desks = [each for each in directory.agencies if each.safety_desk and each.country == given.country]
        if not desks:
            return Recipient()
        return Recipient(id=desks[0].id, country=desks[0].country, contact=digest(desks[0]))

    @performs(FindServingDesks)
    async def serving(self, given: FindServingDesks) -> Serving:
        directory = await self._directory.current()
        desks = desks_for(directory.agencies, given.at, cyber=given.cyber)
        return Serving(desks=tuple(Recipient(id=each.id, country=each.country, contact=digest(each)) for each in desks))


def resembled(agencies: Iterable[Agency], domain: str) -> Agency | None:
    """The first agency that a domain could be taken for."""
    return next((each for each in agencies if _resembles(each, domain)), None)


def _resembles(agency: Agency, domain: str) -> bool:
    """Whether a domain is within two edits of one of the agency's, or hides it inside another."""
    wanted = domain.strip().lower()
    return any(known in wanted or _edits(known, wanted) <= 2 for known in agency.domains)


def _edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row = row, [i]
        for j, right in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right)))
    return row[-1]
