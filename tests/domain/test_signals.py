"""How a request looks beside earlier ones, and which of them a fraud makes doubtful."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.signals import LOOK_BACK, PER_AGENCY, PER_OFFICER, Mark, look_back, signals
from domain.verification import TICKS

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
NOW = Mark(case="now", at=NOON, officer="o1", sender="s1", domain="d1", agency="a1", target="t1")


def mark(number: int, **more: Any) -> Mark:
    """An earlier request, `number` hours ago, that shares nothing with NOW unless it says so."""
    values = {
        "case": f"c{number}",
        "at": NOON - timedelta(hours=number),
        "officer": f"o-{number}",
        "target": f"t-{number}",
    }
    return Mark(**{**values, "sender": f"s-{number}", "domain": f"d-{number}", "agency": f"a-{number}", **more})


def test_a_first_request_earns_nothing_and_is_never_compared_with_itself() -> None:
    assert signals(NOW, [NOW] * 40, "America/New_York") == ()


@pytest.mark.parametrize(
    ("field", "limit", "code"),
    [("officer", PER_OFFICER, "many-from-officer"), ("agency", PER_AGENCY, "many-from-agency")],
)
def test_too_many_in_a_day_are_seen(field: str, limit: int, code: str) -> None:
    same = [mark(1 + number, **{field: getattr(NOW, field), "sender": "s1"}) for number in range(limit)]
    assert code in signals(NOW, same)
    assert code not in signals(NOW, same[1:])
    yesterday = [each.model_copy(update={"at": each.at - timedelta(days=1)}) for each in same]
    assert code not in signals(NOW, yesterday)


def test_one_account_asked_about_by_two_agencies_is_seen_for_a_month() -> None:
    other = mark(1, target="t1")
    assert signals(NOW, [other]) == ("same-target-elsewhere",)
    assert signals(NOW, [other.model_copy(update={"at": NOON - timedelta(days=31)})]) == ()
    assert signals(NOW, [mark(1, target="t1", agency="a1")]) == ()


def test_one_requester_who_asks_about_one_account_again_and_again_is_seen() -> None:
    again = [mark(24 * 40 * number, target="t1", sender="s1", agency="a1") for number in (1, 2)]
    assert signals(NOW, again) == ("same-target-again",)
    assert signals(NOW, again[1:]) == ()


def test_more_than_was_ever_asked_for_is_seen_once_enough_is_known() -> None:
    known = [mark(100 * number, officer="o1", sender="s1", agency="a1") for number in (1, 2, 3)]
    content = NOW.model_copy(update={"tier": "E3"})
    assert signals(content, known) == ("unusual-tier",)
    assert signals(content, known[1:]) == ()
    assert signals(content, [*known, mark(9, officer="o1", sender="s1", agency="a1", tier="E3")]) == ()


def test_an_hour_at_which_the_agency_never_wrote_is_seen_where_its_hours_are_known() -> None:
    by_day = [mark(24 * number, agency="a1") for number in (1, 2, 3)]
    night = NOW.model_copy(update={"at": NOON + timedelta(hours=16)})  # midnight in New York
    assert signals(night, by_day, "America/New_York") == ("odd-hours",)
    assert signals(night, by_day) == ()
    once_at_night = mark(8, agency="a1")  # four in the morning, UTC: midnight there
    assert signals(night, [*by_day, once_at_night], "America/New_York") == ()


def test_an_officer_who_writes_from_another_mailbox_is_seen() -> None:
    assert signals(NOW, [mark(50, officer="o1", sender="s9", agency="a1")]) == ("requester-changed",)


def test_every_signal_is_a_tick_of_the_ladder() -> None:
    every = [mark(number, officer="o1", agency="a1", target="t1") for number in range(1, 20)]
    assert set(signals(NOW, every)) <= set(TICKS)
    assert len(signals(NOW, every)) > 2


def test_unknown_hashes_are_shared_with_nobody() -> None:
    nobody = Mark(case="now", at=NOON)
    assert signals(nobody, [Mark(case=f"c{number}", at=NOON) for number in range(40)]) == ()
    assert look_back(nobody, [Mark(case="c", at=NOON)]) == ()


def test_a_fraud_makes_twelve_months_of_its_sender_officer_account_and_domain_doubtful_closest_first() -> None:
    earlier = [
        mark(1, domain="d1"),
        mark(2, target="t1"),
        mark(3, officer="o1", domain="d1"),
        mark(4, sender="s1"),
        mark(5),
        mark(24 * 366, sender="s1"),
        NOW,
    ]
    found = look_back(NOW, earlier)
    assert [each.case for each in found] == ["c4", "c3", "c2", "c1"]
    assert found[1].why == ("same-officer", "same-domain")


@given(st.integers(0, 800), st.integers(0, 800))
def test_a_look_back_reaches_twelve_months_and_never_forward(days: int, hours: int) -> None:
    at = NOON - timedelta(days=days) + timedelta(hours=hours)
    found = look_back(NOW, [mark(1, sender="s1", at=at)])
    assert bool(found) is (NOON - LOOK_BACK <= at <= NOON)
