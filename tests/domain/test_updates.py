"""Updates: at the cadence of the severity, coalesced, and codes alone whatever the entries carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from domain.severity import Severity
from domain.timeline import Entry, Kind, LedgerEntry
from domain.updates import CADENCE, MOST_NEWS, News, due, news_of, update_of
from integrations.slack.updates import update_text

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CASE = "EDR-AAAAA-BBBBB"
WORDS = st.text(max_size=40)


def entry(kind: Kind, **more: str) -> Entry:
    return Entry.model_validate({"id": "1", "at": AT, "kind": kind, **more})


def kept(*entries: Entry) -> list[LedgerEntry]:
    return [LedgerEntry(case=CASE, sequence=n, entry=each, previous="", hash="") for n, each in enumerate(entries, 1)]


def test_the_graver_a_case_is_the_sooner_it_is_told_of() -> None:
    spans = [CADENCE[each] for each in Severity]
    assert spans == sorted(spans)
    assert len(set(spans)) == len(Severity)


def test_the_page_about_slack_tells_the_same_spans() -> None:
    units = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))
    page = Path("docs/slack.md").read_text()
    for severity, span in CADENCE.items():
        size, name = next(each for each in units if span >= each[0])
        count = span // size
        assert f"| {severity.name} | {count} {name}{'s' if count > 1 else ''} |" in page


@given(st.sampled_from(Severity), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)))
def test_an_update_is_due_when_its_cadence_is_over(severity: Severity, later: timedelta) -> None:
    assert due(severity, AT, AT + later) == (later >= CADENCE[severity])


def test_the_same_twice_is_one_line_and_bookkeeping_is_none() -> None:
    asked = entry(Kind.GATE_OPENED, subject="notify/release/1")
    quiet = [entry(each) for each in (Kind.RUNG, Kind.PAGED, Kind.STEP_DONE, Kind.NOTE, Kind.TURNOVER, Kind.BRIEF)]
    [line] = news_of([asked, *quiet, asked])
    assert (line.news, line.subject, line.count) == (News.ASKED, "release", 2)


def test_nothing_new_is_no_update_and_is_not_read_again() -> None:
    assert update_of(CASE, [], severity=Severity.P0, drill=False) == (None, 0)
    assert update_of(CASE, kept(entry(Kind.PAGED)), severity=Severity.P0, drill=False) == (None, 1)


def test_a_long_night_is_its_last_lines_and_how_many_more() -> None:
    entries = [entry(Kind.GATE_OPENED, subject=f"notify/g{n}/1") for n in range(MOST_NEWS + 3)]
    made, last = update_of(CASE, kept(*entries), severity=Severity.P1, drill=True)
    assert made is not None
    assert (len(made.lines), made.more, last) == (MOST_NEWS, 3, MOST_NEWS + 3)
    assert made.lines[-1].subject == f"g{MOST_NEWS + 2}"
    assert update_text(made).startswith("DRILL · *Update* · P1")


@given(st.lists(st.builds(entry, st.sampled_from(Kind), code=WORDS, subject=WORDS, who=WORDS), max_size=20))
def test_whatever_an_entry_carries_its_update_fits_the_template(entries: list[Entry]) -> None:
    made, _ = update_of(CASE, kept(*entries), severity=Severity.P2, drill=False)
    if made is not None:
        assert update_text(made)


@given(st.sampled_from(Kind), st.sampled_from(["Jane Doe", "+1 555 0100", "a@b.example.org", "jane-doe", "U0LEG01"]))
def test_a_word_of_a_persons_is_never_said(kind: Kind, word: str) -> None:
    made, _ = update_of(CASE, kept(entry(kind, code=word, who=word, subject=word)), severity=Severity.P0, drill=False)
    assert made is None or word not in update_text(made)
