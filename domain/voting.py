"""How decisions on one gate add up: pure, so that update, signal and the disclosing step agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.acts import Approve, ApproveLess, Deny, PublicKey, Signed, Statement
from domain.base import Model
from domain.canonical import digest
from domain.cards import Card, Change, compare
from domain.errors import Code
from domain.gates import Family, Gate, gate_faults
from domain.people import Role
from domain.refusal import Refused
from domain.seats import seat_people
from domain.signing import open_statement
from domain.state import GateRecord, Status, Vote

_RELEASES = (Family.DISCLOSE, Family.PROTECT)
_YES = ("approve", "approve-less")


class Approval(Model):
    """A quorum's decision on exactly this card: what `ask` returns and a disclosing step verifies again.

    `shown` holds the card of every digest that a signed decision names.
    """

    case: str
    gate: Gate
    key: str
    nonce: str
    card: Card
    shown: tuple[Card, ...]
    signed: tuple[Signed, ...]
    rungs: int
    alone: bool = False
    decided_at: datetime

    @property
    def digest(self) -> str:
        return self.card.digest


class Denied(Model):
    """The gate was denied, by whom and with which code."""

    key: str
    code: str
    by: str
    decided_at: datetime


class Silence(Model):
    """Every rung was called and nobody decided. Never an approval."""

    key: str
    rungs: int


def alone_roles(gate: Gate, rungs: int) -> frozenset[Role]:
    """The roles that may decide alone once `rungs` rungs have been called."""
    return frozenset(role for rung in gate.ladder.rungs[:rungs] for role in rung.alone)


def may_sit(gate: Gate, rungs: int, roles: Iterable[Role]) -> bool:
    """Whether one of the roles has a seat at this gate now. A DEVOLVE seat opens to a role when its rung is called:
    whoever should choose is asked first, and the next one chooses when they stay silent."""
    seated = {role for seat in gate.seats for role in seat.roles} | alone_roles(gate, rungs)
    if gate.family is Family.DEVOLVE:
        seated &= {role for rung in gate.ladder.rungs[: max(rungs, 1)] for role in rung.page}
    return bool(seated & set(roles))


def cast(record: GateRecord, said: Statement, signed: Signed, excluded: Iterable[str]) -> GateRecord | Refused:
    """The gate with one more decision, or why it does not count."""
    gate = record.gate
    if not may_sit(gate, record.rungs, said.authority.roles):
        return Refused(code=Code.NOT_SEATED)
    barred = set(excluded) | set(record.card.excluded)
    if said.person in barred or (said.authority.delegate_of and said.authority.delegate_of in barred):
        return Refused(code=Code.EXCLUDED)
    if said.digest != record.card.digest or said.nonce != record.nonce:
        return Refused(code=Code.STALE)
    mine = next((each for each in record.votes if each.person == said.person), None)
    # Who narrowed the card and now approves what is left still holds it narrow, and can take that back.
    items = record.limit if mine is not None and mine.items is not None else None
    code = ""
    if isinstance(said.act, ApproveLess):
        if not said.act.items or not set(said.act.items) <= record.card.item_ids:
            return Refused(code=Code.NOT_A_SUBSET)
        items = tuple(sorted(said.act.items))
    elif isinstance(said.act, Deny):
        if gate.reasons and said.act.code not in gate.reasons:
            return Refused(code=Code.REASON_REQUIRED, detail=", ".join(gate.reasons))
        code = said.act.code
    elif gate.family in _RELEASES and not record.card.items:
        return Refused(code=Code.NOT_ALLOWED, detail="nothing is left that could be released")
    elif not isinstance(said.act, Approve):
        return Refused(code=Code.NOT_ALLOWED)
    elif gate.because:
        if said.act.code not in gate.because:
            return Refused(code=Code.REASON_REQUIRED, detail=", ".join(gate.because))
        code = said.act.code
    vote = Vote(
        id=said.id,
        person=said.person,
        roles=said.authority.roles,
        delegate_of=said.authority.delegate_of,
        kind=said.act.kind,
        digest=said.digest,
        items=items,
        code=code,
        at=said.at,
        alone=said.alone,
        signed=signed,
    )
    others = tuple(each for each in record.votes if each.person != said.person)
    voted = record.model_copy(update={"votes": (*others, vote), "shown": _keep(record.shown, record.card)})
    return voted if items is None else voted.model_copy(update={"limit": items})


def _keep(shown: tuple[Card, ...], card: Card) -> tuple[Card, ...]:
    return shown if any(each.digest == card.digest for each in shown) else (*shown, card)


def withdrawn(record: GateRecord, person: str) -> GateRecord | Refused:
    """The gate without this person's decision. What they had narrowed is drawn in full again."""
    mine = next((each for each in record.votes if each.person == person), None)
    if mine is None:
        return Refused(code=Code.NOT_ALLOWED, detail="there is no decision of yours to withdraw")
    left = tuple(each for each in record.votes if each.person != person)
    if mine.items is None:
        return record.model_copy(update={"votes": left})
    # Without the narrowing vote the card is wider again, which voids what was said of less.
    narrower = [each.items for each in left if each.items is not None]
    limit = tuple(sorted(set.intersection(*map(set, narrower)))) if narrower else None
    wide = record.model_copy(update={"limit": limit})
    kept = tuple(each for each in left if _covers(_card_of(record.shown, each.digest), wide.card))
    return wide.model_copy(update={"votes": kept})


def _card_of(shown: Iterable[Card], digest: str) -> Card | None:
    return next((each for each in shown if each.digest == digest), None)


def _covers(seen: Card | None, released: Card) -> bool:
    return seen is not None and compare(seen, released) is not Change.VOIDED


def redrawn(record: GateRecord, card: Card) -> tuple[GateRecord, Change]:
    """The gate after its card was drawn anew from changed facts, and what that did to the decisions."""
    change = compare(record.base, card)
    if change is Change.NONE:
        return record, change
    if change is Change.NARROWED:
        kept = None if record.limit is None else tuple(i for i in record.limit if i in card.item_ids)
        return record.model_copy(update={"base": card, "limit": kept}), change
    void = {"base": card, "limit": None, "votes": (), "shown": ()}
    return record.model_copy(update=void), change


def settle(record: GateRecord, now: datetime) -> GateRecord:
    """The gate, closed if its decisions suffice. One denial denies; a full set of seats approves."""
    if not record.open:
        return record
    no = next((each for each in record.votes if each.kind == "deny"), None)
    if no is not None:
        return record.model_copy(update={"status": Status.DENIED, "code": no.code, "ended_at": now})
    yes = {each.person: each.roles for each in record.votes if each.kind in _YES}
    if seat_people([seat.roles for seat in record.gate.seats], yes) is not None:
        code = next((each.code for each in record.votes if each.kind in _YES), "")
        return record.model_copy(update={"status": Status.APPROVED, "ended_at": now, "code": code})
    single = alone_roles(record.gate, record.rungs)
    if any(each.alone and single & set(each.roles) for each in record.votes if each.kind in _YES):
        return record.model_copy(update={"status": Status.APPROVED, "ended_at": now, "alone": True})
    return record


def approval(case: str, record: GateRecord) -> Approval:
    """What an approved gate hands to the step that it allows."""
    if record.status is not Status.APPROVED or record.ended_at is None:
        raise ValueError(f"gate {record.key!r} is not approved")
    return Approval(
        case=case,
        gate=record.gate,
        key=record.key,
        nonce=record.nonce,
        card=record.card,
        shown=record.shown,
        signed=tuple(each.signed for each in record.votes if each.kind in _YES),
        rungs=record.rungs,
        alone=record.alone,
        decided_at=record.ended_at,
    )


def quorum_fault(given: Approval, trusted: tuple[PublicKey, ...], live: dict[str, tuple[Role, ...]]) -> Refused | None:
    """Why this approval may not be acted on, or None if every seat is filled by a person who signed for it.

    `trusted` are the keys of the *step's own* configuration, `live` the roles of everybody who is active now:
    nothing that came with the approval vouches for itself.
    """
    # A weakened copy of the gate must not turn one genuine signature into a quorum.
    if gate_faults(given.gate) or given.card.gate != given.gate.name or given.card.gate_sha256 != digest(given.gate):
        return Refused(code=Code.QUORUM)
    people: dict[str, tuple[Role, ...]] = {}
    single: set[str] = set()
    for signed in given.signed:
        said = open_statement(signed, trusted)
        if isinstance(said, Refused):
            return said
        seen = _card_of(given.shown, said.digest)
        if said.case != given.case or said.subject != given.key or said.nonce != given.nonce:
            return Refused(code=Code.OTHER_CASE)
        if not isinstance(said.act, Approve | ApproveLess) or not _covers(seen, given.card):
            return Refused(code=Code.NO_APPROVAL)
        if isinstance(said.act, ApproveLess) and not given.card.item_ids <= set(said.act.items):
            return Refused(code=Code.NO_APPROVAL)
        if {said.person, said.authority.delegate_of} & set(given.card.excluded):
            return Refused(code=Code.EXCLUDED)
        if said.person not in live:
            return Refused(code=Code.SUSPENDED)
        people[said.person] = tuple(role for role in live[said.person] if role in said.authority.roles)
        if said.alone and alone_roles(given.gate, given.rungs) & set(people[said.person]):
            single.add(said.person)
    filled = seat_people([seat.roles for seat in given.gate.seats], people) is not None
    return None if filled or single else Refused(code=Code.QUORUM)
