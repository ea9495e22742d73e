"""One status never means two things: who acts next is decided in one place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.base.http import MAX_RETRY_AFTER, Failure, FailureKind, classify

NOW = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_by_itself_is_transient(status: int | None) -> None:
    assert classify(status) == Failure(FailureKind.TRANSIENT, None)


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_need_a_person(status: int) -> None:
    assert classify(status, "5") == Failure(FailureKind.NEEDS_HUMAN, None)


@pytest.mark.parametrize("status", [301, 400, 404, 409, 410, 422, 451, 600, 999])
def test_a_refusal_of_the_request_itself_is_permanent(status: int) -> None:
    assert classify(status, "5") == Failure(FailureKind.PERMANENT, None)


@pytest.mark.parametrize("status", [0, 100, 200, 204, 299])
def test_a_success_is_not_classified(status: int) -> None:
    with pytest.raises(ValueError, match="not a failure"):
        classify(status)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 30 ", 30.0),
        ("9" * 400, MAX_RETRY_AFTER),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("٣", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Wed, 01 Jan 2031 12:01:00 -0000", 60.0),
        ("Wed, 99 Jan 2031 12:01:00 GMT", None),
    ],
)
def test_the_time_asked_for_is_read_as_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    assert classify(429, header, now=NOW).retry_after == seconds


@given(st.one_of(st.none(), st.integers(300, 1000)), st.one_of(st.none(), st.text(max_size=40)))
def test_every_failure_gets_one_kind_and_a_delay_that_can_be_waited(status: int | None, header: str | None) -> None:
    failure = classify(status, header, now=NOW)
    assert failure.kind in FailureKind
    if failure.retry_after is not None:
        assert failure.kind is FailureKind.TRANSIENT
        assert 0 <= failure.retry_after <= MAX_RETRY_AFTER


@given(st.integers(400, 499))
def test_among_refusals_only_three_are_worth_a_retry(status: int) -> None:
    assert (classify(status).kind is FailureKind.TRANSIENT) == (status in {408, 425, 429})
