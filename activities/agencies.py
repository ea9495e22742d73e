"""Steps on our own directory: who owns a domain, and which public-safety desk serves a place."""

from __future__ import annotations

from typing import ClassVar

from activities.step import Step, performs, step
from domain.base import Model
from domain.effects import Effect, Remedies
from domain.emergency import AgencyCheck
from domain.outside import LiveDirectory
from domain.people import Agency


class Desk(Model):
    """A public-safety desk of our directory; empty id: none serves this country."""

    id: str = ""
    country: str = ""


@step
class CheckAgency(Step[AgencyCheck]):
    """Whether the sender's domain belongs to an agency that we know, from our directory alone."""

    NAME: ClassVar[str] = "check_agency"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = AgencyCheck
    REMEDIES: ClassVar[Remedies] = Remedies()

    domain: str


@step
class FindSafetyDesk(Step[Desk]):
    """The public-safety desk that may be called for a user of this country."""

    NAME: ClassVar[str] = "find_safety_desk"
    EFFECT: ClassVar[Effect] = Effect.OBSERVE
    RESULT: ClassVar[type[Model]] = Desk

    country: str


class Agencies:
    """Looks the live directory up."""

    def __init__(self, directory: LiveDirectory) -> None:
        self._directory = directory

    @performs(CheckAgency)
    async def check(self, given: CheckAgency) -> AgencyCheck:
        directory = await self._directory.current()
        agency = directory.agency_of_domain(given.domain)
        if agency is not None and not agency.safety_desk:
            return AgencyCheck(
                agency=agency.id, country=agency.country, call_back=bool(agency.call_back), domain_known=True
            )
        near = next((each for each in directory.agencies if _resembles(each, given.domain)), None)
        return AgencyCheck(looks_like=near.id if near else "")

    @performs(FindSafetyDesk)
    async def desk(self, given: FindSafetyDesk) -> Desk:
        directory = await self._directory.current()
        desks = [each for each in directory.agencies if each.safety_desk and each.country == given.country]
        return Desk(id=desks[0].id, country=desks[0].country) if desks else Desk()


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
