"""The one rule that turns five axes into a priority."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.severity import Assessment, Severity

imminences = st.none() | st.integers(0, 3)
harms = st.none() | st.integers(1, 4)
credibilities = st.none() | st.integers(1, 3)
clocks = st.none() | st.floats(0, 1000)
assessments = st.builds(Assessment, imminence=imminences, harm=harms, credibility=credibilities, clock_hours=clocks)


@pytest.mark.parametrize(
    ("imminence", "harm", "credibility", "clock", "expected"),
    [
        (2, 4, 2, None, Severity.P0),
        (3, 4, 3, None, Severity.P0),
        (1, 4, 3, None, Severity.P1),
        (3, 4, 1, None, Severity.P1),
        (0, 4, 1, None, Severity.P1),
        (1, 3, 1, None, Severity.P1),
        (0, 3, 3, None, Severity.P2),
        (0, 1, 1, 24.0, Severity.P1),
        (0, 1, 1, 24.1, Severity.P2),
        (0, 1, 1, 72.0, Severity.P2),
        (0, 1, 1, 72.1, Severity.P3),
        (3, 2, 3, None, Severity.P3),
        (0, 1, 1, None, Severity.P3),
    ],
)
def test_the_rule_at_each_of_its_borders(
    imminence: int, harm: int, credibility: int, clock: float | None, expected: Severity
) -> None:
    given_axes = Assessment(imminence=imminence, harm=harm, credibility=credibility, clock_hours=clock)
    assert given_axes.severity() is expected


def test_a_statutory_clock_that_has_run_out_is_the_shortest_of_all() -> None:
    assert Assessment(imminence=0, harm=1, credibility=1, clock_hours=0.0).severity() is Severity.P1


def test_what_nobody_knows_yet_is_taken_for_the_worst() -> None:
    assert Assessment().severity() is Severity.P0


@given(assessments, st.sampled_from(["imminence", "harm", "credibility"]))
def test_not_knowing_an_axis_never_lowers_the_priority(assessed: Assessment, axis: str) -> None:
    unknown = assessed.model_copy(update={axis: None})
    assert unknown.severity() <= assessed.severity()


@given(assessments, st.sampled_from([("imminence", 3), ("harm", 4), ("credibility", 3)]))
def test_a_worse_axis_never_lowers_the_priority(assessed: Assessment, axis: tuple[str, int]) -> None:
    name, most = axis
    level = getattr(assessed, name)
    worse = assessed.model_copy(update={name: level if level is None else min(level + 1, most)})
    assert worse.severity() <= assessed.severity()


@given(assessments, st.floats(0, 1000))
def test_a_shorter_clock_never_lowers_the_priority(assessed: Assessment, hours: float) -> None:
    clock = assessed.clock_hours
    shorter = assessed.model_copy(update={"clock_hours": hours if clock is None else min(clock, hours)})
    assert shorter.severity() <= assessed.severity()


def test_priorities_are_served_from_the_worst_down() -> None:
    assert [each.priority_key for each in Severity] == [1, 2, 3, 4]
