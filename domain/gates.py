"""Gates as data: who must agree, who is called when nobody answers, and what silence means in each family."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from domain.base import Model
from domain.people import Role


class Family(StrEnum):
    """What kind of decision it is. The family, not the procedure, fixes what silence does."""

    CONTAIN = "contain"
    DEVOLVE = "devolve"
    DISCLOSE = "disclose"
    PROTECT = "protect"
    REPORT = "report"
    REFUSE = "refuse"
    STAND_DOWN = "stand-down"
    TOLL = "toll"


class AtTheEnd(StrEnum):
    """What happens when the last rung has been silent."""

    NOTHING_LEAVES = "nothing-leaves-and-paging-goes-on"
    STAYS = "what-was-done-stays-and-paging-goes-on"
    FILES = "files-with-what-is-known"
    GOES_ON = "the-incident-goes-on"
    RUNS_ON = "the-clock-runs-on"


SILENCE: dict[Family, AtTheEnd] = {
    Family.CONTAIN: AtTheEnd.STAYS,
    Family.DEVOLVE: AtTheEnd.STAYS,
    Family.DISCLOSE: AtTheEnd.NOTHING_LEAVES,
    Family.PROTECT: AtTheEnd.NOTHING_LEAVES,
    Family.REPORT: AtTheEnd.FILES,
    Family.REFUSE: AtTheEnd.NOTHING_LEAVES,
    Family.STAND_DOWN: AtTheEnd.GOES_ON,
    Family.TOLL: AtTheEnd.RUNS_ON,
}


class Seat(Model):
    """A chair at the table and the roles that may sit on it."""

    name: str
    roles: tuple[Role, ...]


class Rung(Model):
    """`after` the gate opened these roles are called. `alone` (PROTECT only) may from then on decide alone."""

    after: timedelta
    page: tuple[Role, ...]
    alone: tuple[Role, ...] = ()


class Ladder(Model):
    """Who is called, and when; after the last rung it is called again every `again`.

    With `next_person` a rung calls as few people as can decide, and whoever has not acknowledged within that time is
    followed by the next person; without it (cases of before) everybody on call is called at once.
    """

    rungs: tuple[Rung, ...]
    again: timedelta = timedelta(minutes=15)
    next_person: timedelta | None = None

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is not set is not written: the digest of a task of before must stay what its doer signed."""
        found: dict[str, Any] = plain(self)
        if self.next_person is None:
            found.pop("next_person", None)
        return found

    def due(self, elapsed: timedelta) -> int:
        """How many rungs should be open after `elapsed`, repeats of the last one counted."""
        reached = sum(1 for rung in self.rungs if rung.after <= elapsed)
        if reached < len(self.rungs):
            return reached
        return reached + (elapsed - self.rungs[-1].after) // self.again

    def at(self, index: int) -> timedelta:
        """When rung `index` (0-based, repeats counted) is due, measured from the opening."""
        if index < len(self.rungs):
            return self.rungs[index].after
        return self.rungs[-1].after + self.again * (index - len(self.rungs) + 1)

    def rung(self, index: int) -> Rung:
        return self.rungs[min(index, len(self.rungs) - 1)]


class Gate(Model):
    """A decision that people take. `excludes` names how someone may have taken part that bars them here
    (`verifier`, `requester`); `reasons` are the codes with which it may be denied, `because` those with which it may
    be approved (DEVOLVE: both choices need a reason). `ratify` are the seats that ratify a choice made alone."""

    name: str
    family: Family
    title: str
    press: str
    seats: tuple[Seat, ...]
    ladder: Ladder
    excludes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    ratify: tuple[Seat, ...] = ()
    ratify_within: timedelta | None = None

    @property
    def silence(self) -> AtTheEnd:
        return SILENCE[self.family]


DISCLOSE_SENIORS = frozenset({Role.LEGAL, Role.GENERAL_COUNSEL, Role.DUTY_MANAGER})
COUNSEL = frozenset({Role.LEGAL, Role.GENERAL_COUNSEL})
_TWO_PEOPLE = frozenset({Family.DISCLOSE, Family.PROTECT, Family.REFUSE, Family.TOLL})
PROTECT_ALONE = frozenset({Role.LEGAL, Role.GENERAL_COUNSEL, Role.EXECUTIVE})


def ladder_faults(name: str, ladder: Ladder) -> list[str]:
    """Every way in which a ladder could not be climbed; `name` says whose ladder it is."""
    if not ladder.rungs:
        return [f"{name}: somebody must be called"]
    faults = []
    if ladder.rungs[0].after != timedelta(0):
        faults.append(f"{name}: the first rung must be called at once")
    if any(a.after >= b.after for a, b in zip(ladder.rungs, ladder.rungs[1:], strict=False)):
        faults.append(f"{name}: rungs must be called in order")
    if ladder.again <= timedelta(0):
        faults.append(f"{name}: calling again needs a time")
    if ladder.next_person is not None and ladder.next_person <= timedelta(0):
        faults.append(f"{name}: calling the next person needs a time")
    return faults


def gate_faults(gate: Gate) -> list[str]:
    """Every way in which a gate breaks its family; empty for a sound gate."""
    faults = ladder_faults(gate.name, gate.ladder)
    if not gate.seats:
        faults.append(f"{gate.name}: a gate needs at least one seat")
    called = {role for rung in gate.ladder.rungs for role in rung.page}
    for seat in gate.seats:
        if not seat.roles:
            faults.append(f"{gate.name}/{seat.name}: a seat needs roles")
        elif not called & set(seat.roles):
            faults.append(f"{gate.name}/{seat.name}: nobody who may sit here is ever called")
    return faults + _family_faults(gate)


def _family_faults(gate: Gate) -> list[str]:
    faults = []
    alone = {role for rung in gate.ladder.rungs for role in rung.alone}
    if alone and gate.family is not Family.PROTECT:
        faults.append(f"{gate.name}: only PROTECT may be decided alone")
    if gate.family in _TWO_PEOPLE and len(gate.seats) < 2:
        faults.append(f"{gate.name}: {gate.family.value} needs two people on every rung")
    if gate.family in (Family.DISCLOSE, Family.PROTECT) and "verifier" not in gate.excludes:
        faults.append(f"{gate.name}: who verified may not decide; exclude 'verifier'")
    if gate.family is Family.DISCLOSE and not any(set(seat.roles) <= DISCLOSE_SENIORS for seat in gate.seats):
        faults.append(f"{gate.name}: one seat must be legal's or the duty manager's alone")
    if gate.family is Family.PROTECT and any(rung.alone for rung in gate.ladder.rungs[:2]):
        faults.append(f"{gate.name}: nobody decides alone before the third rung")
    if gate.family is Family.PROTECT and not alone <= PROTECT_ALONE:
        faults.append(f"{gate.name}: only legal, general counsel's delegate or an executive may decide alone")
    if gate.family is Family.PROTECT and alone and gate.ratify_within is None:
        faults.append(f"{gate.name}: a decision taken alone must be ratified; say within what time")
    if gate.family is Family.CONTAIN and gate.ratify_within is None:
        faults.append(f"{gate.name}: what was done at once must be ratified; say within what time")
    if gate.family is Family.DEVOLVE:
        if len(gate.seats) != 1:
            faults.append(f"{gate.name}: one person chooses; two would lose the time that matters")
        if not gate.reasons or not gate.because:
            faults.append(f"{gate.name}: acting and not acting may both harm; each needs reasons to choose from")
        if not gate.ratify or gate.ratify_within is None:
            faults.append(f"{gate.name}: what one person chose must be ratified; say by whom and within what time")
    if gate.family is Family.TOLL and not any(set(seat.roles) <= COUNSEL for seat in gate.seats):
        faults.append(f"{gate.name}: one seat must be legal's alone")
    if gate.family in (Family.DISCLOSE, Family.REFUSE, Family.TOLL) and not gate.reasons:
        faults.append(f"{gate.name}: a denial needs reason codes to choose from")
    return faults
