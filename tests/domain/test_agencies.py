"""The list of agencies: what two people say counts, what one says does not, however they say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agencies import (
    COOLING_OFF,
    KEEPERS,
    PROPOSED_FOR,
    RECHECK_EVERY,
    SETTLED,
    Book,
    Change,
    Confirmed,
    Dropped,
    Edit,
    Editor,
    KeepersSeen,
    Notified,
    Proposed,
    Seeded,
    Source,
    SourceKind,
    applied,
    editor_of,
)
from domain.canonical import digest
from domain.errors import Code
from domain.people import Agency, Person, Role
from domain.refusal import Refused

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = START + timedelta(days=2)
REGISTER = Source(kind=SourceKind.REGISTER, name="SYNTHETIC register of forces")
SITE = Source(kind=SourceKind.GOVERNMENT_SITE, name="SYNTHETIC government site")
OURS = Agency(
    id="agency-ours",
    name="Ours (synthetic)",
    country="US",
    domains=("police.ours.example.org",),
    call_back="+1-202-555-0101",
    mailbox="edr@police.ours.example.org",
    checked_on=START,
)
NEW = Agency(
    id="agency-new",
    name="New (synthetic)",
    country="US",
    domains=("police.new.example.org",),
    call_back="+1-202-555-0102",
    mailbox="edr@police.new.example.org",
)


def editor(person: str, *roles: Role, **more: Any) -> Editor:
    return Editor(person=person, roles=roles or (Role.LE_SPECIALIST,), **more)


ADA, BEN = editor("ada"), editor("ben", Role.LEGAL)
BOOK = applied(Book(), Seeded(agencies=(OURS,), keepers=("ada", "ben", "cleo")), START)
assert isinstance(BOOK, Book)


def proposal(agency: Agency = NEW, by: Editor = ADA, **more: Any) -> Proposed:
    change = Change.CHANGE if agency.id == OURS.id else Change.ADD
    base = digest(OURS) if agency.id == OURS.id else ""
    return Proposed(
        **{"id": "p1", "change": change, "agency": agency, "source": REGISTER, "base": base, "by": by, **more}
    )


def confirmation(of: Proposed, by: Editor = BEN, **more: Any) -> Confirmed:
    return Confirmed(**{"id": of.id, "seen": of.digest, "source": SITE, "by": by, **more})


def after(book: Book, *edits: Edit, at: datetime = LATER) -> Book:
    for edit in edits:
        changed = applied(book, edit, at)
        assert isinstance(changed, Book), changed
        book = changed
    return book


def why(book: Book, edit: Edit, at: datetime = LATER) -> Code | None:
    found = applied(book, edit, at)
    return found.code if isinstance(found, Refused) else None


# -- two people ---------------------------------------------------------------------------------------------


def test_a_proposal_alone_changes_nothing_that_anybody_would_call() -> None:
    book = after(BOOK, proposal(), proposal(OURS.model_copy(update={"call_back": "+1-202-555-0199"}), id="p2"))
    assert book.agencies == BOOK.agencies


def test_a_second_person_makes_a_number_usable_at_once_and_content_waits_a_day() -> None:
    wanted = proposal()
    book = after(BOOK, wanted, confirmation(wanted))
    found = book.owner_of("police.new.example.org")
    assert found is not None
    assert (found.proposed_by, found.confirmed_by, found.agency.checked_on) == ("ada", "ben", LATER)
    assert not found.cool(LATER + COOLING_OFF - timedelta(seconds=1))
    assert found.cool(LATER + COOLING_OFF)


@pytest.mark.parametrize(
    "second",
    [
        ADA,
        editor("ada", Role.LEGAL, Role.SECURITY),
        editor("cleo", delegate_of="ada"),
        editor("cleo", human="one-and-the-same"),
    ],
    ids=["the same", "in another role", "their delegate", "another id of the same human"],
)
def test_nobody_confirms_what_they_or_who_they_stand_for_proposed(second: Editor) -> None:
    wanted = proposal(by=ADA.model_copy(update={"human": "one-and-the-same"}))
    assert why(after(BOOK, wanted), confirmation(wanted, second)) is Code.EXCLUDED


def test_whoever_a_delegate_proposed_for_cannot_confirm_it() -> None:
    wanted = proposal(by=editor("ada", delegate_of="ben"))
    assert why(after(BOOK, wanted), confirmation(wanted, BEN)) is Code.EXCLUDED


def test_two_delegates_of_one_person_are_one_voice() -> None:
    wanted = proposal(by=editor("ada", delegate_of="dara"))
    assert why(after(BOOK, wanted), confirmation(wanted, editor("ben", delegate_of="dara"))) is Code.EXCLUDED


def test_two_ids_with_one_mail_address_are_one_human() -> None:
    one = editor_of(Person(id="ada", name="A", roles=(Role.LEGAL,), email="ada@example.com"))
    other = editor_of(Person(id="ada-2", name="A", roles=(Role.LEGAL,), email=" Ada@Example.com"))
    assert one.is_or_stands_for(other)
    assert not one.is_or_stands_for(editor_of(Person(id="eve", name="E", roles=(Role.LEGAL,))))


def test_a_role_granted_minutes_ago_neither_proposes_nor_confirms() -> None:
    granted = LATER - timedelta(minutes=10)
    book = after(BOOK, KeepersSeen(keepers=("ada", "ben", "cleo", "mallory")), at=granted)
    mallory = editor("mallory")
    assert why(book, proposal(by=mallory)) is Code.NOT_ALLOWED
    wanted = proposal()
    assert why(after(book, wanted), confirmation(wanted, mallory)) is Code.NOT_ALLOWED
    assert why(book, proposal(by=mallory), granted + SETTLED) is None


def test_a_role_taken_away_and_granted_again_begins_anew() -> None:
    without = after(BOOK, KeepersSeen(keepers=("ben",)), at=LATER - timedelta(hours=1))
    again = after(without, KeepersSeen(keepers=("ada", "ben")), at=LATER - timedelta(minutes=1))
    assert why(again, proposal()) is Code.NOT_ALLOWED


@pytest.mark.parametrize("role", sorted(set(Role) - KEEPERS))
def test_who_keeps_no_list_edits_none(role: Role) -> None:
    assert why(BOOK, proposal(by=editor("ada", role))) is Code.NOT_SEATED


def test_nobody_who_works_an_open_case_of_the_agency_edits_it_nor_their_delegate() -> None:
    assert why(BOOK, proposal(working=("ada",))) is Code.EXCLUDED
    assert why(BOOK, proposal(by=editor("cleo", delegate_of="ada"), working=("ada",))) is Code.EXCLUDED
    wanted = proposal()
    assert why(after(BOOK, wanted), confirmation(wanted, working=("ben",))) is Code.EXCLUDED


def test_whoever_took_the_agencys_case_after_proposing_bars_the_proposal() -> None:
    wanted = proposal()
    assert why(after(BOOK, wanted), confirmation(wanted, working=("ada",))) is Code.EXCLUDED


# -- what is confirmed is what was seen ---------------------------------------------------------------------


def test_a_confirmation_is_of_exactly_the_proposal_that_was_seen() -> None:
    wanted = proposal()
    other = proposal(NEW.model_copy(update={"call_back": "+1-202-555-0177"}))
    assert why(after(BOOK, other), confirmation(wanted)) is Code.STALE


def test_of_two_proposals_for_one_entry_only_the_first_confirmed_counts() -> None:
    one = proposal(OURS.model_copy(update={"call_back": "+1-202-555-0150"}))
    two = proposal(OURS.model_copy(update={"call_back": "+1-202-555-0151"}), id="p2")
    assert why(after(BOOK, one, two, confirmation(one)), confirmation(two)) is Code.STALE


def test_a_proposal_that_nobody_confirmed_in_a_week_is_looked_up_again() -> None:
    wanted = proposal()
    book = after(BOOK, wanted)
    assert why(book, confirmation(wanted), LATER + PROPOSED_FOR) is None
    assert why(book, confirmation(wanted), LATER + PROPOSED_FOR + timedelta(seconds=1)) is Code.NOT_OPEN


def test_a_proposal_that_was_dropped_is_gone() -> None:
    wanted = proposal()
    assert why(after(BOOK, wanted, Dropped(id="p1", by=BEN)), confirmation(wanted)) is Code.NOT_OPEN


@pytest.mark.parametrize(
    "changes",
    [
        {"call_back": ""},
        {"call_back": "911"},
        {"second_number": "001 202 555 0102"},
        {"domains": ("police.ours.example.org",), "mailbox": ""},
        {"domains": ("Police.New.example.org",), "mailbox": ""},
        {"mailbox": "edr@mail.example.com"},
        {"country": "usa"},
        {"id": "Agency New"},
        {"serves": ("US",)},
    ],
    ids=str,
)
def test_an_entry_that_could_mislead_a_caller_is_refused(changes: dict[str, Any]) -> None:
    assert why(BOOK, proposal(NEW.model_copy(update=changes), second_source=SITE)) is Code.INVALID


@pytest.mark.parametrize("source", [Source(kind=SourceKind.REGISTER, name=" "), Source(kind=SourceKind.SEED, name="x")])
def test_a_number_needs_a_named_independent_source_from_both(source: Source) -> None:
    assert why(BOOK, proposal(source=source)) is Code.INVALID
    wanted = proposal()
    assert why(after(BOOK, wanted), confirmation(wanted, source=source)) is Code.INVALID


def test_a_second_number_comes_from_another_source_than_the_first() -> None:
    two = NEW.model_copy(update={"second_number": "+1-202-555-0103"})
    assert why(BOOK, proposal(two)) is Code.INVALID
    assert why(BOOK, proposal(two, second_source=REGISTER)) is Code.INVALID
    assert why(BOOK, proposal(two, second_source=SITE)) is None


# -- hygiene ------------------------------------------------------------------------------------------------


def test_a_number_is_due_for_a_check_after_ninety_days_and_a_check_keeps_its_age() -> None:
    due = START + RECHECK_EVERY
    assert BOOK.due_for_recheck(due - timedelta(seconds=1)) == ()
    assert [each.agency.id for each in BOOK.due_for_recheck(due)] == ["agency-ours"]
    check = proposal(OURS, change=Change.RECHECK)
    book = after(BOOK, check, confirmation(check), at=due)
    assert book.due_for_recheck(due) == ()
    assert book.listed["agency-ours"].cool(due)
    assert not book.notices


def test_a_check_cannot_smuggle_in_another_number() -> None:
    other = OURS.model_copy(update={"call_back": "+1-202-555-0199"})
    assert why(BOOK, proposal(other, change=Change.RECHECK)) is Code.INVALID


@pytest.mark.parametrize("changes", [{"call_back": "+1-202-555-0199"}, {"domains": ("x.example.org",), "mailbox": ""}])
def test_the_old_contact_hears_of_a_change_and_content_waits_again(changes: dict[str, Any]) -> None:
    change = proposal(OURS.model_copy(update=changes))
    book = after(BOOK, change, confirmation(change))
    [notice] = book.notices.values()
    assert (notice.mailbox, notice.call_back) == (OURS.mailbox, OURS.call_back)
    assert not book.listed["agency-ours"].cool(LATER)
    assert not after(book, Notified(notice=notice.id, by="ada", how="call")).notices
    assert why(BOOK, Notified(notice="p1", by="ada", how="call")) is Code.NOT_OPEN


def test_whoever_is_taken_off_the_list_hears_of_it() -> None:
    gone = proposal(OURS, change=Change.REMOVE)
    book = after(BOOK, gone, confirmation(gone))
    assert book.agencies == ()
    assert [each.mailbox for each in book.notices.values()] == [OURS.mailbox]


def test_a_better_name_moves_nothing_that_anybody_calls() -> None:
    named = proposal(OURS.model_copy(update={"name": "Ours, renamed (synthetic)"}))
    book = after(BOOK, named, confirmation(named))
    assert not book.notices
    assert book.listed["agency-ours"].cool(LATER)


def test_the_list_begins_once() -> None:
    assert why(BOOK, Seeded(agencies=(NEW,), keepers=())) is Code.NOT_ALLOWED


WORKING = st.sampled_from([(), (), ("ada",), ("ben", "dara")])
PEOPLE = st.builds(
    Editor,
    person=st.sampled_from(["ada", "ben", "cleo", "mallory"]),
    roles=st.lists(st.sampled_from(sorted(Role)), min_size=1, max_size=3).map(tuple),
    delegate_of=st.sampled_from(["", "", "ada", "ben"]),
    human=st.sampled_from(["", "h1", "h2"]),
)


@given(st.lists(st.tuples(st.sampled_from(["propose", "confirm", "drop"]), PEOPLE, WORKING), max_size=12))
def test_whatever_people_try_the_list_changes_only_by_two_of_them_who_work_no_case_of_it(
    tries: list[tuple[str, Editor, tuple[str, ...]]],
) -> None:
    book = BOOK
    for number, (what, by, working) in enumerate(tries):
        waiting = next(iter(book.waiting.values()), None)
        edit: Edit = proposal(by=by, id=f"p{number}", working=working)
        if waiting is not None and what == "confirm":
            edit = confirmation(waiting.proposed, by, working=working)
        elif waiting is not None and what == "drop":
            edit = Dropped(id=waiting.proposed.id, by=by)
        found = applied(book, edit, LATER)
        if isinstance(found, Refused):
            continue
        if found.agencies != book.agencies:
            assert isinstance(edit, Confirmed)
            assert waiting is not None
            one, other = waiting.proposed.by, by
            assert not {one.person, one.delegate_of} & {other.person, other.delegate_of} - {""}
            assert not one.human or one.human != other.human
            for each in (one, other):
                assert KEEPERS & set(each.roles)
                assert each.person in BOOK.keepers
                assert not {each.person, each.delegate_of} & set(working)
            return
        book = found
