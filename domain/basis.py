"""The legal basis of a disclosure: a table that counsel can read. No row, no release; the row is part of what people
decide on. The rows are data, in `domain.basis_rows`; who may look into them with what is here."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from domain.base import Model
from domain.basis_before import BASES, Basis
from domain.basis_rows import CLOSED, ROWS
from domain.basis_terms import Closed, Instead, LegalBasis, Need, RecipientKind, Tier
from domain.canonical import digest
from domain.clock_rules import Standing
from domain.entities import entity, entity_for
from domain.places import Location, location_of


class Verdict(StrEnum):
    """What the table says of one question."""

    OPEN = "open"
    CLOSED = "closed"
    AWAITS_COUNSEL = "awaits-counsel"
    OTHER_ENTITY = "other-entity"
    UNKNOWN = "unknown"


class Ground(Model):
    """The table's answer: the row where it is `open`, else why not and what may be done instead."""

    verdict: Verdict
    row: LegalBasis | None = None
    why: str = ""
    instead: tuple[Instead, ...] = ()


def ground(
    recipient: RecipientKind | None,
    tier: Tier,
    user: Location,
    here: str,
    rows: tuple[LegalBasis, ...] = ROWS,
    closed: tuple[Closed, ...] = CLOSED,
) -> Ground:
    """Whether the company `here` may give data of this class, of a user there, to this recipient, and on what.

    Whatever the table does not name is `unknown`, and opens nothing.
    """
    answering = entity_for(user)
    if answering is not None and answering.id != here:
        return Ground(verdict=Verdict.OTHER_ENTITY, why="another company answers", instead=(Instead.HAND_OFF,))
    named = [each for each in rows if recipient in each.recipients and user in each.users and tier in each.tiers]
    for row in named:
        if row.entity == here:
            if row.opens:
                return Ground(verdict=Verdict.OPEN, row=row)
            return Ground(verdict=Verdict.AWAITS_COUNSEL, why=row.id, instead=row.instead)
    for each in closed:
        if recipient in each.recipients and user in each.users and tier in each.tiers:
            return Ground(verdict=Verdict.CLOSED, why=each.why, instead=each.instead)
    return Ground(verdict=Verdict.UNKNOWN, why="the table does not name this", instead=(Instead.ASK_COUNSEL,))


def basis_of(recipient: RecipientKind | None, tier: Tier, user: Location, here: str) -> LegalBasis | None:
    """The row that a release rests on; None: no release."""
    return ground(recipient, tier, user, here).row


def recipient_kind(kind: str, country: str = "") -> RecipientKind | None:
    """`agency` or `desk` with its country (ISO 3166-1 alpha-2), `ncmec` or `partner`; None for anything else."""
    plain = {"ncmec": RecipientKind.NCMEC, "partner": RecipientKind.PARTNER}
    if kind in plain:
        return plain[kind]
    name = f"{kind}-{location_of(country).value}"
    return RecipientKind(name) if name in set(RecipientKind) else None


def foreign(recipient: RecipientKind, here: str) -> bool:
    """Whether an authority's request comes to this company from abroad; whoever is no authority is none."""
    ours = entity(here)
    place = recipient.location
    return place is not None and (ours is None or place is not ours.location)


def needs_of(rows: tuple[LegalBasis, ...]) -> tuple[Need, ...]:
    """What must be so, or be done, before data may leave on these rows; each once, in the order of `Need`."""
    wanted = {need for row in rows for need in row.needs}
    return tuple(each for each in Need if each in wanted)


class Shown(Model):
    """A row as whoever decides reads it, whichever table it is from."""

    id: str
    tiers: tuple[str, ...]
    text: str
    source: str
    counsel: str

    @classmethod
    def of(cls, row: Basis | LegalBasis) -> Shown:
        counsel = row.counsel if isinstance(row.counsel, str) else row.counsel.standing.value
        return cls(id=row.id, tiers=row.tiers, text=row.text, source=row.source, counsel=counsel)


def rows_named(ids: str) -> list[Shown]:
    """The rows that these ids (joined by commas) name, old ones first; an id that no table has is left out."""
    wanted = ids.split(",")
    every: tuple[Basis | LegalBasis, ...] = (*BASES, *ROWS)
    return [Shown.of(each) for each in every if each.id in wanted]


def basis_digest(ids: str) -> str:
    """A hash over the rows that these ids (joined by commas) name, text and counsel status included."""
    wanted = ids.split(",")
    # The first table's rows are hashed as they always were: open cases have signed those hashes.
    before = [each.model_dump(mode="json") for each in BASES if each.id in wanted]
    now = [each.model_dump(mode="json", exclude_defaults=True) for each in ROWS if each.id in wanted]
    return digest([*before, *now])


def stale(rows: tuple[LegalBasis, ...], today: date, days: int) -> list[LegalBasis]:
    """The rows that nobody looked at for so many days, or that counsel has not confirmed."""
    return [
        each for each in rows if (today - each.reviewed).days > days or each.counsel.standing is not Standing.CONFIRMED
    ]


def basis_faults(rows: tuple[LegalBasis, ...] = ROWS, closed: tuple[Closed, ...] = CLOSED) -> list[str]:
    """Every way in which the table could not be relied on; empty for a sound one. For whoever edits it."""
    ids = [each.id for each in rows] + [each.id for each in BASES]
    faults = [f"{each}: two rows have this id" for each in sorted({each for each in ids if ids.count(each) > 1})]
    for row in rows:
        faults += _row_faults(row)
    for shut in closed:
        if not shut.why or not shut.source or not shut.instead:
            faults.append(f"{shut.why or 'a closed row'}: say why, from where, and what may be done instead")
    for recipient in RecipientKind:
        for user in Location:
            for tier in Tier:
                said = [each.id for each in rows if each.covers(recipient, user, tier)]
                said += [each.why for each in closed if each.covers(recipient, user, tier)]
                if len(said) != 1:
                    faults.append(f"{recipient.value}, {user.value}, {tier.value}: {len(said)} rows say something")
    return faults


def _row_faults(row: LegalBasis) -> list[str]:
    faults = []
    if not (row.text and row.source and row.recipients and row.users and row.tiers):
        faults.append(f"{row.id}: text, source, recipients, users or tiers are missing")
    if "," in row.id:
        faults.append(f"{row.id}: a comma separates ids on a card")
    if (row.counsel.standing is Standing.CONFIRMED) != (row.counsel.on is not None and row.counsel.by is not None):
        faults.append(f"{row.id}: counsel's confirmation needs the day and the role, and nothing else has them")
    for user in row.users:
        answering = entity_for(user)
        if answering is None or answering.id != row.entity:
            faults.append(f"{row.id}: {row.entity!r} does not answer for users in {user.value}")
    abroad = any(foreign(each, row.entity) for each in row.recipients)
    if abroad and Tier.E3 in row.tiers:
        faults.append(f"{row.id}: content has no door to a requester from abroad")
    agencies = any(each.value.startswith("agency-") and foreign(each, row.entity) for each in row.recipients)
    if agencies and Need.REGIONAL_COUNSEL not in row.needs:
        faults.append(f"{row.id}: a requester from abroad needs regional counsel")
    if Tier.E3 in row.tiers and Need.LEGAL_AND_DUTY_MANAGER not in row.needs:
        faults.append(f"{row.id}: content needs legal and the duty manager")
    return faults
