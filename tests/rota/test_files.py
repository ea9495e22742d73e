"""The rota file, its mistakes by line, its holidays, and what is kept beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.duty import on_duty
from domain.errors import Code, HoldfastError
from domain.people import Role
from integrations.directory.file import DirectoryFile
from integrations.rota.file import RotaFile, changes_path
from tests.rota.parts import EXAMPLE, PEOPLE, utc

TEXT = EXAMPLE.read_text()


def rotas(path: Path) -> RotaFile:
    return RotaFile(path, DirectoryFile(PEOPLE), lambda: utc(2026, 11, 22))


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ("zone: Europe/London", "zone: Europe/Londn", "offices.uk.zone", "no such time zone"),
        ("country: AU", "country: XX", "offices.au", "no holidays are known there"),
        ("days: tue-sat", "days: tue-sax", "shifts.uk-early.days", "days are mon"),
        ('start: "08:00"', 'start: "8 h"', "shifts.uk-early.start", "is no time such as"),
        ("{role: policy-lead, shift: uk-early", "{role: policy-lead, shift: uk-erly", "duties[11].shift",
         "no such shift"),
        ("{role: policy-lead,", "{role: policy-leed,", "duties[11].role", "is none of the known words"),
        ("people: [pol-otto]", "people: [leg-fay]", "duties[11].people[0]", "does not hold this role"),
        ("general-counsel: [gc-june]", "general-counsel: [gc-june, gc-june]", "always.general-counsel",
         "stands there twice"),
        ("by: dut-ivo", "bye: dut-ivo", "cover[0].bye", "is no field of a rota"),
        ("from: 2026-12-24T07:00", "from: Christmas", "swaps[0].from", "is no moment"),
        ("clock: us}\ncover", "clock: nl}\ncover", "swaps[0].clock", "no such office"),
        ("2026-12-31T18:00Z", "2026-12-31T18:00", "overrides[0].from", "needs a zone"),
        ("always:", "allways:", "allways", "is no section of a rota"),
        ("always:", "duties: []\nalways:", "duties", "stands there twice"),
        ("duties:", "duties: [", "", "not readable as YAML"),
    ],
)  # fmt: skip
async def test_a_mistake_is_named_by_its_file_its_line_and_its_place(
    tmp_path: Path, old: str, new: str, place: str, why: str
) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    path = tmp_path / "team.yaml"
    path.write_text(text)
    with pytest.raises(HoldfastError) as caught:
        await rotas(path).current()
    assert caught.value.code is Code.BROKEN_CONFIGURATION
    assert caught.value.detail.startswith("team.yaml, line ")
    assert place in caught.value.detail
    assert why in caught.value.detail
    assert caught.value.__context__ is None, "no context carries what stands in the file"
    if place and "\n" not in new and place != "duties":
        assert f"line {line_of(text, new)}" in caught.value.detail


async def test_an_edit_is_seen_at_once_and_a_broken_one_leaves_the_last_good_rota_with_its_age(tmp_path: Path) -> None:
    path = tmp_path / "rota.yaml"
    path.write_text(TEXT)
    found = rotas(path)
    first = await found.current()
    assert first.fault == ""
    path.write_text(TEXT.replace("people: [leg-gus, leg-fay]", "people: [leg-fay, leg-gus]", 1))
    second = await found.current()
    assert first.rota is not None
    assert second.rota is not None
    assert first.rota.revision != second.rota.revision
    path.write_text("duties: [")
    third = await found.current()
    assert third.rota == second.rota
    assert third.as_of == second.as_of == utc(2026, 11, 22)
    assert third.fault.startswith("rota.yaml, line 1")


async def test_a_missing_file_is_no_rota_only_where_none_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(HoldfastError):
        await rotas(tmp_path / "none.yaml").current()
    not_needed = RotaFile(tmp_path / "none.yaml", DirectoryFile(PEOPLE), needed=False)
    assert (await not_needed.current()).rota is None


async def test_changes_kept_beside_the_file_count(tmp_path: Path) -> None:
    path = tmp_path / "rota.yaml"
    shutil.copy(EXAMPLE, path)
    changes_path(path).write_text(
        "leave:\n- {person: leg-gus, from: 2026-12-01, to: 2026-12-01, clock: uk}\n", encoding="utf-8"
    )
    people = await DirectoryFile(PEOPLE).current()
    rota = (await rotas(path).current()).rota
    there = [[each.person.id for each in on_duty(rota, people, Role.LEGAL, utc(2026, 12, day, 5))] for day in (1, 2)]
    assert there == [["leg-fay"], ["leg-gus", "leg-fay"]], "a date in `to` is the last day that counts"
    changes_path(path).write_text("leave:\n- {person: nobody, from: 2026-12-01, to: 2026-12-01, clock: uk}\n")
    fresh = rotas(path)
    with pytest.raises(HoldfastError) as caught:
        await fresh.current()
    assert caught.value.detail == "rota.changes.yaml, line 2, leave[0].person: nobody of the directory"
