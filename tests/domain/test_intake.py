"""One line and one identifier start a case; a burst becomes one case; a confirmed agency is never crowded out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.intake import (
    BUDGETS,
    CONFIRMED,
    MOST_JOINED,
    NO_IDENTIFIER,
    NOT_LAW_ENFORCEMENT,
    Budget,
    Budgets,
    Channel,
    Facets,
    IntakeLine,
    MailEvidence,
    Proof,
    Requester,
    RequesterTrust,
    Ruling,
    SourceTrust,
    Start,
    Verdict,
    answers_of,
    bounded,
    budgets_of,
    lane_of,
    missing_facts,
    partial_form,
    redirected,
    requester_trust,
    ruling,
)
from domain.policy import check_form
from tests.domain.parts import INTAKE

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
OPEN = BUDGETS[SourceTrust.OPEN]


def line(**more: Any) -> IntakeLine:
    """SYNTHETIC: a line of an open form, about an account."""
    values: dict[str, Any] = {
        "key": "k",
        "source": "form",
        "channel": Channel.FORM,
        "procedure": "emergency_data_request",
        "source_trust": SourceTrust.OPEN,
        "requester": Requester.LAW_ENFORCEMENT,
        "identifier": "acct-synthetic-001",
        "received_at": NOW,
    }
    return IntakeLine(**{**values, **more})


def facets(target: str = "t", domain: str = "d", agency: str = "", lane: str = "source:form:open") -> Facets:
    return Facets(lane=lane, target=target, domain=domain, agency=agency)


def started(case: str, at: datetime = NOW, **more: str) -> Start:
    return Start(facets=facets(**more), case=case, at=at)


# -- one line and one identifier ----------------------------------------------------------------------------


def test_one_line_and_one_identifier_start_a_case() -> None:
    assert ruling(line(), "EDR-1", facets(), OPEN, []) == Ruling(verdict=Verdict.START, case="EDR-1")


def test_every_field_that_was_not_answered_is_a_missing_fact_required_ones_first() -> None:
    missing = missing_facts(line(text="SYNTHETIC line"), INTAKE)
    required = [each.name for each in INTAKE if each.required and each.name != "account"]
    assert list(missing[: len(required)]) == required
    assert set(missing) == {each.name for each in INTAKE} - {"account", "narrative"}


def test_an_answer_that_does_not_fit_counts_as_missing_and_stops_nothing() -> None:
    wrong = line(answers={"category": "no-such-category", "no_such_field": "x"})
    assert "category" in missing_facts(wrong, INTAKE)
    assert set(answers_of(wrong, INTAKE)) == {"account"}


def test_only_whom_it_is_about_is_required_of_a_case_that_begins_with_what_is_known() -> None:
    assert check_form(partial_form(INTAKE), dict(answers_of(line(), INTAKE))) == []
    assert check_form(partial_form(INTAKE), {}) == ["account is required"]
    assert check_form(INTAKE, dict(answers_of(line(), INTAKE))) != []


def test_a_line_without_an_identifier_waits_for_a_person() -> None:
    assert ruling(line(identifier=" "), "EDR-1", facets(), OPEN, []).why == NO_IDENTIFIER


def test_who_is_not_law_enforcement_is_redirected_and_a_person_looks_at_the_line() -> None:
    asked = line(requester=Requester.OTHER)
    assert redirected(asked)
    assert ruling(asked, "EDR-1", facets(), OPEN, []) == Ruling(verdict=Verdict.TRIAGE, why=NOT_LAW_ENFORCEMENT)


# -- trust --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trust", "domain", "agency", "vouched", "known"),
    [
        (SourceTrust.OPEN, "", "", "", RequesterTrust.CLAIMED),
        (SourceTrust.OPEN, "police.example.org", "a", "", RequesterTrust.LISTED),
        (SourceTrust.PERSON, "police.example.org", "a", "", RequesterTrust.LISTED),
        (SourceTrust.SIGNED, "police.example.org", "a", "", RequesterTrust.LISTED),
        (SourceTrust.SIGNED, "police.example.org", "a", "b", RequesterTrust.LISTED),
        (SourceTrust.SIGNED, "police.example.org", "a", "a", RequesterTrust.CONFIRMED),
        (SourceTrust.AUTHENTICATED, "police.example.org", "a", "", RequesterTrust.CONFIRMED),
        (SourceTrust.AUTHENTICATED, "police.example.net", "", "", RequesterTrust.CLAIMED),
    ],
)
def test_a_requester_is_confirmed_only_where_the_way_in_proves_the_agencys_own_domain(
    trust: SourceTrust, domain: str, agency: str, vouched: str, known: RequesterTrust
) -> None:
    assert requester_trust(trust, Requester.LAW_ENFORCEMENT, domain, agency, vouched) is known


def test_nothing_said_is_nothing_known() -> None:
    found = requester_trust(SourceTrust.OPEN, Requester.UNKNOWN, "", "", "")
    assert found is RequesterTrust.UNKNOWN


@pytest.mark.parametrize(
    ("dmarc", "signer", "result", "proven"),
    [
        ("pass", "mail.police.example.org", "pass", True),
        ("none", "police.example.org", "pass", True),
        ("none", "other.example.org", "pass", False),
        ("none", "police.example.org", "partial", False),
        ("fail", "police.example.org", "pass", False),
        ("temperror", "police.example.org", "pass", False),
    ],
)
def test_a_mail_proves_its_domain_only_by_a_whole_signature_of_that_domain(
    dmarc: str, signer: str, result: str, proven: bool
) -> None:
    proof = Proof(domain=signer, selector="s", result=result)
    found = MailEvidence(from_domain="police.example.org", dkim=(proof,), dmarc=dmarc)
    assert found.authenticated is proven


# -- budgets ------------------------------------------------------------------------------------------------


def test_the_same_account_within_the_hour_joins_the_case_that_is_there() -> None:
    before = [started("EDR-1", NOW - timedelta(minutes=50), domain="other")]
    assert ruling(line(), "EDR-2", facets(), OPEN, before) == Ruling(verdict=Verdict.JOIN, why="target", case="EDR-1")
    later = line(received_at=NOW + timedelta(minutes=10))
    assert ruling(later, "EDR-2", facets(), OPEN, before).verdict is Verdict.START


def test_a_line_joins_the_latest_case_that_is_most_like_it() -> None:
    before = [
        started("EDR-1", NOW - timedelta(seconds=50), target="x", domain="d"),
        started("EDR-2", NOW - timedelta(seconds=40), target="y", domain="e"),
    ]
    assert ruling(line(), "EDR-3", facets(target="z"), OPEN, before).case == "EDR-1"
    assert ruling(line(), "EDR-3", facets(target="z", domain="f"), OPEN, before).case == "EDR-2"


def test_what_is_not_known_is_no_likeness() -> None:
    before = [started("EDR-1", NOW - timedelta(minutes=5), target="x", domain="")]
    assert ruling(line(), "EDR-2", facets(target="y", domain=""), OPEN, before).verdict is Verdict.START


def test_a_budget_of_nothing_leaves_the_line_in_triage() -> None:
    none = Budgets(source=Budget(cases=0, per=timedelta(minutes=1)))
    assert ruling(line(), "EDR-1", facets(), none, []) == Ruling(verdict=Verdict.OVERFLOW, why="source")


def test_a_case_that_has_collected_its_fill_takes_no_more() -> None:
    joins = Ruling(verdict=Verdict.JOIN, why="domain", case="EDR-1")
    assert bounded(joins, MOST_JOINED - 1) == joins
    assert bounded(joins, MOST_JOINED) == Ruling(verdict=Verdict.OVERFLOW, why="domain", case="EDR-1")
    starts = Ruling(verdict=Verdict.START, case="EDR-2")
    assert bounded(starts, MOST_JOINED) == starts


def test_a_confirmed_agency_has_a_lane_and_budgets_of_its_own() -> None:
    for trust in SourceTrust:
        assert lane_of("mail", trust, RequesterTrust.CONFIRMED, "a1") == "agency:a1"
        assert lane_of("mail", trust, RequesterTrust.LISTED, "a1").startswith("source:mail:")
    assert budgets_of(SourceTrust.OPEN, RequesterTrust.CONFIRMED, Budgets()) == CONFIRMED
    assert budgets_of(SourceTrust.OPEN, RequesterTrust.LISTED, Budgets()) == Budgets()
    assert budgets_of(SourceTrust.OPEN, RequesterTrust.LISTED) == OPEN


arrivals = st.lists(
    st.tuples(st.integers(0, 3600), st.integers(0, 5), st.integers(0, 3), st.sampled_from(list(SourceTrust))),
    max_size=60,
)


@given(arrivals)
def test_whatever_comes_no_budget_is_exceeded_and_every_line_is_ruled_on(
    many: list[tuple[int, int, int, SourceTrust]],
) -> None:
    starts: dict[str, list[Start]] = {}
    for number, (second, target, domain, trust) in enumerate(sorted(many, key=lambda each: each[0])):
        at = NOW + timedelta(seconds=second)
        lane = lane_of("form", trust, RequesterTrust.CLAIMED, "")
        mine = facets(target=f"t{target}", domain=f"d{domain}", lane=lane)
        found = ruling(line(received_at=at), f"EDR-{number}", mine, BUDGETS[trust], starts.get(lane, []))
        if found.verdict is Verdict.START:
            starts.setdefault(lane, []).append(Start(facets=mine, case=found.case, at=at))
        else:
            assert found.case in {each.case for each in starts[lane]}
    for lane, opened in starts.items():
        budgets = BUDGETS[SourceTrust(lane.rpartition(":")[2])]
        for name, budget in budgets.limits():
            for each in opened:
                window = [
                    other
                    for other in opened
                    if each.at - budget.per < other.at <= each.at and each.facets.like(name, other.facets)
                ]
                assert len(window) <= budget.cases


def test_a_thousand_open_requests_in_a_minute_are_one_case_whatever_domain_and_account_they_name() -> None:
    starts: list[Start] = []
    found: Counter[str] = Counter()
    for number in range(1000):
        at = NOW + timedelta(milliseconds=59 * number)
        mine = facets(target=f"t{number}", domain=f"d{number}")
        ruled = ruling(line(received_at=at), f"EDR-{number}", mine, OPEN, starts)
        if ruled.verdict is Verdict.START:
            starts.append(Start(facets=mine, case=ruled.case, at=at))
        ruled = bounded(ruled, found[Verdict.JOIN])
        found[ruled.verdict] += 1
    assert found == {Verdict.START: 1, Verdict.JOIN: MOST_JOINED, Verdict.OVERFLOW: 1000 - 1 - MOST_JOINED}
