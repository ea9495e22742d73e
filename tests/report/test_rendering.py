"""One source, three forms: nobody is named, nothing is loaded, the marking is everywhere, words stay words."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

from activities.report.axis import Axis
from activities.report.material import Material, Said, roles_of, without_names
from activities.report.page import page, style_source
from activities.report.paper import paper
from activities.report.picture import picture
from activities.report.text import markdown
from activities.review import DraftReview
from activities.step import Place
from domain.codes import Depth
from domain.figures import figures
from domain.people import Directory
from domain.review import triggers
from domain.severity import Severity
from domain.timeline import Entry, Kind, LedgerEntry
from integrations.directory.file import DirectoryFile
from tests.world import EXAMPLE_DIRECTORY

CASE, AT = "EDR-00000-00000", datetime(2026, 11, 2, 3, 12, tzinfo=UTC)


async def directory() -> Directory:
    return await DirectoryFile(EXAMPLE_DIRECTORY).current()


def lines() -> list[LedgerEntry]:
    said = [
        (0, Kind.DECLARED, "", "esc-dara", "edr", {}),
        (0, Kind.PHASE, "", "", "investigate", {}),
        (4, Kind.TASK_OPENED, "investigate/a.call-back/1", "", "call-back", {}),
        (5, Kind.PAGED, "investigate/a.call-back/1", "", "task", {"people": "les-ada,les-ben", "rung": 1}),
        (300, Kind.RUNG, "investigate/a.call-back/1", "", "task", {}),
        (600, Kind.TASK_ENDED, "investigate/a.call-back/1", "les-ada", "done", {}),
        (610, Kind.GATE_OPENED, "notify/release/1", "", "release", {}),
        (700, Kind.SILENCE, "notify/release/1", "", "nothing-leaves", {}),
        (900, Kind.DECISION, "notify/release/1", "leg-fay", "approve", {}),
        (901, Kind.GATE_DECIDED, "notify/release/1", "", "approved", {"alone": False}),
        (902, Kind.EFFECT, "notify/deliver/1", "", "disclose", {}),
        (950, Kind.DEVIATION, "", "dut-hana", "late", {}),
        (600_000, Kind.CLOSED, "", "", "disclosed", {}),
    ]
    return [
        LedgerEntry(
            case=CASE,
            sequence=number,
            entry=Entry(
                id=f"{number:06d}",
                at=AT + timedelta(seconds=after),
                kind=kind,
                subject=subject,
                who=who,
                code=code,
                detail=dict(detail),
            ),
            previous="0" * 64,
            hash=f"{number:064x}",
        )
        for number, (after, kind, subject, who, code, detail) in enumerate(said, 1)
    ]


async def material(words: str = "The pager rang late.", *, privileged: bool = True) -> Material:
    known, written = await directory(), lines()
    entries = [each.entry for each in written]
    given = DraftReview(
        of=CASE,
        version="for sign-off",
        privileged=privileged,
        title="Emergency data request",
        depth=Depth.FULL,
        fired=triggers(entries, severity=Severity.P0),
        place=Place(case=f"{CASE}/review", key="review/draft_review/3", at=AT + timedelta(days=8)),
    )
    return Material(
        given=given,
        written=tuple(written),
        figures=figures(entries, roles_of(known), Severity.P0),
        said=(Said(role="legal counsel", factors=("tooling",), words=without_names(words, known)),),
        roles=roles_of(known),
    )


async def test_no_person_is_named_in_any_form() -> None:
    report = await material("Ada Example told les-ben and hana@x; ADA was tired. Write to leg-fay@example.com.")
    text, svg = markdown(report), picture(CASE, report.entries)
    for form in (text, svg, page(text, svg, title=CASE, marking=report.marking)):
        for each in (await directory()).people:
            first = each.name.split()[0]
            assert not re.search(rf"\b({re.escape(each.id)}|{each.name}|{first})\b", form, re.IGNORECASE), each.id
    assert "law enforcement specialist" in text


async def test_a_page_runs_no_script_and_loads_nothing() -> None:
    report = await material(
        "<script>alert(1)</script> ![x](http://evil.example.org/x.png) [y](http://evil.example.org)"
    )
    html = page(markdown(report), picture(CASE, report.entries), title=CASE, marking=report.marking)
    assert "<script" not in html
    assert re.findall(r'(?:src|href)\s*=\s*"', html) == []
    assert "&lt;script&gt;" in html
    assert html.count(report.marking) >= 3  # top, cover, foot
    assert "<figure><svg" in html
    assert style_source().startswith("'sha256-")


async def test_the_picture_is_sound_xml_with_every_bar_inside_it() -> None:
    svg = picture(CASE, [each.entry for each in lines()])
    root = ET.fromstring(svg)
    shapes = [each for each in root.iter() if each.tag.endswith("rect")]
    assert len(shapes) > 8
    assert all(0 <= float(each.get("x", "0")) <= 1120 for each in shapes)
    words = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert {"release", "call back", "disclose", "approved", "6 d 22 h"} <= set(words)
    assert picture(CASE, []) == ""


async def test_a_pdf_needs_no_font_of_the_system_and_is_the_same_each_time() -> None:
    report = await material("Zażółć gęślą jaźń, Ωμέγα, Жук and 漢字.", privileged=False)
    text, svg = markdown(report), picture(CASE, report.entries)
    first = paper(text, svg, title=CASE, marking=report.marking, at=AT)
    assert first.startswith(b"%PDF-")
    assert b"DejaVuSansCondensed" in first
    assert b"/URI" not in first
    assert first == paper(text, svg, title=CASE, marking=report.marking, at=AT)


async def test_the_marking_says_who_directs_the_review_and_that_a_drill_is_one() -> None:
    assert "Privileged" in (await material()).marking
    ordinary = await material(privileged=False)
    assert "Privileged" not in markdown(ordinary)
    here = ordinary.given.here.model_copy(update={"drill": True})
    drill = ordinary.model_copy(update={"given": ordinary.given.model_copy(update={"place": here})})
    assert markdown(drill).startswith("# Post-incident review of EDR-00000-00000\n\n**DRILL")


def test_time_is_drawn_in_order_and_long_silence_as_a_gap() -> None:
    times = [AT, AT + timedelta(minutes=3), AT + timedelta(minutes=20), AT + timedelta(days=7)]
    axis = Axis(times, 100, 1100)
    places = [axis.x(each) for each in times]
    assert places == sorted(places)
    assert places[0] == 100
    assert 1000 < places[-1] <= 1100
    assert [gap for _, _, gap in axis.gaps] == [timedelta(days=6, hours=23, minutes=40)]
    labels = [x for x, _ in axis.ticks()]
    assert all(b - a >= 60 for a, b in itertools.pairwise(labels))
