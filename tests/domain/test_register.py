"""Every clock of the register can be kept: it says what, where from, how well we know it, and whom it calls."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.clock_faults import clock_faults, rule_faults
from domain.clock_rules import (
    ClockCall,
    ClockRule,
    Counsel,
    Read,
    Span,
    Standing,
    Unit,
)
from domain.people import Role
from domain.register import EDR_DECIDE, REGISTER, TAKE_IT_DOWN, stale


@pytest.mark.parametrize("rule", REGISTER, ids=lambda rule: rule.id)
def test_a_row_is_complete(rule: ClockRule) -> None:
    assert rule_faults(rule) == []
    assert rule.source
    assert rule.reviewed == date(2026, 11, 22)
    # Nobody's reading is counsel's word: a deployment's own counsel confirms.
    assert rule.counsel.standing is Standing.UNCONFIRMED
    if rule.read in (Read.MEMORY, Read.SECOND_HAND, Read.SOURCE):
        assert rule.statutory
    assert rule.doubt.endswith((".", "")) if rule.doubt else True


def test_ids_are_unique_and_the_conflict_is_marked() -> None:
    assert clock_faults(REGISTER, ("look-and-place",)) == []
    conflicts = [each.id for each in REGISTER if "CONFLICT" in each.doubt]
    assert conflicts == ["US-TX-BRCH"]


def test_stale_is_what_was_not_looked_at_for_long_or_what_counsel_has_not_confirmed() -> None:
    sure = Counsel(standing=Standing.CONFIRMED, on=date(2026, 11, 1), by=Role.LEGAL)
    confirmed = TAKE_IT_DOWN.model_copy(update={"counsel": sure})
    assert stale((confirmed, EDR_DECIDE), date(2026, 12, 1), timedelta(days=90)) == [EDR_DECIDE]
    assert stale((confirmed,), date(2027, 12, 1), timedelta(days=90)) == [confirmed]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": ""}, "source is missing"),
        ({"span": None}, "needs a span"),
        ({"span": None, "words": "promptly", "target": None}, "words alone"),
        ({"target": timedelta(hours=49)}, "later than the law's"),
        ({"target": timedelta(0)}, "needs a time"),
        ({"warn": (75, 50)}, "in order"),
        ({"warn": (100,)}, "below 100"),
        ({"calls": (ClockCall(percent=75, page=(Role.LEGAL,)),)}, "nobody is called"),
        ({"counsel": Counsel(standing=Standing.CONFIRMED)}, "the day and the role"),
        ({"span": Span(count=2, unit=Unit.BUSINESS_DAYS)}, "need a country"),
        ({"span": Span(count=2, unit=Unit.YEARS, zone="Mars/Base")}, "no time zone"),
        ({"span": Span(count=0, unit=Unit.HOURS)}, "more than nothing"),
        ({"met_by": ("nothing",)}, "nothing here is called"),
    ],
)
def test_what_could_not_be_kept_is_named(changes: dict[str, object], said: str) -> None:
    plain = TAKE_IT_DOWN.model_copy(update={"target": None})
    broken = plain.model_copy(update=changes)
    assert any(said in each for each in clock_faults((broken,), ("release",))), clock_faults((broken,), ())
