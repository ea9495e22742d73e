"""Who there is: our people with their roles, and the agencies that we deal with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator

from domain.base import Model, Strict
from domain.whereabouts import OPEN_NETWORKS, Expected, Network


class Role(StrEnum):
    """The field's roles. Seats and tasks name roles, never people."""

    INCIDENT_COMMANDER = "incident-commander"
    DUTY_MANAGER = "duty-manager"
    ESCALATION_SPECIALIST = "escalation-specialist"
    CHILD_SAFETY = "child-safety-specialist"
    LE_SPECIALIST = "law-enforcement-specialist"
    LE_LIAISON = "law-enforcement-liaison"
    LEGAL = "legal-counsel"
    GENERAL_COUNSEL = "general-counsel"
    PRIVACY = "privacy-officer"
    POLICY = "policy-lead"
    COMMS = "comms"
    SECURITY = "security"
    ENGINEER = "engineer"
    WELLBEING = "wellbeing-lead"
    EXECUTIVE = "executive"
    AUDITOR = "auditor"


def _zone(name: str) -> str:
    if name:
        try:
            ZoneInfo(name)
        except ZoneInfoNotFoundError:
            raise ValueError("there is no such time zone") from None
    return name


class Person(Strict):
    """One human. `trained_for` lists procedure slugs; `delegate_of` a person whose exclusions they inherit; `zone` is
    the time zone (IANA name) in which they read times beside UTC."""

    id: str
    name: str
    roles: tuple[Role, ...]
    email: str = ""
    slack: str = ""
    entity: str = ""
    country: str = ""
    zone: str = ""
    screened_until: datetime | None = None
    trained_for: tuple[str, ...] = ()
    delegate_of: str = ""
    suspended: bool = False

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return _zone(name)


class Agency(Strict):
    """A public authority as *we* know it. `call_back` is a number that we found independently; `mailbox` the one
    address that a disclosure may go to; `safety_desk` marks a public-safety desk that PROTECT may call.

    `second_number` was found independently of the first, at another source: where a supervisor is asked. `cyber_desk`
    marks a country's desk for cyber-crime, which hears of forged requests. `serves` are the places of a desk, such as
    `US-CA` or `US-CA-NORTH`; without any it serves its country. `zone` (IANA name) is where its hours are counted.
    `opens_in` are countries beside its own from where it opens what we deliver, `networks` the only classes of network
    it does so from (none: any that is neither rented nor hidden).
    """

    id: str
    name: str
    country: str
    domains: tuple[str, ...] = ()
    call_back: str = ""
    mailbox: str = ""
    safety_desk: bool = False
    checked_on: datetime | None = None
    opens_in: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    second_number: str = ""
    cyber_desk: bool = False
    serves: tuple[str, ...] = ()
    zone: str = ""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return _zone(name)

    @property
    def expected(self) -> Expected:
        """From where it opens what is meant for it."""
        return Expected(countries=(self.country, *self.opens_in), networks=self.networks or OPEN_NETWORKS)

    @property
    def desk(self) -> bool:
        """Whether it is a desk that we turn to; a desk asks us for nothing."""
        return self.safety_desk or self.cyber_desk


class Directory(Strict):
    """Everybody, at one revision. `on_call` orders the people of a role; who is missing there comes after."""

    revision: str
    people: tuple[Person, ...]
    agencies: tuple[Agency, ...] = ()
    on_call: dict[Role, tuple[str, ...]] = {}

    def person(self, person_id: str) -> Person | None:
        return next((each for each in self.people if each.id == person_id), None)

    def by_slack(self, slack_id: str) -> Person | None:
        return next((each for each in self.people if each.slack and each.slack == slack_id), None)

    def agency(self, agency_id: str) -> Agency | None:
        return next((each for each in self.agencies if each.id == agency_id), None)

    def agency_of_domain(self, domain: str) -> Agency | None:
        """The agency that owns exactly this mail domain; a look-alike is nobody's."""
        wanted = domain.strip().lower().rstrip(".")
        return next((each for each in self.agencies if wanted in each.domains), None)

    def rota(self, roles: tuple[Role, ...]) -> tuple[Person, ...]:
        """Those who hold one of the roles and are not suspended, on-call order first."""
        first = [person_id for role in roles for person_id in self.on_call.get(role, ())]
        able = [each for each in self.people if not each.suspended and set(each.roles) & set(roles)]
        return tuple(sorted(able, key=lambda each: first.index(each.id) if each.id in first else len(first)))


class Authority(Model):
    """By what right a person acts, as the desk saw it when they proved themselves."""

    roles: tuple[Role, ...]
    entity: str = ""
    country: str = ""
    delegate_of: str = ""
    step_up: str = "none"
    directory_revision: str = ""
