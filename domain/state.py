"""All that a running incident knows: one object, answered by one query, carried whole into the next run."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.acts import Facts, Signed
from domain.base import Model
from domain.canonical import digest
from domain.cards import Card
from domain.clock_lines import line_of
from domain.clocks import ClockRecord
from domain.effects import Effect, Remedies
from domain.evidence import EvidenceRef
from domain.gates import Gate, Ladder
from domain.people import Role
from domain.policy import TaskPolicy
from domain.refusal import Refused
from domain.severity import Severity
from domain.timeline import Entry, Kind, Projection


class Phase(StrEnum):
    DECLARED = "declared"
    CONTAIN = "contain"
    INVESTIGATE = "investigate"
    NOTIFY = "notify"
    REVIEW = "review"


class Status(StrEnum):
    """Where a case, a gate, a task or an intervention stands."""

    OPEN = "open"
    STANDING_DOWN = "standing-down"
    CLOSED = "closed"
    APPROVED = "approved"
    DENIED = "denied"
    DONE = "done"
    CANNOT = "cannot"
    GIVEN_UP = "given-up"
    RETRY = "retry"
    BY_HAND = "by-hand"
    SKIPPED = "skipped"


class Vote(Model):
    """One standing decision on a gate. `items` is the subset of an approval for less."""

    id: str
    person: str
    roles: tuple[Role, ...]
    delegate_of: str = ""
    kind: str
    digest: str
    items: tuple[str, ...] | None = None
    code: str = ""
    at: datetime
    alone: bool = False
    signed: Signed


class Called(Model):
    """What every record with a ladder shares: when it opened and how many rungs were called.

    `called` and `acknowledged` are over all rungs; of the rung that is open, `turn` are the people called, `heard` who
    has acknowledged, `pages` the pager's keys with their people, `calls` how many calls that took, and `next_at` when
    the next person is called. `recall` must look again, because what they were called for has changed.
    """

    key: str
    nonce: str
    opened_at: datetime
    rungs: int = 0
    unpaged: bool = False
    called: tuple[str, ...] = ()
    status: Status = Status.OPEN
    ended_at: datetime | None = None
    acknowledged: tuple[str, ...] = ()
    calls: int = 0
    turn: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    pages: dict[str, str] = {}
    next_at: datetime | None = None
    recall: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.status is Status.OPEN

    @property
    def answered(self) -> bool:
        """Whether so many have acknowledged that nobody else need be called before the next rung."""
        return len(self.heard) >= self.wanted

    @property
    def wanted(self) -> int:
        """How many people this takes."""
        return 1

    def hears(self, *people: str) -> dict[str, Any]:
        """What changes when these people have acknowledged."""
        heard = (*self.heard, *(each for each in people if each not in self.heard))
        known = (*self.acknowledged, *(each for each in people if each not in self.acknowledged))
        return {"heard": heard, "acknowledged": known}


class GateRecord(Called):
    """A gate as it stands. `base` is the card as drawn from the facts, `limit` what approvals for less left of
    it, `shown` the earlier cards that standing approvals were given on."""

    gate: Gate
    base: Card
    limit: tuple[str, ...] | None = None
    shown: tuple[Card, ...] = ()
    votes: tuple[Vote, ...] = ()
    questions: tuple[str, ...] = ()
    alone: bool = False
    code: str = ""
    ratifies: str = ""

    @property
    def wanted(self) -> int:
        return max(1, len(self.gate.seats))

    @property
    def card(self) -> Card:
        return self.base if self.limit is None else self.base.only(frozenset(self.limit))

    @property
    def ladder(self) -> Ladder:
        return self.gate.ladder


class TaskRecord(Called):
    """A task as it stands; `about` is what the doer is shown beside the script. `move_to` is the later date that
    `move_by` asked for; a task is moved once (`moved`)."""

    task: TaskPolicy
    about: Facts = {}
    question: EvidenceRef | None = None
    result: Facts = {}
    artefact: EvidenceRef | None = None
    doer: str = ""
    code: str = ""
    move_to: datetime | None = None
    move_by: str = ""
    moved: bool = False

    @property
    def digest(self) -> str:
        return digest([self.task.model_dump(mode="json"), self.about, self.nonce])

    @property
    def ladder(self) -> Ladder:
        return self.task.ladder


class Choice(Model):
    """One person's choice of a way out."""

    person: str
    kind: str
    code: str = ""
    result: dict[str, Any] = {}
    artefact: EvidenceRef | None = None


class InterventionRecord(Called):
    """A step that failed and now asks a person. `attempt` counts interventions on the same act."""

    step: str
    effect: Effect
    remedies: Remedies
    ladder: Ladder
    fault: str
    attempt: int = 1
    excluded: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    result: dict[str, Any] = {}
    artefact: EvidenceRef | None = None

    @property
    def wanted(self) -> int:
        return 1 + len(self.choices)

    @property
    def digest(self) -> str:
        return digest([self.key, self.step, self.fault, self.attempt, self.nonce])


OWNER = "owner"
"""The key of the owner's seat."""


class OwnerRecord(Called):
    """The owner's seat."""

    ladder: Ladder
    person: str = ""


class Carried(Model):
    """What a hand-over carries: keys of what is open, when what runs is due (UTC), and whom each open thing waits on
    (directory ids, or roles before anybody was called). `promises` is what we told others we would do, in the vault."""

    gates: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    due: dict[str, datetime] = {}
    waits_on: dict[str, tuple[str, ...]] = {}
    promises: EvidenceRef | None = None

    @property
    def open(self) -> int:
        """How many things are open."""
        return len(self.gates) + len(self.tasks) + len(self.interventions)


class HandOverRecord(Called):
    """An offer of the case to the next shift. `to` is an office (`gb`), a person's id, or "" for whoever is called;
    `person` is who answered it."""

    ladder: Ladder
    to: str
    offered_by: str
    carried: Carried
    person: str = ""
    code: str = ""

    @property
    def digest(self) -> str:
        return digest([self.key, self.to, self.carried.model_dump(mode="json"), self.nonce])


Waits = GateRecord | TaskRecord | InterventionRecord | OwnerRecord | HandOverRecord
"""Every kind of record that waits for people."""


def next_due(record: Waits) -> dict[str, str | int | bool]:
    """When the next rung of an open record is due, as the detail of a timeline entry."""
    return {"next_due": (record.opened_at + record.ladder.at(record.rungs)).isoformat()}


class Lowering(Model):
    """One person's word that a P0 is none; a second person's makes it so."""

    person: str
    delegate_of: str = ""
    severity: Severity
    code: str = ""
    at: datetime


class Undo(Model):
    """A step that takes back another, registered before the act: name, its input as JSON, and whether it ran."""

    key: str
    step: str
    input: dict[str, Any]
    done: bool = False


class State(Model):
    """The incident. Changes only through `with_`, so that every change is a new value."""

    case: str
    slug: str
    severity: Severity
    declared_at: datetime
    drill: bool = False
    phase: Phase = Phase.DECLARED
    status: Status = Status.OPEN
    facts: Facts = {}
    journal: dict[str, Any] = {}
    counters: dict[str, int] = {}
    gates: dict[str, GateRecord] = {}
    tasks: dict[str, TaskRecord] = {}
    interventions: dict[str, InterventionRecord] = {}
    clocks: dict[str, ClockRecord] = {}
    owner: OwnerRecord | None = None
    hand_overs: dict[str, HandOverRecord] = {}
    deadlines: dict[str, datetime] = {}
    undo: tuple[Undo, ...] = ()
    seen: tuple[str, ...] = ()
    involved: dict[str, tuple[str, ...]] = {}
    lowering: Lowering | None = None
    patches: tuple[str, ...] = ()
    reopens: str = ""
    reopened_as: str = ""
    stand_down_asked: str = ""
    refusals: int = 0
    refused: dict[str, Refused] = {}
    outcome: str = ""
    outcome_code: str = ""
    review: str = ""
    entry_number: int = 0
    pending: tuple[Entry, ...] = ()
    written: int = 0
    turnovers: int = 0
    left_at: int = 0
    recovered: int = 0

    def with_(self, **changes: Any) -> State:
        return self.model_copy(update=changes)

    def noted(self, at: datetime, kind: Kind, subject: str = "", **more: Any) -> State:
        """This state with one more timeline entry. `more` are the other fields of `Entry`."""
        number = self.entry_number + 1
        # A lost run may still have a write under way: what comes after a recovery has ids of its own.
        run = f"r{self.recovered}." if self.recovered else ""
        entry = Entry(id=f"{run}{number:06d}", at=at, kind=kind, subject=subject, **more)
        return self.with_(entry_number=number, pending=(*self.pending, entry))

    def with_gate(self, record: GateRecord) -> State:
        return self.with_(gates={**self.gates, record.key: record})

    def with_task(self, record: TaskRecord) -> State:
        return self.with_(tasks={**self.tasks, record.key: record})

    def with_intervention(self, record: InterventionRecord) -> State:
        return self.with_(interventions={**self.interventions, record.key: record})

    def with_hand_over(self, record: HandOverRecord) -> State:
        return self.with_(hand_overs={**self.hand_overs, record.key: record})

    def with_clock(self, record: ClockRecord) -> State:
        return self.with_(clocks={**self.clocks, record.key: record})

    def with_involved(self, how: str, *people: str) -> State:
        """Remember that these people took part in this way, for the exclusions of gates to come."""
        known = self.involved.get(how, ())
        fresh = tuple(each for each in people if each and each not in known)
        return self.with_(involved={**self.involved, how: (*known, *fresh)}) if fresh else self

    def excluded(self, how: tuple[str, ...]) -> tuple[str, ...]:
        """Everybody who took part in one of these ways, sorted."""
        return tuple(sorted({person for each in how for person in self.involved.get(each, ())}))

    def projection(self, updated_at: datetime) -> Projection:
        """What the list of cases shows of this one."""
        return Projection(
            case=self.case,
            slug=self.slug,
            phase=self.phase.value,
            severity=int(self.severity),
            status=self.status.value,
            owner=self.owner.person if self.owner else "",
            open_gates=tuple(key for key, each in self.gates.items() if each.open),
            open_tasks=tuple(key for key, each in self.tasks.items() if each.open),
            open_interventions=tuple(key for key, each in self.interventions.items() if each.open),
            clocks=tuple(line_of(each) for each in self.clocks.values() if each.owed),
            outcome=self.outcome,
            drill=self.drill,
            declared_at=self.declared_at,
            updated_at=updated_at,
        )
