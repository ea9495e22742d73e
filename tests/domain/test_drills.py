"""A drill's score by example: clocks against their targets, steps in their order, what must never happen."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Approve
from domain.clocks import ClockRecord, ClockStatus
from domain.drills import ANY_TIME, POINTS, About, Expected, Letter, Line, Played, Score, name_in, score
from domain.people import Role
from domain.register import EDR_DECIDE
from domain.state import State, Status, Vote
from domain.timeline import Entry, Kind
from tests.domain import parts
from tests.domain.parts import CALL_BACK, NOW, RELEASE, gate_record, minutes, task_record

VERIFIED, DECIDED, NEUTRAL = "Nobody who verified decides", "Decide on an emergency request", "SYNTHETIC neutral words."
CALLED, CONTENT, TOLD = (
    "Nothing leaves before our call",
    "No content without a supervisor's word",
    "No letter tells anything",
)
STEPS = (
    Expected(words="called", kind=Kind.TASK_ENDED, name="call-back", code="done"),
    Expected(words="read", kind=Kind.TASK_ENDED, name="read-papers", code="done"),
    Expected(words="decided", kind=Kind.GATE_DECIDED, name="release", code="approved", stage=1),
)


def entry(kind: Kind, subject: str = "", code: str = "", after: float = 0) -> Entry:
    return Entry(id=f"{after:09.1f}", at=NOW + minutes(after), kind=kind, subject=subject, code=code)


CALL = entry(Kind.TASK_ENDED, "investigate/a.call-back/1", "done", 8)
READ = entry(Kind.TASK_ENDED, "investigate/b.read-papers/1", "done", 4)
DECISION = entry(Kind.GATE_DECIDED, "notify/release/1", "approved", 13.5)
ON_THE_LINE = entry(Kind.TASK_ENDED, "notify/a.release-call/1", "done", 15)
ALLOWED = entry(Kind.DELIVERY, "package", "allowed", 15)
OPENED = entry(Kind.DELIVERY, "package", "opened", 16)
GOOD = (READ, CALL, DECISION, ON_THE_LINE, ALLOWED, OPENED, entry(Kind.CLOSED, code="disclosed", after=20))


def clock(**more: Any) -> ClockRecord:
    drawn: dict[str, Any] = {
        "key": "clock/US-EDR-DECIDE/1",
        "nonce": "clock-1",
        "rule": EDR_DECIDE,
        "trigger_at": NOW,
        "discovered_at": NOW,
        "armed_at": NOW,
        "target_at": NOW + minutes(30),
    }
    return ClockRecord(**{**drawn, **more})


def vote(person: str, *roles: Role) -> Vote:
    signed = parts.DESK.sign(parts.say(person, Approve(), gate_record()))
    return Vote(id=person, person=person, roles=roles, kind="approve", digest="", at=NOW, signed=signed)


def closed(*records: Any, outcome: str = "disclosed", **more: Any) -> State:
    return parts.state(*records, outcome=outcome, status=Status.CLOSED, **more)


def played(*entries: Entry, state: State | None = None, **more: Any) -> Played:
    return Played(
        state=state or closed(),
        entries=entries or GOOD,
        writer="writer@example.org",
        neutral=(NEUTRAL,),
        account="acct-synthetic-001",
        **more,
    )


def scored(of: Played, outcome: str = "disclosed") -> Score:
    return score(of, STEPS, outcome)


def line(found: Score, words: str) -> Line:
    [one] = [each for each in found.lines if each.words == words]
    return one


def test_a_case_in_which_all_was_done_in_its_order_gets_every_point() -> None:
    found = scored(played())
    assert found.met
    assert found.words == "met"
    assert found.points == found.of == 4 * POINTS[About.STEP] + 4 * POINTS[About.NEVER]
    assert (line(found, "called").minutes, line(found, "decided").minutes) == (8.0, 13.5)


def test_a_step_that_did_not_happen_costs_its_points_and_says_so() -> None:
    found = scored(played(*(each for each in GOOD if each is not READ)))
    assert (found.met, found.words) == (False, "missed")
    assert found.of - found.points == POINTS[About.STEP]
    assert line(found, "read").why == "it did not happen"


def test_steps_of_one_stage_come_in_any_order_and_a_later_stage_never_first() -> None:
    assert scored(played(CALL, READ, *GOOD[2:])).met
    early = scored(played(READ, DECISION, CALL, *GOOD[3:]))
    assert line(early, "decided").why == "before its time"
    assert not early.met


def test_a_step_of_any_time_is_neither_early_nor_makes_another_one_early() -> None:
    free = (STEPS[0].model_copy(update={"stage": ANY_TIME}), *STEPS[1:])
    for entries in (GOOD, (READ, DECISION, CALL, *GOOD[3:])):
        assert score(played(*entries), free, "disclosed").met


@pytest.mark.parametrize(
    ("after", "status", "met", "why"),
    [
        (29, ClockStatus.MET, True, ""),
        (30, ClockStatus.MET, True, ""),
        (31, ClockStatus.BREACHED, False, "late"),
        (None, ClockStatus.BREACHED, False, "never met"),
    ],
)
def test_a_clock_is_met_within_its_target(after: float | None, status: ClockStatus, met: bool, why: str) -> None:
    at = None if after is None else NOW + minutes(after)
    state = closed(clocks={"c": clock(status=status, met_at=at, ended_at=at)})
    found = scored(played(state=state))
    decided = line(found, DECIDED)
    assert (decided.met, decided.minutes, decided.target, decided.why) == (met, after, 30.0, why)
    assert found.words == ("met" if met else "late")


def test_a_clock_that_the_end_of_the_case_stopped_counts_as_met_where_that_was_in_time() -> None:
    def stopped(after: float) -> Line:
        ended = clock(status=ClockStatus.STOPPED, ended_at=NOW + minutes(after))
        return line(scored(played(state=closed(clocks={"c": ended}))), DECIDED)

    assert stopped(12).met
    assert not stopped(45).met


def test_another_end_than_that_of_the_scenario_is_missed() -> None:
    found = scored(played(), outcome="fraud")
    assert line(found, "It ends fraud").why == "it ended disclosed"
    assert not line(found, "Nothing is opened by anybody").met
    assert found.words == "harmful"


def test_whoever_verified_and_decided_is_named() -> None:
    record = gate_record(votes=(vote("vera", Role.LEGAL), vote("hana", Role.DUTY_MANAGER)), status=Status.APPROVED)
    assert "verifier" in record.gate.excludes
    assert line(scored(played(state=closed(record))), VERIFIED).why == "vera at release"
    other = record.model_copy(update={"votes": (vote("fay", Role.LEGAL),)})
    assert line(scored(played(state=closed(other))), VERIFIED).met


def test_what_can_be_opened_before_our_call_has_left_too_early() -> None:
    assert line(scored(played(CALL, READ, DECISION, ALLOWED, ON_THE_LINE, OPENED)), CALLED).why == "allowed"
    assert line(scored(played(CALL, READ, DECISION, ALLOWED, OPENED)), CALLED).why == "allowed, opened"
    undone = ON_THE_LINE.model_copy(update={"code": "nobody-answered"})
    assert not line(scored(played(CALL, READ, DECISION, undone, ALLOWED)), CALLED).met


@pytest.mark.parametrize(
    ("to", "text", "met"),
    [
        ("writer@example.org", "SYNTHETIC neutral\r\nwords.", True),
        ("writer@example.org", "SYNTHETIC: we found the account.", False),
        ("edr@example.org", "SYNTHETIC: it was released on this ground.", True),
        ("edr@example.org", "SYNTHETIC: acct-synthetic-001 was released.", False),
    ],
)
def test_whoever_wrote_gets_the_words_that_everybody_gets_and_no_letter_names_the_account(
    to: str, text: str, met: bool
) -> None:
    assert line(scored(played(letters=(Letter(to=to, text=text),))), TOLD).met is met


def test_content_leaves_only_after_a_supervisor_stood_for_it() -> None:
    tier = tuple(each.model_copy(update={"tier": "E3"}) for each in gate_record().base.items)
    content = gate_record(base=gate_record().base.model_copy(update={"items": tier}), status=Status.APPROVED)
    supervisor = CALL_BACK.model_copy(update={"name": "ask-supervisor"})

    def with_word(answer: str) -> Line:
        asked = task_record(supervisor, status=Status.DONE, result={"answer": answer})
        return line(scored(played(state=closed(content, asked))), CONTENT)

    assert line(scored(played(state=closed(content))), CONTENT).why == RELEASE.name
    assert not with_word("unclear").met
    assert with_word("confirmed").met


def test_a_drill_that_asked_for_nothing_shows_nothing() -> None:
    assert not Score(lines=()).met


def test_the_name_in_a_key_is_that_of_the_policy() -> None:
    assert [name_in(each) for each in ("notify/release/1", "notify/a.release-call/1", "owner")] == [
        "release",
        "release-call",
        "",
    ]
