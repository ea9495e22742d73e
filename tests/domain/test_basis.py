"""Every question that can be put to the table of legal bases has the answer that is written down here."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.basis import (
    Shown,
    Verdict,
    basis_digest,
    basis_faults,
    basis_of,
    foreign,
    ground,
    needs_of,
    recipient_kind,
    rows_named,
    stale,
)
from domain.basis_before import BASES, basis_for
from domain.basis_rows import CLOSED, ROWS
from domain.basis_terms import Instead, LegalBasis, Need, RecipientKind, Tier
from domain.canonical import digest
from domain.clock_rules import Counsel, Standing
from domain.entities import ENTITIES, entity_for
from domain.people import Role
from domain.places import Location, location_of

# By user, in the order US, UK, EU, AU, other, unknown: what leaves, tier by tier. `1`, `2`, `3`: the tier is open;
# `?`: a row waits for counsel and opens nothing; `-`: there is no basis.
EXPECTED = """
agency-us     123  ??-  ??-  ??-  ??-  ---
agency-uk     12-  12-  ??-  ??-  ??-  ---
agency-eu     12-  ??-  12-  ??-  ??-  ---
agency-au     12-  ??-  ??-  12-  ??-  ---
agency-other  ??-  ??-  ??-  ??-  ??-  ---
desk-us       12-  ??-  ??-  ??-  ??-  ---
desk-uk       12-  12-  ??-  ??-  ??-  ---
desk-eu       12-  ??-  12-  ??-  ??-  ---
desk-au       12-  ??-  ??-  12-  ??-  ---
desk-other    ??-  ??-  ??-  ??-  ??-  ---
ncmec         ???  ---  ---  ---  ---  ---
partner       ?--  ---  ---  ---  ---  ---
"""
ANSWERS_FOR = {"us": "us", "uk": "uk", "eu": "ie", "au": "au", "other": "ie"}
TABLE = {
    (RecipientKind(kind), user, tier): cell[number]
    for kind, *cells in (line.split() for line in EXPECTED.split("\n") if line)
    for user, cell in zip(Location, cells, strict=True)
    for number, tier in enumerate(Tier)
}
MEANS = {"?": Verdict.AWAITS_COUNSEL, "-": Verdict.CLOSED, "1": Verdict.OPEN, "2": Verdict.OPEN, "3": Verdict.OPEN}
REVIEW = ROWS[0].reviewed
CONFIRMED = Counsel(standing=Standing.CONFIRMED, on=date(2026, 11, 1), by=Role.LEGAL)


def test_the_table_here_asks_every_question() -> None:
    assert set(TABLE) == set(product(RecipientKind, Location, Tier))
    assert basis_faults() == []


@pytest.mark.parametrize("user", Location, ids=lambda each: f"user-{each.value}")
@pytest.mark.parametrize("recipient", RecipientKind, ids=lambda each: each.value)
def test_a_pair_is_answered_as_written_by_the_one_company_that_may_answer(
    recipient: RecipientKind, user: Location
) -> None:
    for tier in Tier:
        for company in ENTITIES:
            found = ground(recipient, tier, user, company.id)
            if user is Location.UNKNOWN or company.id == ANSWERS_FOR[user.value]:
                assert found.verdict is MEANS[TABLE[recipient, user, tier]], (tier, company.id, found)
            else:
                assert found.verdict is Verdict.OTHER_ENTITY, (tier, company.id, found)
            # No row, no release; and who is refused is told what else may be done.
            assert (found.row is not None) == (found.verdict is Verdict.OPEN)
            assert found.row is not None or (found.why and found.instead), (tier, company.id)
            assert basis_of(recipient, tier, user, company.id) == found.row
            if found.row is not None:
                assert found.row.covers(recipient, user, tier)
                assert found.row.entity == company.id


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_complete_and_counsel_has_confirmed_none(row: LegalBasis) -> None:
    assert (row.text, row.source) != ("", "")
    assert row.reviewed == date(2026, 11, 22)
    assert row.counsel.standing is Standing.UNCONFIRMED
    assert row.doubt.endswith((".", "")) if row.doubt else True
    assert row.instead if row.once_confirmed else not row.instead


def test_content_has_a_door_only_to_us_authorities_and_to_ncmec_after_a_report() -> None:
    assert {kind for row in ROWS if Tier.E3 in row.tiers for kind in row.recipients} == {
        RecipientKind.AGENCY_US,
        RecipientKind.NCMEC,
    }
    for row in ROWS:
        if Tier.E3 in row.tiers:
            assert row.users == (Location.US,)
            assert Need.LEGAL_AND_DUTY_MANAGER in row.needs


@pytest.mark.parametrize("recipient", [each for each in RecipientKind if each.value.startswith("agency-")])
@pytest.mark.parametrize("company", ENTITIES, ids=lambda each: each.id)
def test_a_foreign_requester_gets_no_content_and_nothing_without_regional_counsel(
    recipient: RecipientKind, company: object
) -> None:
    here = company.id  # type: ignore[attr-defined]
    for user, tier in product(Location, Tier):
        row = basis_of(recipient, tier, user, here)
        if row is not None and foreign(recipient, here):
            assert tier is not Tier.E3
            assert Need.REGIONAL_COUNSEL in row.needs


def test_a_row_that_counsel_confirms_opens_and_one_not_in_force_closes() -> None:
    waiting = next(row for row in ROWS if row.id == "uk-foreign-authority-records")
    asked = (RecipientKind.AGENCY_US, Tier.E1, Location.UK, "uk")
    opened = waiting.model_copy(update={"counsel": CONFIRMED})
    assert ground(*asked, rows=(opened,)).row == opened
    for row in ROWS:
        shut = row.model_copy(update={"counsel": Counsel(standing=Standing.NOT_IN_FORCE)})
        assert not shut.opens
        found = ground(row.recipients[0], row.tiers[0], row.users[0], row.entity, rows=(shut,))
        assert (found.verdict, found.row) == (Verdict.AWAITS_COUNSEL, None)


@given(st.sampled_from(list(product(RecipientKind, Tier, Location, ["us", "uk", "ie", "au", "nowhere", ""]))))
def test_without_a_row_nothing_opens_whatever_is_asked(
    asked: tuple[RecipientKind, Tier, Location, str],
) -> None:
    assert ground(*asked, rows=()).row is None
    assert ground(*asked, rows=(), closed=()).verdict in (Verdict.UNKNOWN, Verdict.OTHER_ENTITY)
    assert ground(None, *asked[1:]).row is None


@given(st.data())
def test_taking_a_row_away_never_opens_a_door(data: st.DataObject) -> None:
    fewer = tuple(data.draw(st.lists(st.sampled_from(ROWS), unique_by=lambda row: row.id)))
    asked = data.draw(st.sampled_from(list(product(RecipientKind, Tier, Location, [each.id for each in ENTITIES]))))
    if ground(*asked, rows=fewer).row is not None:
        assert ground(*asked, rows=fewer).row == ground(*asked).row


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": ""}, "are missing"),
        ({"id": "uk-desk-records"}, "two rows have this id"),
        ({"id": "gb-vital-interests"}, "two rows have this id"),
        ({"id": "a,b"}, "a comma"),
        ({"entity": "ie"}, "does not answer for users in uk"),
        ({"counsel": Counsel(standing=Standing.CONFIRMED)}, "the day and the role"),
        ({"recipients": (RecipientKind.AGENCY_UK, RecipientKind.AGENCY_US)}, "needs regional counsel"),
        ({"recipients": (RecipientKind.AGENCY_US,), "tiers": (Tier.E3,)}, "no door to a requester from abroad"),
        ({"tiers": tuple(Tier)}, "content needs legal"),
        ({"tiers": (Tier.E1,)}, "agency-uk, uk, E2: 0 rows"),
        ({"users": (Location.UK, Location.UNKNOWN)}, "agency-uk, unknown, E1: 2 rows"),
    ],
)
def test_an_edit_that_could_not_be_relied_on_is_named(change: dict[str, object], said: str) -> None:
    rows = tuple(row.model_copy(update=change) if row.id == "uk-agency-records" else row for row in ROWS)
    assert any(said in fault for fault in basis_faults(rows)), basis_faults(rows)


def test_a_door_that_is_shut_says_why_and_what_else_may_be_done() -> None:
    silent = (*CLOSED[1:], CLOSED[0].model_copy(update={"instead": ()}))
    assert any("say why" in fault for fault in basis_faults(ROWS, silent))


# -- places and kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "place"),
    [
        ("US", Location.US),
        (" us ", Location.US),
        ("PR", Location.US),
        ("GB", Location.UK),
        ("DE", Location.EU),
        ("NO", Location.EU),
        ("CH", Location.EU),
        ("AU", Location.AU),
        ("BR", Location.OTHER),
        ("JE", Location.OTHER),
        ("UK", Location.OTHER),
        ("", Location.UNKNOWN),
        ("ZZ", Location.UNKNOWN),
        ("XX", Location.UNKNOWN),
        ("USA", Location.UNKNOWN),
        ("ÄÖ", Location.UNKNOWN),
    ],
)
def test_a_country_lies_in_one_place_and_what_is_no_country_in_none(country: str, place: Location) -> None:
    assert location_of(country) is place


@given(st.text(max_size=4))
def test_whatever_is_typed_as_a_country_is_a_place(country: str) -> None:
    assert location_of(country) in Location
    kind = recipient_kind("agency", country)
    assert kind is None or kind.location is location_of(country)


def test_who_is_no_known_kind_of_recipient_gets_nothing() -> None:
    assert recipient_kind("agency", "GB") is RecipientKind.AGENCY_UK
    assert recipient_kind("desk", "BR") is RecipientKind.DESK_OTHER
    assert recipient_kind("ncmec") is RecipientKind.NCMEC
    assert recipient_kind("partner", "US") is RecipientKind.PARTNER
    assert [recipient_kind(*each) for each in (("agency", ""), ("agency", "ZZ"), ("user", "US"), ("", ""))] == [
        None
    ] * 4


# -- joined to what was before ------------------------------------------------------------------------------


def test_what_the_first_table_opened_stays_open_and_only_these_doors_are_new() -> None:
    before = {(each.recipient, each.user, tier) for each in BASES for tier in each.tiers}
    countries = ("US", "GB", "IE", "AU", "BR")
    now = set()
    for kind, there, user, tier in product(("agency", "desk"), countries, countries, Tier):
        company = entity_for(location_of(user))
        assert company is not None
        if basis_of(recipient_kind(kind, there), tier, location_of(user), company.id):
            now.add((f"{kind}-{there}", user, tier.value))
    new = {
        (f"{kind}-{there}", user, tier)
        for kind, there, user in (
            ("agency", "AU", "US"),
            ("agency", "IE", "US"),
            ("desk", "IE", "US"),
            ("agency", "IE", "IE"),
            ("desk", "IE", "IE"),
        )
        for tier in ("E1", "E2")
    }
    assert before <= now
    assert now - before == new


def test_the_hash_of_an_old_row_is_the_one_that_open_cases_have_signed() -> None:
    for row in BASES:
        assert basis_digest(row.id) == digest([row.model_dump(mode="json")])
    first = "3e4fbf574863623992379df6a42f9da645a891ec9ed67744008d13983f974f8c"
    assert basis_digest("us-agency-emergency-records") == first
    assert basis_for("agency-US", "US", "E1") == BASES[0]


def test_the_hash_of_a_row_changes_with_its_words_and_with_counsels() -> None:
    hashes = [basis_digest(row.id) for row in (*BASES, *ROWS)]
    assert len(set(hashes)) == len(hashes)
    assert basis_digest("us-agency-records,us-agency-content") not in hashes
    row = ROWS[0]
    for change in ({"text": "other"}, {"counsel": CONFIRMED}, {"needs": ()}, {"source": "other"}):
        assert digest(row) != digest(row.model_copy(update=change))


def test_a_card_shows_the_rows_of_either_table_by_their_ids() -> None:
    shown = rows_named("us-agency-records,gb-vital-interests,nothing")
    assert [each.id for each in shown] == ["gb-vital-interests", "us-agency-records"]
    assert shown[1] == Shown.of(ROWS[0])
    assert (shown[0].counsel, shown[1].counsel) == ("unconfirmed", "unconfirmed")
    assert rows_named("") == []


def test_what_a_release_needs_is_gathered_from_its_rows_once() -> None:
    content = next(row for row in ROWS if row.id == "us-agency-content")
    assert needs_of((ROWS[0], content)) == (Need.GOOD_FAITH, Need.SECOND_CHANNEL, Need.LEGAL_AND_DUTY_MANAGER)
    assert needs_of(()) == ()


def test_stale_is_what_counsel_has_not_confirmed_or_nobody_looked_at_for_long() -> None:
    sure = ROWS[0].model_copy(update={"counsel": CONFIRMED})
    assert stale((sure, ROWS[1]), REVIEW + timedelta(days=10), 90) == [ROWS[1]]
    assert stale((sure,), REVIEW + timedelta(days=91), 90) == [sure]


def test_where_nobody_knows_the_residency_a_person_finds_it_out() -> None:
    found = ground(RecipientKind.AGENCY_US, Tier.E1, Location.UNKNOWN, "us")
    assert found.instead == (Instead.FIND_RESIDENCY, Instead.CALL_DESK)
