"""The words that the table of legal bases is written in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.base import Model
from domain.clock_rules import Counsel, Read, Standing
from domain.places import Location


class Tier(StrEnum):
    """How deep a field reaches into somebody's life. The platform says which of its fields is in which."""

    E1 = "E1"
    E2 = "E2"
    E3 = "E3"


class RecipientKind(StrEnum):
    """Who would receive. An agency asked us; a desk is a public-safety desk that we call on our own initiative."""

    AGENCY_US = "agency-us"
    AGENCY_UK = "agency-uk"
    AGENCY_EU = "agency-eu"
    AGENCY_AU = "agency-au"
    AGENCY_OTHER = "agency-other"
    DESK_US = "desk-us"
    DESK_UK = "desk-uk"
    DESK_EU = "desk-eu"
    DESK_AU = "desk-au"
    DESK_OTHER = "desk-other"
    NCMEC = "ncmec"
    PARTNER = "partner"

    @property
    def location(self) -> Location | None:
        """Where an authority is; None for whoever is none."""
        kind, _, place = self.value.partition("-")
        return Location(place) if kind in ("agency", "desk") else None


class Need(StrEnum):
    """What must be so, or be done, before data may leave on a row."""

    GOOD_FAITH = "good-faith"
    WRITTEN_NOTE = "written-note"
    SECOND_CHANNEL = "second-channel"
    REGIONAL_COUNSEL = "regional-counsel"
    LEGAL_AND_DUTY_MANAGER = "legal-and-duty-manager"
    HUMAN_RIGHTS = "human-rights"
    REPORT_FIRST = "report-first"
    AGREEMENT = "agreement"


class Instead(StrEnum):
    """What may be done where there is no basis. Fail-safe is not silence."""

    LEGAL_PROCESS = "legal-process"
    OWN_POLICE = "own-police"
    CALL_DESK = "call-desk"
    HAND_OFF = "hand-off"
    REPORT = "report"
    FIND_RESIDENCY = "find-residency"
    ASK_COUNSEL = "ask-counsel"


class LegalBasis(Model):
    """One row: on this basis, this company of ours may give data of these classes, of users there, to these recipients.

    `counsel` is unconfirmed until counsel confirms it on a day. An unconfirmed row runs, labelled, unless it says
    `once_confirmed`: then it is written down for counsel to judge, and opens nothing before. `doubt` says where we are
    not sure of it.
    """

    id: str
    recipients: tuple[RecipientKind, ...]
    users: tuple[Location, ...]
    entity: str
    tiers: tuple[Tier, ...]
    text: str
    source: str
    read: Read
    reviewed: date
    needs: tuple[Need, ...] = ()
    once_confirmed: bool = False
    instead: tuple[Instead, ...] = ()
    counsel: Counsel = Counsel()
    doubt: str = ""

    @property
    def opens(self) -> bool:
        """Whether data may leave on this row today."""
        standing = self.counsel.standing
        return standing is Standing.CONFIRMED or (standing is Standing.UNCONFIRMED and not self.once_confirmed)

    def covers(self, recipient: RecipientKind, user: Location, tier: Tier) -> bool:
        return recipient in self.recipients and user in self.users and tier in self.tiers


class Closed(Model):
    """Where there is no basis, said outright, so that counsel can read why and contradict."""

    recipients: tuple[RecipientKind, ...]
    users: tuple[Location, ...]
    tiers: tuple[Tier, ...]
    why: str
    source: str
    instead: tuple[Instead, ...]

    def covers(self, recipient: RecipientKind, user: Location, tier: Tier) -> bool:
        return recipient in self.recipients and user in self.users and tier in self.tiers
