"""Acts on a clock: by its owner or counsel, on exactly the times that they saw, and closing what still asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import acts
from domain.clocks import (
    ClockRecord,
    ClockStatus,
    Toll,
    armed,
    met,
    stopped,
    tolled,
)
from domain.errors import Code
from domain.gates import gate_faults
from domain.people import Role
from domain.register import TAKE_IT_DOWN
from domain.settling import met_when, settle_key, settle_task
from domain.state import GateRecord, OwnerRecord, State, Status, TaskRecord
from domain.timeline import Kind
from domain.tolling import TOLL, asked_in, toll_card, toll_gate, toll_key
from tests.domain.parts import (
    NOW,
    PROCEDURE,
    RELEASE,
    evidence,
    gate_record,
    hear,
    heard,
    refused,
    say,
    state,
)

CLOCK = armed(TAKE_IT_DOWN, key="clock/US-TIDA/1", nonce="c", trigger_at=NOW, discovered_at=NOW, now=NOW)
OWNER = OwnerRecord(key="owner", nonce="owner", opened_at=NOW, ladder=PROCEDURE.owner, person="dara")
STILL = tolled(CLOCK, NOW, Toll(code="delay", gate="g", since=NOW))


def ticking(clock: ClockRecord = CLOCK, **more: Any) -> State:
    return state(clocks={clock.key: clock}, owner=OWNER, **more)


def on(person: str, act: acts.Act, clock: ClockRecord = CLOCK, **more: Any) -> acts.Statement:
    shown = {"subject": clock.key, "nonce": clock.nonce, "digest": clock.digest}
    return say(person, act, **{**shown, **more})


ASK = acts.AskToToll(code="delay")
MET = acts.ClockMet(artefact=evidence())


@pytest.mark.parametrize(
    ("clock", "said", "code"),
    [
        (CLOCK, on("ada", ASK), Code.NOT_SEATED),
        (CLOCK, on("fay", ASK, digest="0" * 64), Code.STALE),
        (CLOCK, on("fay", ASK, nonce="another"), Code.STALE),
        (CLOCK, on("fay", acts.AskToToll(code="")), Code.REASON_REQUIRED),
        (CLOCK, on("fay", acts.AskToToll(code="x", until=NOW)), Code.INVALID),
        (CLOCK, on("fay", acts.Resume(code="x")), Code.NOT_ALLOWED),
        (CLOCK, on("fay", acts.Approve()), Code.NOT_ALLOWED),
        (CLOCK, on("fay", acts.ClockMet()), Code.ARTEFACT_REQUIRED),
        (STILL, on("fay", ASK, STILL), Code.NOT_OPEN),
        (met(CLOCK, NOW), on("fay", MET, met(CLOCK, NOW)), Code.NOT_OPEN),
    ],
)
def test_what_is_refused_changes_nothing(clock: ClockRecord, said: acts.Statement, code: Code) -> None:
    assert refused(ticking(clock), said).code is code


def test_asking_is_remembered_once_and_bars_whoever_asked_from_that_gate_alone() -> None:
    after = heard(ticking(), on("dara", ASK))
    clock = after.clocks[CLOCK.key]
    assert clock.asking is not None
    assert (clock.asking.by, clock.asked, clock.status) == ("dara", 1, ClockStatus.RUNNING)
    assert after.involved[asked_in(clock)] == ("dara",)
    assert after.pending[-1].kind is Kind.CLOCK
    assert refused(after, on("fay", ASK)).code is Code.NOT_OPEN
    assert gate_faults(toll_gate(TOLL, clock)) == []
    assert "US-TIDA" in toll_gate(TOLL, clock).title
    assert toll_card(TOLL, clock).findings[1].verdict == "delay"


def test_resuming_and_doing_by_hand_are_answered_with_how_the_clock_stands() -> None:
    after, answer = hear(ticking(STILL), on("gus", acts.Resume(code="over"), STILL))
    assert isinstance(answer, acts.Recorded)
    assert (answer.status, after.pending[-1].code) == ("running", "resumed")
    after, answer = hear(ticking(STILL), on("dara", MET, STILL))
    assert isinstance(answer, acts.Recorded)
    assert answer.status == "met"
    entry = after.pending[-1]
    assert (entry.code, entry.who, entry.evidence) == ("met", "dara", (evidence(),))
    assert "next_due" not in entry.detail


def test_whatever_still_asked_about_a_clock_is_closed_with_it() -> None:
    asked = heard(ticking(), on("dara", ASK))
    clock = asked.clocks[CLOCK.key]
    gate = gate_record(TOLL).model_copy(update={"key": toll_key(clock)})
    task = TaskRecord(key=settle_key(clock), nonce="t", opened_at=NOW, task=settle_task(clock, PROCEDURE.owner))
    after = heard(asked.with_gate(gate).with_task(task), on("fay", MET, clock))
    assert after.gates[gate.key].status is after.tasks[task.key].status is Status.CLOSED
    assert after.clocks[clock.key].asking is None


def test_a_clock_is_met_by_the_first_end_of_what_its_rule_names_after_its_trigger() -> None:
    clock = CLOCK.model_copy(update={"rule": TAKE_IT_DOWN.met_at(RELEASE.name, "owner")})
    assert met_when(ticking(clock), clock) is None
    later = NOW + timedelta(minutes=3)

    def decided(status: Status, **more: Any) -> GateRecord:
        return gate_record(RELEASE, status=status, **more)

    for status, when in ((Status.APPROVED, later), (Status.DENIED, later), (Status.CLOSED, None)):
        gate = decided(status, ended_at=later)
        assert met_when(state(gate, clocks={clock.key: clock}), clock) == when
    before = decided(Status.APPROVED, ended_at=NOW - timedelta(hours=1))
    assert met_when(state(before, clocks={clock.key: clock}), clock) is None
    taken = OWNER.model_copy(update={"ended_at": later, "status": Status.DONE})
    assert met_when(ticking(clock).with_(owner=taken), clock) == later
    assert met_when(ticking(clock).with_(owner=taken), stopped(clock, NOW, code="x")) is None


def test_a_toll_needs_counsel_and_a_second_person() -> None:
    lone = TOLL.model_copy(update={"seats": TOLL.seats[:1]})
    loose = TOLL.model_copy(
        update={"seats": tuple(each.model_copy(update={"roles": (Role.DUTY_MANAGER,)}) for each in TOLL.seats)}
    )
    assert any("two people" in each for each in gate_faults(lone))
    assert any("legal's alone" in each for each in gate_faults(loose))
    assert any("reason codes" in each for each in gate_faults(TOLL.model_copy(update={"reasons": ()})))
