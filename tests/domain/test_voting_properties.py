"""Whatever people send in whatever order: nothing is approved without those who must agree, each for what they saw."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.acts import Act, Approve, ApproveLess, AskFirst, Deny, Recorded, Statement, Withdraw
from domain.cards import Card, Change
from domain.gates import Gate
from domain.people import Role
from domain.state import GateRecord, State, Status
from domain.voting import approval, quorum_fault, redrawn
from tests.domain.parts import (
    CASE,
    DELEGATES,
    PROTECT,
    RELEASE,
    TEAM,
    TRUSTED,
    card,
    evidence,
    gate_record,
    hear,
    say,
    state,
)

EXCLUDED = {"vera"}
ALONE_AT = 3  # the rung of PROTECT from which one of its roles may decide alone

# Weighted so that about a third of the plays end in an approval: a property over refusals alone would prove little.
able = st.sampled_from(["ada", "ben", "dara", "fay", "gus", "hana", "kit", "max"])
anybody = st.sampled_from(sorted(TEAM))
some = st.sampled_from([("a",), ("a", "b"), ("b", "c"), ("a", "b", "c")])
verdicts: st.SearchStrategy[Act] = st.one_of(
    st.just(Approve()),
    st.just(Approve()),
    some.map(lambda items: ApproveLess(items=items)),
    st.sampled_from([(), ("x",), ("a", "x")]).map(lambda items: ApproveLess(items=items)),
    st.just(AskFirst(question=evidence(), of=Role.LEGAL)),
    st.just(Withdraw()),
)
denials = st.just(Deny(code="unverified"))
subsets = st.lists(st.sampled_from("abcd"), unique=True, min_size=1, max_size=4)


@dataclass(frozen=True)
class Say:
    """A person acts on the card as it is, or on an `old` one that they still have on their screen."""

    person: str
    act: Act
    alone: bool
    old: int


@dataclass(frozen=True)
class Redraw:
    """Facts change, and with them the card."""

    items: tuple[str, ...]
    recipient: str


@dataclass(frozen=True)
class Climb:
    """One more rung is called."""


Move = Say | Redraw | Climb


def moves(denying: bool) -> st.SearchStrategy[list[Move]]:
    sensible = st.builds(Say, able, st.one_of(st.just(Approve()), verdicts), st.booleans(), st.just(0))
    wild = st.builds(Say, anybody, verdicts | denials if denying else verdicts, st.booleans(), st.integers(0, 1))
    changed = st.builds(Redraw, subsets.map(tuple), st.sampled_from(["agency-northfield"] * 3 + ["agency-lowmoor"]))
    moved: st.SearchStrategy[Move] = st.one_of(sensible, sensible, sensible, sensible, wild, changed)
    climbed = st.integers(0, 4).map(lambda rungs: [Climb()] * rungs)
    return st.tuples(climbed, st.lists(moved, min_size=1, max_size=8), climbed, st.lists(moved, max_size=4)).map(
        lambda parts: [move for part in parts for move in part]
    )


class Room:
    """A case with one gate, and an independent memory of what each person was shown and said."""

    def __init__(self, gate: Gate) -> None:
        self.state: State = state(gate_record(gate))
        self.key = next(iter(self.state.gates))
        self.drawn: list[Card] = [self.record.card]
        self.standing: dict[str, tuple[Statement, Card]] = {}
        self.count = 0

    @property
    def record(self) -> GateRecord:
        return self.state.gates[self.key]

    def play(self, move: Move) -> None:
        match move:
            case Climb():
                self._put(self.record.model_copy(update={"rungs": self.record.rungs + 1}))
            case Redraw():
                if self.record.open:
                    fresh = card(*move.items, gate=self.record.gate, recipient=move.recipient)
                    record, change = redrawn(self.record, fresh)
                    self._put(record)
                    if change is Change.VOIDED:
                        # What was void stays so, also when the card comes to say again what it once said.
                        self.standing.clear()
            case Say():
                self._say(move)
        self.drawn.append(self.record.card)

    def _put(self, record: GateRecord) -> None:
        self.state = self.state.with_gate(record)

    def _say(self, move: Say) -> None:
        self.count += 1
        shown = self.drawn[max(-1 - move.old, -len(self.drawn))]
        said = say(move.person, move.act, self.record, id=f"act-{self.count}", digest=shown.digest, alone=move.alone)
        before = self.state
        self.state, answer = hear(before, said)
        if not isinstance(answer, Recorded):
            assert self.state is before
        elif isinstance(move.act, Withdraw):
            del self.standing[move.person]
        elif not isinstance(move.act, AskFirst):
            self.standing[move.person] = (said, shown)

    def agreed(self) -> dict[str, tuple[Statement, Card]]:
        """Whoever said yes, last, to a card of which what is shown now is a part."""
        now = self.record.card
        return {
            person: (said, shown)
            for person, (said, shown) in self.standing.items()
            if isinstance(said.act, Approve | ApproveLess)
            and now.item_ids <= (set(said.act.items) if isinstance(said.act, ApproveLess) else shown.item_ids)
            and now.model_copy(update={"items": ()}) == shown.model_copy(update={"items": ()})
        }

    def sufficient(self) -> bool:
        """The slow way: an order of distinct able people for the seats, or one who was told that they decide alone."""
        gate, agreed = self.record.gate, self.agreed()
        able = [each for each in agreed if each not in EXCLUDED and DELEGATES.get(each) not in EXCLUDED]
        seated = any(
            all(set(seat.roles) & set(TEAM[one]) for seat, one in zip(gate.seats, order, strict=True))
            for order in permutations(able, len(gate.seats))
        )
        senior = {role for rung in gate.ladder.rungs[ALONE_AT - 1 :] for role in rung.alone}
        reached = self.record.rungs >= ALONE_AT
        return seated or (reached and any(agreed[each][0].alone and senior & set(TEAM[each]) for each in able))


def play(gate: Gate, played: list[Move]) -> Room:
    room = Room(gate)
    for move in played:
        room.play(move)
    return room


gates = st.sampled_from([RELEASE, PROTECT])
tries = settings(max_examples=35, deadline=None)


@settings(max_examples=100, deadline=None)
@given(gates, moves(denying=True))
def test_no_sequence_of_acts_approves_without_those_who_must_agree(gate: Gate, played: list[Move]) -> None:
    room = play(gate, played)
    if room.record.status is Status.APPROVED:
        assert room.sufficient()
        assert not any(isinstance(said.act, Deny) for said, _ in room.standing.values())


@tries
@given(gates, moves(denying=True))
def test_what_the_gate_approves_the_disclosing_step_accepts(gate: Gate, played: list[Move]) -> None:
    room = play(gate, played)
    if room.record.status is Status.APPROVED:
        assert quorum_fault(approval(CASE, room.record), TRUSTED, TEAM) is None


@tries
@given(gates, moves(denying=False))
def test_no_yes_counts_that_was_not_said_of_what_is_shown_now(gate: Gate, played: list[Move]) -> None:
    room = play(gate, played)
    assert {each.person for each in room.record.votes} <= set(room.agreed())


@tries
@given(gates, moves(denying=False))
def test_an_approval_for_less_is_never_exceeded(gate: Gate, played: list[Move]) -> None:
    room = play(gate, played)
    for vote in room.record.votes:
        if vote.items is not None:
            assert room.record.card.item_ids <= set(vote.items)
    if room.record.limit is not None and any(item.id in room.record.limit for item in room.record.base.items):
        assert any(vote.items is not None for vote in room.record.votes), "narrow for nobody's sake"


@tries
@given(gates, moves(denying=False), st.sampled_from(sorted(TEAM)))
def test_a_person_more_who_says_yes_decides_exactly_when_it_suffices(gate: Gate, played: list[Move], who: str) -> None:
    room = play(gate, played)
    if room.record.open:
        room.play(Say(who, Approve(), alone=True, old=0))
        assert (room.record.status is Status.APPROVED) is (
            who in room.standing and room.sufficient() and _counts(room, who)
        )


def _counts(room: Room, who: str) -> bool:
    return any(vote.person == who for vote in room.record.votes)


@tries
@given(gates, moves(denying=False), subsets)
def test_a_card_that_only_narrows_keeps_every_approval(gate: Gate, played: list[Move], kept: list[str]) -> None:
    record = play(gate, played).record
    fewer = record.base.only(frozenset(kept))
    assume(fewer.items or not record.base.items)
    after, change = redrawn(record, fewer)
    assert change is not Change.VOIDED
    assert after.votes == record.votes
    assert after.card.item_ids == record.card.item_ids & set(kept)


@tries
@given(gates, moves(denying=True), moves(denying=True))
def test_a_decided_gate_stays_as_it_was_decided(gate: Gate, played: list[Move], more: list[Move]) -> None:
    room = play(gate, played)
    before = room.record
    if before.open:
        return
    for move in more:
        room.play(move)
    ignored: dict[str, Any] = {"rungs": 0}
    assert room.record.model_copy(update=ignored) == before.model_copy(update=ignored)
