"""Clocks as arithmetic: whatever happens to one, no time is lost, none is won, and nothing is said twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import due_of
from domain.clock_rules import (
    FULL,
    ClockRule,
    Counsel,
    Read,
    Span,
    Standing,
    TriggerKind,
    Unit,
)
from domain.clocks import (
    ClockRecord,
    ClockStatus,
    Face,
    Toll,
    advanced,
    armed,
    attainment,
    margin,
    marks,
    met,
    moment,
    next_change,
    percent_of,
    resumed,
    stopped,
    superseded,
    tolled,
)
from domain.incident import compressed
from domain.people import Role
from tests.domain.parts import PROCEDURE

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
TODAY = NOW.date()
SURE = Counsel(standing=Standing.CONFIRMED, on=TODAY, by=Role.GENERAL_COUNSEL)
TOLL = Toll(code="delay", gate="g", since=NOW)


def rule(span: int | None = 100, target: int | None = 40, **more: object) -> ClockRule:
    return ClockRule.model_validate(
        {
            "id": "TEST",
            "duty": "Tell somebody",
            "trigger": TriggerKind.AWARENESS,
            "jurisdiction": "XX",
            "authority": "Synthetic",
            "source": "Synthetic law",
            "reviewed": TODAY,
            "read": Read.SOURCE,
            "span": None if span is None else Span(count=span, unit=Unit.MINUTES),
            "target": None if target is None else timedelta(minutes=target),
            "counsel": SURE,
            **more,
        }
    )


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def clock(ago: float = 0, of: ClockRule | None = None) -> ClockRecord:
    return armed(of or rule(), key="clock/TEST/1", nonce="n", trigger_at=NOW - minutes(ago), discovered_at=NOW, now=NOW)


def test_the_next_look_is_at_the_first_mark_of_either_face() -> None:
    assert [(each.face.value, each.percent) for each in marks(clock())][:3] == [
        ("internal", 50),
        ("internal", 75),
        ("internal", 90),
    ]
    assert next_change(clock()) == NOW + minutes(20)


def test_warnings_that_have_passed_are_given_once_at_once_and_as_the_highest_only() -> None:
    record, said = advanced(clock(ago=80), NOW)
    assert [(each.face, each.percent) for each in said] == [(Face.STATUTORY, 75), (Face.INTERNAL, FULL)]
    assert (record.warned, record.warned_target) == ((50, 75), (50, 75, 90, FULL))
    assert record.status is ClockStatus.RUNNING
    assert advanced(record, NOW) == (record, ())


def test_what_is_due_already_breaches_at_once_and_goes_on_being_owed() -> None:
    record, said = advanced(clock(ago=100), NOW)
    assert {(each.face, each.percent) for each in said} == {(Face.STATUTORY, FULL), (Face.INTERNAL, FULL)}
    assert (record.status, record.owed, next_change(record)) == (ClockStatus.BREACHED, True, None)
    late = met(record, NOW + minutes(5))
    assert (late.status, late.late, late.owed) == (ClockStatus.BREACHED, True, False)
    assert margin(late, Face.STATUTORY, NOW) == minutes(-5)


def test_a_duty_in_words_breaches_with_its_target_and_a_term_ends_without_a_breach() -> None:
    words, _ = advanced(clock(41, rule(span=None, words="promptly")), NOW)
    assert words.status is ClockStatus.BREACHED
    ended, said = advanced(clock(101, rule(target=None, term=True)), NOW)
    assert (ended.status, ended.met_at, len(said)) == (ClockStatus.MET, NOW - minutes(1), 1)


def test_an_ended_clock_changes_no_more() -> None:
    for ended in (
        met(clock(), NOW),
        stopped(clock(), NOW, code="not-owed"),
        superseded(clock(), NOW, by="OTHER"),
    ):
        again = NOW + minutes(500)
        assert met(ended, again) == stopped(ended, again, code="x") == superseded(ended, again, by="x") == ended
        assert tolled(ended, again, TOLL) == resumed(ended, again) == advanced(ended, again)[0] == ended


def test_what_stands_still_has_no_next_look_unless_it_has_an_end() -> None:
    assert next_change(tolled(clock(), NOW, TOLL)) is None
    until = TOLL.model_copy(update={"until": NOW + minutes(9)})
    assert next_change(tolled(clock(), NOW, until)) == NOW + minutes(9)


def test_a_breach_is_never_tolled_and_a_stopped_breach_stays_one() -> None:
    record, _ = advanced(clock(ago=100), NOW)
    assert tolled(record, NOW, TOLL) is record
    assert stopped(record, NOW, code="x").status is superseded(record, NOW, by="y").status is ClockStatus.BREACHED


def test_only_what_counsel_confirmed_counts_and_terms_are_no_attainment() -> None:
    done, late = met(clock(), NOW), met(advanced(clock(100), NOW)[0], NOW)
    unsure = met(clock(of=rule(counsel=Counsel())), NOW)
    term = advanced(clock(101, rule(target=None, term=True)), NOW)[0]
    broken = stopped(advanced(clock(100), NOW)[0], NOW, code="gone")
    figures = attainment((done, late, unsure, term, broken))
    assert (figures.met, figures.late, figures.breached, figures.uncounted) == (1, 1, 1, 2)


def test_a_drill_plays_targets_and_days_alike_faster() -> None:
    days = rule(span=None).model_copy(update={"span": Span(count=3, unit=Unit.CALENDAR_DAYS)})
    faster = compressed(PROCEDURE.model_copy(update={"clocks": (days, rule())}), 1 / 60)
    assert [each.target for each in faster.clocks] == [timedelta(seconds=40)] * 2
    exact = faster.clocks[1].span
    assert exact is not None
    assert exact.exact == timedelta(seconds=100)
    counted = faster.clocks[0].span
    assert counted is not None
    assert due_of(counted, NOW, lambda _: False) == NOW + timedelta(days=3) / 60


# -- properties ---------------------------------------------------------------------------------------------

spans = st.integers(min_value=1, max_value=10_000)
gaps = st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), max_size=4)


@given(ago=st.floats(0, 300), steps=st.lists(st.floats(0, 60), max_size=12))
def test_nothing_is_said_twice_and_nothing_is_left_out(ago: float, steps: list[float]) -> None:
    record, at = clock(ago), NOW
    said: list[tuple[Face, int]] = []
    for step in (0.0, *steps, 1_000):
        at += minutes(step)
        record, given_now = advanced(record, at)
        said += [(each.face, each.percent) for each in given_now]
    assert len(said) == len(set(said))
    assert record.status is ClockStatus.BREACHED
    assert record.warned == (50, 75, 90, FULL)
    assert said[-1][1] == FULL or (Face.STATUTORY, FULL) in said
    for face in Face:
        assert [percent for each, percent in said if each is face] == sorted(p for each, p in said if each is face)


@given(tolls=gaps)
def test_tolling_moves_each_end_by_exactly_the_time_that_it_stood_still(tolls: list[tuple[float, float]]) -> None:
    record, at, stood = clock(of=rule(span=100_000, target=90_000)), NOW, timedelta(0)
    for running, still in tolls:
        at += minutes(running)
        left = margin(record, Face.STATUTORY, at)
        record = tolled(record, at, TOLL)
        assert margin(record, Face.STATUTORY, at + minutes(still)) == left
        at += minutes(still)
        record = resumed(record, at)
        stood += minutes(still)
        assert margin(record, Face.STATUTORY, at) == left
    assert record.tolled_for == stood
    assert record.due_at == NOW + minutes(100_000) + stood
    assert record.target_at == NOW + minutes(90_000) + stood


@given(tolls=gaps, percent=st.sampled_from([50, 75, 90, FULL]))
def test_marks_stay_in_order_and_never_come_sooner_for_having_stood_still(
    tolls: list[tuple[float, float]], percent: int
) -> None:
    record, at = clock(of=rule(span=400, target=400)), NOW
    plain = moment(record, Face.STATUTORY, percent)
    for running, still in tolls:
        at += minutes(running)
        record, _ = advanced(record, at)
        record = resumed(tolled(record, at, TOLL), at + minutes(still))
        at += minutes(still)
    order = [moment(record, Face.STATUTORY, each) for each in (50, 75, 90, FULL)]
    assert all(each is not None for each in order)
    assert order == sorted(each for each in order if each is not None)
    now = moment(record, Face.STATUTORY, percent)
    assert plain is not None
    assert now is not None
    assert plain <= now <= plain + record.tolled_for


@given(span=spans, at=st.integers(0, 10_000))
def test_met_in_time_has_a_margin_and_met_late_has_a_breach(span: int, at: int) -> None:
    done = met(clock(of=rule(span=span, target=None)), NOW + minutes(at))
    left = margin(done, Face.STATUTORY, NOW)
    assert left == minutes(span - at)
    assert (done.status is ClockStatus.MET) == (at <= span)
    assert percent_of(done, Face.STATUTORY, NOW) == int(at / span * FULL + 1e-9)
